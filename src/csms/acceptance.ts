import { errorCodeFor } from '../ocpp/errors.ts';
import { formatCallError, formatCallResult } from '../ocpp/frame-text.ts';
import type { IncomingRequest } from '../ocpp/peer.ts';
import { maskFrameText } from '../ocpp/secrets.ts';
import type { Protocol, Violation } from '../ocpp/validator.ts';
import type { OcppVersion } from '../ocpp/version.ts';
import { messageOf } from '../errors.ts';
import { createRecentAnswers, messageKey, type RecentAnswers, type Settle } from './answers.ts';
import type { Core } from './core.ts';
import type { Decision, Handler, Handlers, Incoming } from './handlers.ts';
import type { EventHead } from './model.ts';
import type { LogRow, Question } from './ports.ts';
import type { Station } from './station.ts';

/** What one OCPP version brings: its schemas, its handlers, and what it tolerates. */
export interface Dialect {
  readonly protocol: Protocol;
  readonly handlers: Handlers;
  /** Clears up what is clear in spite of its form; null when the message has to be refused. */
  tolerate(action: string, payload: object, violations: Violation[]): Tolerated | null;
  /** What is wrong with a message that its schema allows; null: nothing. */
  problem(action: string, payload: object): string | null;
  /** The token that this message wants decided, as the request of an Authorize; null for other messages. */
  tokenAsked(action: string, payload: object): { request: object; evse: number | null } | null;
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
  /** Another connection took over, or this one is gone: what is still being asked outside is dropped. */
  end(): void;
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
  /** Messages that wait for an outside decision. */
  const asked = new Set<Settle>();
  let ended = false;

  function accept(request: IncomingRequest, solicited: boolean): void {
    const time = clock.now();
    try {
      acceptAt(request, solicited, time);
    } catch (error) {
      failed(request, error, time);
    }
  }

  function acceptAt(request: IncomingRequest, solicited: boolean, time: number): void {
    const { action } = request;
    const handler = handlers[action];
    if (handler === undefined) return refuse(request, 'wrong_direction', `${action} is not supported`, time);
    const isAwaited = solicited && station.registration === 'pending';
    if (station.registration !== 'accepted' && action !== 'BootNotification' && !isAwaited)
      // OCPP 1.6 §4.2, 2.0.1 B02.FR.09: while pending only what we asked for, while rejected nothing
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
    const problem = dialect.problem(action, payload);
    if (problem !== null) return refuse(request, 'constraint', problem, time);
    const settle = handler.retried === true ? once(request, handler, payload) : null;
    if (settle === 'repeated') return;
    const known = { payload, anomalies, time };
    const question = questionAbout(action, payload);
    if (question === null)
      return decide(request, handler, { ...known, delegated: null, undecided: 'list' }, settle);
    if (isPast(payload, time))
      return decide(request, handler, { ...known, delegated: null, undecided: 'list_or_accept' }, settle);
    // the answer is delayed, the connection is not: later messages go on
    if (settle !== null) asked.add(settle);
    void core.outlet
      .ask({ stationId: station.id, ...question, timeoutMs: core.options.askTimeout * 1000 })
      .then((given) => {
        if (ended) return;
        if (settle !== null) asked.delete(settle);
        const delegated = validAnswer(question.action, given);
        decide(request, handler, { ...known, delegated, undecided: core.options.askFallback }, settle);
      })
      .catch((error: unknown) => {
        settle?.(null);
        failed(request, error, time);
      });
  }

  /** null: not retried; 'repeated': the first one's answer has been or will be given. */
  function once(request: IncomingRequest, handler: Handler, payload: object): Settle | 'repeated' {
    const { messageId } = request;
    let answers = answersOf.get(station);
    if (answers === undefined) answersOf.set(station, (answers = createRecentAnswers()));
    const keys = [messageKey(messageId, request.text)];
    if (handler.businessKey !== undefined) keys.push(handler.businessKey(payload));
    const known = answers.repeat(keys, (first) => answer(messageId, formatCallResult(messageId, first)));
    if (known) return 'repeated';
    const earlier = handler.answered?.(payload, station) ?? null;
    if (earlier === null) return answers.begin(keys);
    answer(messageId, formatCallResult(messageId, JSON.stringify(earlier)));
    return 'repeated';
  }

  /** What to ask somebody outside about this message; null: nothing. */
  function questionAbout(
    action: string,
    payload: object,
  ): Pick<Question, 'action' | 'request' | 'evse'> | null {
    const token = dialect.tokenAsked(action, payload);
    const asksForToken =
      core.authorization.mode === 'external' || core.options.delegate.includes('Authorize');
    if (token !== null && asksForToken) return { action: 'Authorize', ...token };
    return core.options.delegate.includes(action) ? { action, request: payload, evse: null } : null;
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
    known: Pick<Incoming, 'anomalies' | 'time' | 'delegated' | 'undecided'> & { payload: object },
    settle: Settle | null,
  ): void {
    const { messageId, text } = request;
    const { payload, anomalies, time, delegated, undecided } = known;
    let decision: Decision;
    try {
      decision = handler.handle(payload, { core, station, time, anomalies, delegated, undecided });
    } catch (error) {
      settle?.(null);
      return failed(request, error, time);
    }
    const response = JSON.stringify(decision.response);
    // OCPP 2.1 part 4 §4.2.4: a SEND is never answered
    const frame = request.type === 'send' ? null : formatCallResult(messageId, response);
    if (decision.head === null) {
      core.apply(station, decision.effects);
      if (frame !== null) answer(messageId, frame);
      return;
    }
    const head = anomalies.length > 0 ? { ...decision.head, anomalies } : decision.head;
    recorder.event(station, { head, time, version, frame: maskFrameText(text), answer: frame }, () => {
      settle?.(response);
      if (frame !== null) answer(messageId, frame);
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
    const code = request.type === 'send' ? null : errorCodeFor(version, kind);
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
    end() {
      ended = true;
      // the station will say it again
      for (const settle of asked) settle(null);
    },
    invalid(head, reply) {
      recorder.event(station, { head, time: clock.now(), version }, () => reply?.());
      core.touch(station);
    },
  };
}

/** Seeds the answers of a station from its last rows, once after a start-up. */
export function seedAnswers(
  station: Station,
  rows: readonly LogRow[],
  dialects: ReadonlyMap<OcppVersion, Dialect>,
): void {
  if (answersOf.has(station)) return;
  const answers = createRecentAnswers();
  answersOf.set(station, answers);
  for (const { version, frame, answer } of rows) {
    if (version === null || frame === null || answer === null) continue;
    const [, messageId, action, payload] = JSON.parse(frame) as [number, string, string, object];
    const [type, , response] = JSON.parse(answer) as [number, string, object];
    const handler = dialects.get(version)?.handlers[action];
    if (type !== 3 || handler?.retried !== true) continue;
    const keys = [messageKey(messageId, frame)];
    if (handler.businessKey !== undefined) keys.push(handler.businessKey(payload));
    answers.begin(keys)(JSON.stringify(response));
  }
}

export function needsSeed(station: Station): boolean {
  // of one that never said anything there is nothing to read
  return station.lastSeq > 0 && !answersOf.has(station);
}

/** Sent so late that nobody waits for the answer any more. */
function isPast(payload: object, time: number): boolean {
  return 'timestamp' in payload && time - Date.parse(String(payload.timestamp)) > askAgeLimit;
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
