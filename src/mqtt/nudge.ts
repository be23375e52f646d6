import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../csms/ports.ts';

/** For so long after a message more of them are expected, ms. */
const PROMPT_MS = 1000;

export interface NudgeOptions {
  /** The connection to the broker. */
  connection: Duplex;
  clock: Clock;
  /** Writes a small packet that the broker does not answer. */
  nudge: () => void;
}

/**
 * Keeps commands from waiting behind PUBACKs. Mosquitto leaves Nagle's algorithm on (`set_tcp_nodelay`): it sends
 * nothing small while our system holds back the TCP acknowledgement of what it sent last, 40 ms. Only data from us
 * carries that acknowledgement at once: so while messages come, what arrives and leaves us nothing to say is followed
 * by a nudge. Returns what to call for each message.
 */
export function keepPrompt({ connection, clock, nudge }: NudgeOptions): () => void {
  // inside a WebSocket or this process nobody waits for TCP, or nothing tells us what was written
  if (!(connection instanceof Socket)) return () => {};
  const socket = connection;
  let until = -Infinity;
  let isScheduled = false;
  /** What was written when something last arrived. */
  let written = 0;

  function nudgeWhenSilent(): void {
    isScheduled = false;
    if (socket.bytesWritten === written && socket.writable) nudge();
  }

  socket.prependListener('data', () => {
    written = socket.bytesWritten;
    if (isScheduled || clock.monotonic() >= until) return;
    isScheduled = true;
    // what there is to say leaves at the end of this turn
    setImmediate(() => setImmediate(nudgeWhenSilent));
  });
  return () => {
    until = clock.monotonic() + PROMPT_MS;
  };
}
