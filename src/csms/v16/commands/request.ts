import { GatewayError } from '../../../errors.ts';
import type { Requests } from '../../../ocpp/generated/v16/types.ts';
import type { JsonObject } from '../../../ocpp/frame.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import { isoSeconds } from '../../event.ts';

/** Sends a CALL whose request has the type of its action. */
export function request<A extends keyof Requests>(
  context: CommandContext,
  action: A,
  payload: Requests[A],
): Promise<JsonObject> {
  return context.call(action, payload);
}

/** Statuses by which a station says yes, over all actions. */
const accepting: ReadonlySet<string> = new Set([
  'Accepted',
  'AcceptedCanceled',
  'RebootRequired',
  'Scheduled',
  'Unlocked',
]);

/** Stations answer with statuses of their own (`NotImplemented`, `NotSupported`): what is no yes is a no. */
export function isAccepted(answer: JsonObject): boolean {
  return typeof answer['status'] === 'string' && accepting.has(answer['status']);
}

/** The outcome of an action whose answer is its status. */
export function outcomeOf(answer: JsonObject, result: object = {}): Outcome {
  if (typeof answer['status'] !== 'string')
    throw new GatewayError('invalid_answer', 'the answer of the station has no status', {
      details: { answer },
    });
  return {
    status: isAccepted(answer) ? 'accepted' : 'rejected',
    result: { ...result, status: answer['status'] },
  };
}

/** OCPP 1.6 §7.28: at most 20 characters. Never cut: another token could be meant. */
export function idTagOf(token: string | { id_token: string }): string {
  const idTag = typeof token === 'string' ? token : token.id_token;
  if (idTag.length > 20)
    throw new GatewayError('invalid_args', '/id_token is longer than the 20 characters of OCPP 1.6', {
      details: { path: '/id_token', rule: 'maxLength' },
    });
  return idTag;
}

/** Integers are the only transaction ids of OCPP 1.6. */
export function transactionIdOf(transaction: string): number {
  const id = Number(transaction);
  if (Number.isSafeInteger(id) && transaction.trim() !== '') return id;
  throw new GatewayError('invalid_args', '/transaction is no integer, as OCPP 1.6 wants it', {
    details: { path: '/transaction', rule: 'type' },
  });
}

/** A time as it is sent to stations. */
export function dateTime(text: string): string {
  return isoSeconds(Date.parse(text));
}

/** For requests that need an id of ours (a 32-bit integer): never the same twice. */
export function newRequestId({ core }: CommandContext): number {
  return core.transactionIds.next();
}

/** A station of OCPP 1.6 has no connectors below its EVSEs: connector n is EVSE n. */
export function onlyFirstConnector(connector: number | undefined): void {
  if (connector !== undefined && connector !== 1)
    throw new GatewayError('unsupported', 'an EVSE of an OCPP 1.6 station has one connector');
}
