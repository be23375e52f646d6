import { messageOf } from '../../errors.ts';
import { CallFailed, type Connection } from '../connection.ts';
import type { Request, Response, StationAction } from './messages.ts';

/** Sends CALLs, as far as the CSMS has allowed that. */
export interface Calls {
  /** Connected and accepted, or asked for by the CSMS. */
  readonly allowed: boolean;
  /** Rejects with CallFailed. */
  call<A extends StationAction>(action: A, request: Request<A>): Promise<Response<A>>;
  /** Sends what nobody waits for; a failure is only logged. */
  notify<A extends StationAction>(action: A, request: Request<A>): void;
  /** What `run` sends was asked for by the CSMS: it goes out also while a boot is Pending. OCPP 1.6 §4.2. */
  asked(run: () => void): void;
}

export interface CallsParts {
  connection: Connection;
  accepted: () => boolean;
  log: (text: string) => void;
}

export function createCalls({ connection, accepted, log }: CallsParts): Calls {
  let asked = false;
  const calls: Calls = {
    get allowed() {
      return connection.open && (asked || accepted());
    },
    async call<A extends StationAction>(action: A, request: Request<A>) {
      if (!calls.allowed) throw new CallFailed('offline', `${action} cannot be sent now`);
      // The connection has checked the answer against the schema of this action.
      return (await connection.call(action, request)) as Response<A>;
    },
    notify(action, request) {
      calls.call(action, request).catch((error: unknown) => log(`${action}: ${messageOf(error)}`));
    },
    asked(run) {
      asked = true;
      try {
        run();
      } finally {
        asked = false;
      }
    },
  };
  return calls;
}
