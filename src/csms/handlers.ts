import { chargingAllowed, wasSentByUs } from './authorization.ts';
import type { Core } from './core.ts';
import type { AuthorizationStatus, Effect, EventHead } from './model.ts';
import type { Station } from './station.ts';

/** What a handler knows beside the request. */
export interface Incoming {
  readonly core: Core;
  readonly station: Station;
  /** When it was accepted, ms since 1970. */
  readonly time: number;
  /** Tolerated deviations so far; a handler adds its own. They end up in the head. */
  readonly anomalies: string[];
  /** The answer of an outside decision (delegation), valid against the response schema. */
  readonly delegated: object | null;
  /** What to say about a token when somebody should have been asked: nobody answered, or it was too late to ask. */
  readonly undecided: 'accept' | 'reject' | 'list' | 'list_or_accept';
}

export interface Decision<Response extends object = object> {
  /** The OCPP response payload. */
  response: Response;
  /** null: no event (Heartbeat). */
  head: EventHead | null;
  effects: readonly Effect[];
}

/** How the gateway, as the CSMS, treats one action of a station. One small file for each. */
export interface Handler<Request extends object = object, Response extends object = object> {
  /**
   * The message carries its own time and must not count twice: a second one with the same id and text gets the
   * first one's answer.
   */
  retried?: true;
  /** ...and so does one with the same key, whatever its id. */
  businessKey?(request: Request): string;
  /** ...and so does one whose effect still lasts, however long ago it came first. */
  answered?(request: Request, station: Station): Response | null;
  handle(request: Request, incoming: Incoming): Decision<Response>;
  /** What the accepted message meant: a pure function, so that a start-up can derive it from the log again. */
  effects?(request: Request, head: EventHead, response: Response, time: number): readonly Effect[];
}

export type Handlers = Readonly<Record<string, Handler>>;

/** Whether a token may charge, when no outside decision said it. `evse` null: any. */
export function decideToken(incoming: Incoming, idToken: string, evse: number | null): AuthorizationStatus {
  const { core, station, time, undecided, anomalies } = incoming;
  const status = core.authorization.decide(station, idToken, evse);
  // the switch counts before anybody's opinion, and what we started ourselves needs none
  if (!chargingAllowed(station, evse)) return status;
  if (undecided === 'accept' || wasSentByUs(station, idToken, time)) return 'Accepted';
  if (undecided === 'reject') return 'Blocked';
  if (undecided === 'list' || core.authorization.find(idToken) !== null || status === 'Accepted')
    return status;
  // it happened long ago and nobody can be asked any more: the energy has flowed
  anomalies.push('authorization_not_asked');
  return 'Accepted';
}
