import { formatCall } from './frame-text.ts';
import type { Payload } from './frame-text.ts';

/** What the caller wants to have sent. */
interface CallRequest<Ref> {
  action: string;
  payload: Payload;
  /** How long to wait for the answer, from the moment the CALL was written, ms. */
  timeoutMs: number;
  /** On the scale of `now`: not sent at or after this moment. `Infinity`: waits as long as the connection lasts. */
  expiresAt: number;
  /** Whatever the caller needs to recognise it. */
  ref: Ref;
}

export interface Call<Ref> extends CallRequest<Ref> {
  messageId: string;
}

/** Calls that ended by themselves. */
interface Expiry<Ref> {
  /** Never sent. */
  expired: Call<Ref>[];
  /** Sent, and not answered in time: the outcome is unknown. */
  timedOut: Call<Ref> | null;
}

/**
 * The outgoing CALLs of one connection: one at a time, the others wait. OCPP-J 1.6 §4.1.1, OCPP 2.1 part 4
 * §4.1.1. Each call that was enqueued comes out exactly once: by `end`, `expire` or `close`.
 */
export interface CallQueue<Ref> {
  /** `false`: full, or closed. */
  enqueue(request: CallRequest<Ref>): boolean;
  /** The next CALL that may be written now; it is in flight from here on. `null`: none. */
  dequeue(now: number): { call: Call<Ref>; text: string } | null;
  /** The CALL in flight was written: its time starts. */
  written(now: number): void;
  /** Ends the CALL in flight if it has this message id. */
  end(messageId: string): Call<Ref> | null;
  expire(now: number): Expiry<Ref>;
  /** When `expire` has something to do next; `Infinity`: never. */
  deadline(): number;
  close(): { inFlight: Call<Ref> | null; queued: Call<Ref>[] };
}

export function createCallQueue<Ref>(options: {
  maxQueuedCalls: number;
  newMessageId: () => string;
}): CallQueue<Ref> {
  let queued: Call<Ref>[] = [];
  let inFlight: Call<Ref> | null = null;
  let answerDue = Infinity;
  let closed = false;

  function takeInFlight(): Call<Ref> | null {
    const call = inFlight;
    inFlight = null;
    answerDue = Infinity;
    return call;
  }

  return {
    enqueue(request) {
      if (closed || queued.length >= options.maxQueuedCalls) return false;
      queued.push({ ...request, messageId: options.newMessageId() });
      return true;
    },

    dequeue(now) {
      if (inFlight !== null) return null;
      // What has expired stays for `expire` to tell.
      const next = queued.findIndex((call) => call.expiresAt > now);
      const [call] = next === -1 ? [] : queued.splice(next, 1);
      if (call === undefined) return null;
      inFlight = call;
      return { call, text: formatCall(call.messageId, call.action, call.payload) };
    },

    written(now) {
      if (inFlight !== null) answerDue = now + inFlight.timeoutMs;
    },

    end(messageId) {
      return inFlight?.messageId === messageId ? takeInFlight() : null;
    },

    expire(now) {
      const timedOut = answerDue <= now ? takeInFlight() : null;
      const expired = queued.filter((call) => call.expiresAt <= now);
      if (expired.length > 0) queued = queued.filter((call) => call.expiresAt > now);
      return { expired, timedOut };
    },

    deadline() {
      return queued.reduce((earliest, call) => Math.min(earliest, call.expiresAt), answerDue);
    },

    close() {
      closed = true;
      const rest = { inFlight: takeInFlight(), queued };
      queued = [];
      return rest;
    },
  };
}
