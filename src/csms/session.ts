import { parseFrame } from '../ocpp/frame.ts';
import { createPeer, type Incoming, type Peer } from '../ocpp/peer.ts';
import { maskFrameText } from '../ocpp/secrets.ts';
import { versionShownBy, type OcppVersion } from '../ocpp/version.ts';
import {
  createAcceptance,
  cut,
  needsSeed,
  seedAnswers,
  type Acceptance,
  type Dialect,
} from './acceptance.ts';
import type { CallOutcome, Core, Session, SessionCall } from './core.ts';
import type { EventHead } from './model.ts';
import type { LogRow } from './ports.ts';
import { solicitedBy } from './solicited.ts';
import type { Station } from './station.ts';

/** The socket of a session, as far as it matters here. */
export interface Wire {
  readonly address: string;
  readonly securityProfile: number;
  /** A version was agreed on; without one, the first message may show another than assumed. */
  readonly isAgreed: boolean;
  send(text: string): void;
  close(code: number, reason: string): void;
}

export interface ServedSession extends Session {
  receive(text: string): void;
  /** The socket is gone (or will be in a moment): nothing is stored or answered any more. */
  end(reason: string): void;
}

/** Our CALLs that may wait behind the one in flight; more is `busy`. */
const maxQueuedCalls = 64;

/** Rows that are read to know a station's last messages again. */
const seedRows = 100;

/** What a session speaks, and where to get another version. */
export interface Language {
  dialect: Dialect;
  load(version: OcppVersion): Promise<Dialect>;
}

interface Spoken {
  dialect: Dialect;
  peer: Peer<Waiting>;
  acceptance: Acceptance;
}

interface Waiting {
  resolve(outcome: CallOutcome): void;
  beforeWrite: SessionCall['beforeWrite'];
  written: boolean;
}

/** One connection of a station: frames in, frames out, and the calls we make on it. */
export function createSession(
  core: Core,
  station: Station,
  { dialect, load }: Language,
  wire: Wire,
): ServedSession {
  const { clock, outlet, log } = core;
  let spoken = speak(dialect);
  let isAssumed = !wire.isAgreed;
  /** Actions we asked for: they are answered even before the station is accepted. */
  const solicited = new Set<string>();
  let held: string[] | null = needsSeed(station) ? [] : null;
  let ended = false;
  let cancelTimer: (() => void) | null = null;

  if (held !== null) {
    core.eventLog
      .latest(station.id, station.log, seedRows)
      .then(async (rows) => seedAnswers(station, rows, await dialectsOf(rows)))
      .catch((error: unknown) =>
        log.error({ station: station.id, err: error }, 'cannot read the last messages'),
      )
      .finally(release);
  }

  function speak(dialect: Dialect): Spoken {
    const peer = createPeer<Waiting>({
      protocol: dialect.protocol,
      role: 'csms',
      maxQueuedCalls,
      newMessageId: () => core.newId(),
    });
    const acceptance = createAcceptance(core, station, dialect, (messageId, text) => {
      for (const copy of peer.answer(messageId, text)) send(copy);
    });
    return { dialect, peer, acceptance };
  }

  async function dialectsOf(rows: readonly LogRow[]): Promise<Map<OcppVersion, Dialect>> {
    const dialects = new Map<OcppVersion, Dialect>();
    for (const { version } of rows)
      if (version !== null && !dialects.has(version)) dialects.set(version, await load(version));
    return dialects;
  }

  /** What came meanwhile goes on its way. */
  function release(): void {
    const texts = held ?? [];
    held = null;
    for (const text of texts) receive(text);
  }

  /** Before anything was answered, the first message shows another version than the assumed one. */
  function speakAnother(version: OcppVersion, text: string): void {
    held = [text];
    log.info({ station: station.id, version }, 'the first message shows another OCPP version');
    load(version)
      .then((dialect) => {
        if (ended) return;
        abandonCalls();
        spoken = speak(dialect);
      })
      .catch((error: unknown) => log.error({ station: station.id, err: error }, 'cannot load a version'))
      .finally(release);
  }

  function send(text: string): void {
    if (ended) return;
    if (isRaw()) outlet.raw(station.id, 'out', maskFrameText(text));
    wire.send(text);
  }

  function isRaw(): boolean {
    return station.rawFrames || core.options.rawFrames;
  }

  function receive(text: string): void {
    if (ended) return;
    if (held !== null) {
      held.push(text);
      return;
    }
    if (isAssumed) {
      isAssumed = false;
      const version = versionShown(text, spoken.dialect.protocol.version);
      if (version !== spoken.dialect.protocol.version) return speakAnother(version, text);
    }
    if (isRaw()) outlet.raw(station.id, 'in', maskFrameText(text));
    const { peer, acceptance } = spoken;
    const incoming = peer.receive(text);
    switch (incoming.type) {
      case 'call':
      case 'send':
        acceptance.accept(incoming, solicited.has(incoming.action));
        return;
      case 'result':
        settle(incoming.call.ref, { type: 'result', payload: incoming.payload });
        return;
      case 'error': {
        const { code, description, details } = incoming;
        settle(incoming.call.ref, { type: 'error', code, description, details });
        return;
      }
      case 'invalid':
        receiveInvalid(incoming, text);
        return;
      case 'result_error':
        // never answered: OCPP 2.1 part 4 §4.2.3
        acceptance.invalid(invalidHead(`the station could not use our answer: ${incoming.code}`, text), null);
        return;
      case 'repeat':
      case 'stale':
        log.debug({ station: station.id, messageId: incoming.messageId }, incoming.type);
        return;
    }
  }

  function receiveInvalid(incoming: Extract<Incoming<Waiting>, { type: 'invalid' }>, text: string): void {
    const { reply, call, reason } = incoming;
    log.warn({ station: station.id, action: incoming.action }, `invalid frame: ${reason}`);
    spoken.acceptance.invalid(invalidHead(reason, text), reply === null ? null : () => send(reply));
    if (call !== null)
      settle(call.ref, {
        type: 'error',
        code: 'FormationViolation',
        description: reason,
        details: { raw: cut(maskFrameText(text)) },
      });
  }

  function settle(waiting: Waiting, outcome: CallOutcome): void {
    waiting.resolve(outcome);
    pump();
  }

  /** Writes the next CALL when none is in flight. */
  function pump(): void {
    const { peer } = spoken;
    const next = ended ? null : peer.dequeue(clock.monotonic());
    if (next !== null) {
      const { ref } = next.call;
      const proceed = (): void => {
        if (ended) return;
        ref.written = true;
        peer.written(clock.monotonic());
        send(next.text);
        arm();
      };
      if (ref.beforeWrite === undefined) proceed();
      else ref.beforeWrite(proceed);
    }
    arm();
  }

  /** One timer for the nearest deadline. */
  function arm(): void {
    cancelTimer?.();
    cancelTimer = null;
    const deadline = spoken.peer.deadline();
    if (ended || deadline === Infinity) return;
    cancelTimer = clock.after(Math.max(0, deadline - clock.monotonic()), () => {
      const { expired, timedOut } = spoken.peer.expire(clock.monotonic());
      for (const call of expired) call.ref.resolve({ type: 'expired' });
      if (timedOut !== null) timedOut.ref.resolve({ type: 'timeout' });
      pump();
    });
  }

  function call({ action, payload, timeoutMs, expiresAt, beforeWrite }: SessionCall): Promise<CallOutcome> {
    if (ended) return Promise.resolve({ type: 'offline' });
    const awaited = solicitedBy(action, payload);
    if (awaited !== null) solicited.add(awaited);
    return new Promise((resolve) => {
      const ref: Waiting = { resolve, beforeWrite, written: false };
      const until = clock.monotonic() + (expiresAt - clock.now());
      if (!spoken.peer.enqueue({ action, payload: { ...payload }, timeoutMs, expiresAt: until, ref }))
        resolve({ type: 'busy' });
      else pump();
    });
  }

  function end(): void {
    if (ended) return;
    ended = true;
    spoken.acceptance.end();
    cancelTimer?.();
    abandonCalls();
  }

  function abandonCalls(): void {
    const { inFlight, queued } = spoken.peer.close();
    inFlight?.ref.resolve({ type: inFlight.ref.written ? 'timeout' : 'offline' });
    for (const { ref } of queued) ref.resolve({ type: 'offline' });
  }

  return {
    station,
    get version() {
      return spoken.dialect.protocol.version;
    },
    get protocol() {
      return spoken.dialect.protocol;
    },
    address: wire.address,
    receive,
    call,
    end,
    close(code, reason) {
      wire.close(code, reason);
    },
  };
}

/** By the first message of a connection without agreed version. */
function versionShown(text: string, assumed: OcppVersion): OcppVersion {
  const frame = parseFrame(text);
  return frame.type === 'CALL' ? versionShownBy(frame.action, frame.payload, assumed) : assumed;
}

function invalidHead(reason: string, text: string): EventHead {
  return { kind: 'other', event: 'invalid', reason, raw: cut(maskFrameText(text)) };
}
