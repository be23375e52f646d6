import { errorCodeFor } from '../ocpp/errors.ts';
import { formatCallError, formatCallResult } from '../ocpp/frame-text.ts';
import type { IncomingRequest } from '../ocpp/peer.ts';
import { maskFrameText } from '../ocpp/secrets.ts';
import type { Protocol, Violation } from '../ocpp/validator.ts';
import { messageOf } from '../errors.ts';
import { createRecentAnswers, messageKey, type RecentAnswers } from './answers.ts';
import type { Core } from './core.ts';
import type { Decision, Handler, Handlers } from './handlers.ts';
import type { EventHead } from './model.ts';
import type { LogRow } from './ports.ts';
import type { Station } from './station.ts';

/** What one OCPP version brings: its schemas, its handlers, and what it tolerates. */
export interface Dialect {
  readonly protocol: Protocol;
  readonly handlers: Handlers;
  /** Clears up what is clear in spite of its form; null when the message has to be refused. */
  tolerate(action: string, payload: object, violations: Violation[]): Tolerated | null;
}

export interface Tolerated {
  payload: object;
  anomalies: string[];
}

/** Where the answer of a message goes. */
export interface Acceptance {
  /** Decides, stores, and answers when it is durable. Returns at once; the answer comes in its own time. */
  accept(request: IncomingRequest, solicited: boolean): void;
  /** An event about something that was no message. */
  invalid(head: EventHead, reply: (() => void) | null): void;
}

/** Longest raw text in an event about an invalid message, characters. */
const rawLimit = 64 * 1024;

/** A message older than this is not asked about: nobody waits for the answer any more, ms. */
const askAgeLimit = 60_000;

const answersOf = new WeakMap<Station, RecentAnswers>();

export function createAcceptance(
  core: Core,
  station: Station,
  dialect: Dialect,
  answer: (messageId: string, text: string) => void,
): Acceptance {
  const { clock, recorder } = core;
  const { protocol, handlers } = dialect;
  const { version } = protocol;

  function accept(request: IncomingRequest, solicited: boolean): void {
    const { messageId, action } = request;
    const time = clock.now();
    const handler = handlers[action];
    if (handler === undefined) return refuse(request, 'wrong_direction', `${action} is not supported`, time);
    if (station.registration !== 'accepted' && action !== 'BootNotification' && !solicited)
      // OCPP 1.6 §4.2, 2.x B02.FR.09: only what we asked for
      return refuse(request, 'security', `the station is ${station.registration}`, time);
    let { payload }: { payload: object } = request;
    let anomalies: string[] = [];
    const violations = protocol.validateRequest(action, payload);
    if (violations !== null) {
      const tolerated = dialect.tolerate(action, payload, violations);
      const [first] = violations;
      if (tolerated === null) return refuse(request, first?.kind ?? 'generic', reasonOf(violations), time);
      ({ payload, anomalies } = tolerated);
    }
    const settle = handler.retried === true ? once(request, handler, payload) : null;
    if (settle === 'repeated') return;
    const finish = (delegated: object | null): void =>
      decide(request, handler, { payload, anomalies, time, delegated }, settle);
    if (!isDelegated(action, payload, time)) return finish(null);
    void core.outlet
      .ask({
        stationId: station.id,
        action,
        request: payload,
        evse: null,
        timeoutMs: core.options.askTimeout * 1000,
      })
      .then((given) => finish(validAnswer(action, given)))
      .catch((error: unknown) => failed(request, error, time));
    // the answer is delayed, the connection is not: later messages go on
    core.log.debug({ station: station.id, action, messageId }, 'asking outside');
  }

  /** null: not retried; 'repeated': the first one's answer has been or will be given. */
  function once(
    request: IncomingRequest,
    handler: Handler,
    payload: object,
  ): ((payload: string) => void) | 'repeated' {
    const { messageId } = request;
    let answers = answersOf.get(station);
    if (answers === undefined) answersOf.set(station, (answers = createRecentAnswers()));
    const keys = [messageKey(messageId, request.text)];
    if (handler.businessKey !== undefined) keys.push(handler.businessKey(payload));
    const known = answers.repeat(keys, (first) => answer(messageId, formatCallResult(messageId, first)));
    return known ? 'repeated' : answers.begin(keys);
  }

  function isDelegated(action: string, payload: object, time: number): boolean {
    const { delegate } = core.options;
    const external =
      core.authorization.mode === 'external' && (action === 'Authorize' || action === 'StartTransaction');
    if (!external && !delegate.includes(action)) return false;
    const timestamp = 'timestamp' in payload ? Date.parse(String(payload.timestamp)) : Number.NaN;
    return Number.isNaN(timestamp) || time - timestamp <= askAgeLimit;
  }

  function validAnswer(action: string, given: unknown): object | null {
    if (typeof given !== 'object' || given === null) return null;
    const violations = protocol.validateResponse(action, given);
    if (violations === null) return given;
    core.log.warn(
      { station: station.id, action },
      `the outside answer is not valid: ${reasonOf(violations)}`,
    );
    return null;
  }

  function decide(
    request: IncomingRequest,
    handler: Handler,
    known: { payload: object; anomalies: string[]; time: number; delegated: object | null },
    settle: ((payload: string) => void) | null,
  ): void {
    const { messageId, text } = request;
    const { payload, anomalies, time, delegated } = known;
    let decision: Decision;
    try {
      decision = handler.handle(payload, { core, station, time, anomalies, delegated });
    } catch (error) {
      return failed(request, error, time);
    }
    const response = JSON.stringify(decision.response);
    const frame = formatCallResult(messageId, response);
    if (decision.head === null) {
      core.apply(station, decision.effects);
      return answer(messageId, frame);
    }
    const head = anomalies.length > 0 ? { ...decision.head, anomalies } : decision.head;
    recorder.event(station, { head, time, version, frame: maskFrameText(text), answer: frame }, () => {
      settle?.(response);
      answer(messageId, frame);
    });
    core.apply(station, decision.effects);
    core.touch(station);
  }

  /** CALLERROR by the mapping of the version, and an event with the raw text: nothing is lost silently. */
  function refuse(
    request: IncomingRequest,
    kind: Parameters<typeof errorCodeFor>[1],
    reason: string,
    time: number,
  ): void {
    const { messageId, action, text } = request;
    const code = errorCodeFor(version, kind);
    const head: EventHead = {
      kind: 'other',
      event: 'invalid',
      action,
      reason,
      ...(code !== null && { code }),
      raw: cut(maskFrameText(text)),
    };
    core.log.warn({ station: station.id, action, code }, `refused: ${reason}`);
    recorder.event(station, { head, time, version }, () => {
      if (code !== null) answer(messageId, formatCallError(messageId, code, reason));
    });
    core.touch(station);
  }

  function failed(request: IncomingRequest, error: unknown, time: number): void {
    core.log.error(
      { station: station.id, action: request.action, err: error },
      `cannot process: ${messageOf(error)}`,
    );
    refuse(request, 'internal', 'unexpected error', time);
  }

  return {
    accept,
    invalid(head, reply) {
      recorder.event(station, { head, time: clock.now(), version }, () => reply?.());
      core.touch(station);
    },
  };
}

/** Seeds the answers of a station from its last rows, once after a start-up. */
export function seedAnswers(station: Station, rows: readonly LogRow[], dialect: Dialect): void {
  if (answersOf.has(station)) return;
  const answers = createRecentAnswers();
  answersOf.set(station, answers);
  for (const { frame, answer } of rows) {
    if (frame === null || answer === null) continue;
    const [, messageId, action, payload] = JSON.parse(frame) as [number, string, string, object];
    const [type, , response] = JSON.parse(answer) as [number, string, object];
    const handler = dialect.handlers[action];
    if (type !== 3 || handler?.retried !== true) continue;
    const keys = [messageKey(messageId, frame)];
    if (handler.businessKey !== undefined) keys.push(handler.businessKey(payload));
    answers.begin(keys)(JSON.stringify(response));
  }
}

export function needsSeed(station: Station): boolean {
  return !answersOf.has(station);
}

export function cut(text: string): string {
  return text.length > rawLimit ? text.slice(0, rawLimit) : text;
}

function reasonOf(violations: readonly Violation[]): string {
  return violations
    .slice(0, 3)
    .map((violation) => violation.message)
    .join('; ');
}
