import type { Core } from './core.ts';
import type { Effect, EventHead } from './model.ts';
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
  handle(request: Request, incoming: Incoming): Decision<Response>;
  /** What the accepted message meant: a pure function, so that a start-up can derive it from the log again. */
  effects?(request: Request, head: EventHead, response: Response, time: number): readonly Effect[];
}

export type Handlers = Readonly<Record<string, Handler>>;

/** The answer and event of a message that is only passed on: an outside decision where there is one. */
export function passOn<Response extends object>(
  incoming: Incoming,
  fallback: Response,
  head: EventHead,
): Decision<Response> {
  return { response: (incoming.delegated as Response | null) ?? fallback, head, effects: [] };
}
