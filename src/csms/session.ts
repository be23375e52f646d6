import { createPeer, type Incoming } from '../ocpp/peer.ts';
import { maskFrameText } from '../ocpp/secrets.ts';
import { createAcceptance, cut, needsSeed, seedAnswers, type Dialect } from './acceptance.ts';
import type { CallOutcome, Core, Session, SessionCall } from './core.ts';
import type { EventHead } from './model.ts';
import type { Station } from './station.ts';

/** The socket of a session, as far as it matters here. */
export interface Wire {
  readonly address: string;
  readonly securityProfile: number;
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

interface Waiting {
  resolve(outcome: CallOutcome): void;
  beforeWrite: SessionCall['beforeWrite'];
  written: boolean;
}

/** One connection of a station: frames in, frames out, and the calls we make on it. */
export function createSession(core: Core, station: Station, dialect: Dialect, wire: Wire): ServedSession {
  const { clock, outlet, log } = core;
  const { protocol } = dialect;
  const peer = createPeer<Waiting>({
    protocol,
    role: 'csms',
    maxQueuedCalls,
    newMessageId: () => core.newId(),
  });
  const acceptance = createAcceptance(core, station, dialect, (messageId, text) => {
    for (const copy of peer.answer(messageId, text)) send(copy);
  });
  /** Actions a TriggerMessage asked for: they are answered even before the station is accepted. */
  const solicited = new Set<string>();
  let held: string[] | null = needsSeed(station) ? [] : null;
  let ended = false;
  let cancelTimer: (() => void) | null = null;

  if (held !== null) {
    core.eventLog
      .latest(station.id, station.log, seedRows)
      .then((rows) => seedAnswers(station, rows, dialect))
      .catch((error: unknown) =>
        log.error({ station: station.id, err: error }, 'cannot read the last messages'),
      )
      .finally(() => {
        const texts = held ?? [];
        held = null;
        for (const text of texts) receive(text);
      });
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
    if (isRaw()) outlet.raw(station.id, 'in', maskFrameText(text));
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
    acceptance.invalid(invalidHead(reason, text), reply === null ? null : () => send(reply));
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
    const deadline = peer.deadline();
    if (ended || deadline === Infinity) return;
    cancelTimer = clock.after(Math.max(0, deadline - clock.monotonic()), () => {
      const { expired, timedOut } = peer.expire(clock.monotonic());
      for (const call of expired) call.ref.resolve({ type: 'expired' });
      if (timedOut !== null) timedOut.ref.resolve({ type: 'timeout' });
      pump();
    });
  }

  function call({ action, payload, timeoutMs, expiresAt, beforeWrite }: SessionCall): Promise<CallOutcome> {
    if (ended) return Promise.resolve({ type: 'offline' });
    if ((action === 'TriggerMessage' || action === 'ExtendedTriggerMessage') && 'requestedMessage' in payload)
      solicited.add(String(payload.requestedMessage));
    return new Promise((resolve) => {
      const ref: Waiting = { resolve, beforeWrite, written: false };
      const until = clock.monotonic() + (expiresAt - clock.now());
      if (!peer.enqueue({ action, payload: { ...payload }, timeoutMs, expiresAt: until, ref }))
        resolve({ type: 'busy' });
      else pump();
    });
  }

  function end(): void {
    if (ended) return;
    ended = true;
    acceptance.end();
    cancelTimer?.();
    const { inFlight, queued } = peer.close();
    inFlight?.ref.resolve({ type: inFlight.ref.written ? 'timeout' : 'offline' });
    for (const { ref } of queued) ref.resolve({ type: 'offline' });
  }

  return {
    station,
    version: protocol.version,
    protocol,
    address: wire.address,
    receive,
    call,
    end,
    close(code, reason) {
      wire.close(code, reason);
    },
  };
}

function invalidHead(reason: string, text: string): EventHead {
  return { kind: 'other', event: 'invalid', reason, raw: cut(maskFrameText(text)) };
}
