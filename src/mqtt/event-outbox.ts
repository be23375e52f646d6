import type { Clock, EventLog, LogRow } from '../csms/ports.ts';
import type { PublishOutcome } from './bus.ts';
import { isRefusal } from './reason-codes.ts';
import { createRowQueue, rowsAtOnce } from './row-queue.ts';

/** Lost so often in a row, a message is suspected of ending the connection. */
const SUSPECT_AFTER = 3;
const BACKOFF_MS = 1000;
const BACKOFF_MAX_MS = 60_000;

/** A row on its way to the broker: the token of its publish, and a link of the list of those in flight. */
export interface InFlightEvent {
  readonly kind: 'event';
  readonly n: number;
  isDone: boolean;
  next: InFlightEvent | null;
}

export interface EventOutboxOptions {
  eventLog: EventLog;
  clock: Clock;
  /** Most events in flight at once, at this moment. */
  limit: () => number;
  publish: (row: LogRow, token: InFlightEvent) => PublishOutcome;
  /** It went wrong alone, or cannot be sent at all; it stays in the log and the cursor passes it. */
  parked: (row: LogRow, reason: 'disconnects' | 'too_large') => void;
  /** The broker refused an event; told once until one is taken again. */
  refused: (reasonCode: number) => void;
  /** The log could not be read; tried again by itself. */
  failed: (error: unknown) => void;
}

/**
 * The outbox is a cursor: events leave in order of `n`, and what the broker has acknowledged without a gap is
 * acknowledged in the log. Events that cannot leave at once are read from the log again, in an outage as after a
 * restart; so memory is bounded.
 */
export interface EventOutbox {
  /** A committed row; called in order of `n`. */
  event(row: LogRow): void;
  acknowledged(event: InFlightEvent, reasonCode: number): void;
  /** The connection is lost, and all that was in flight with it. */
  lost(): void;
  /** There may be room, or a connection. */
  resume(): void;
  /** No timer and no read starts from now on. */
  stop(): void;
  /** Committed rows that are not acknowledged, as far as their `n` tells. */
  readonly behind: number;
  /** Some of them have not left yet. */
  readonly isWaiting: boolean;
}

export function createEventOutbox(options: EventOutboxOptions): EventOutbox {
  const { eventLog, clock, limit, publish, parked, refused, failed } = options;
  /** Everything up to here is acknowledged or passed. */
  let acknowledgedN = eventLog.acknowledged;
  /** The next row to send is the one behind this. */
  let sentN = acknowledgedN;
  /** Highest `n` that is committed. */
  let committedN = Math.max(eventLog.lastN, acknowledgedN);

  let first: InFlightEvent | null = null;
  let last: InFlightEvent | null = null;
  let inFlight = 0;

  /** Rows behind `sentN` up to `waitingN`, without a gap; what has no room is read when its turn has come. */
  const waiting = createRowQueue();
  let waitingN = sentN;
  let isReading = false;
  /** Counts the rewinds: what was read before one is of no use after it. */
  let epoch = 0;

  /** How many disconnects in a row found it unacknowledged, by `n`. */
  let losses = new Map<number, number>();
  /** A suspect that is in flight with nothing else. */
  let alone: LogRow | null = null;
  let backoffMs = 0;
  let cancelTimer: (() => void) | null = null;
  let isStopped = false;

  function advance(): void {
    const before = acknowledgedN;
    while (first !== null && first.isDone) {
      acknowledgedN = first.n;
      first = first.next;
    }
    if (first === null) last = null;
    if (acknowledgedN !== before) eventLog.acknowledge(acknowledgedN);
  }

  function track(entry: InFlightEvent): void {
    if (last === null) first = entry;
    else last.next = entry;
    last = entry;
  }

  /** Nothing has to be acknowledged for this row. */
  function pass(n: number): void {
    if (first === null) {
      acknowledgedN = n;
      eventLog.acknowledge(n);
    } else track({ kind: 'event', n, isDone: true, next: null });
  }

  /** Sends a row or passes it; false when it has to wait. */
  function send(row: LogRow): boolean {
    if (row.seq === null) {
      pass(row.n);
      return true;
    }
    if (alone !== null || cancelTimer !== null) return false;
    const isSuspect = (losses.get(row.n) ?? 0) >= SUSPECT_AFTER;
    // after a refusal one is tried until it is taken
    const most = isSuspect || backoffMs > 0 ? 1 : limit();
    if (inFlight >= most) return false;
    const entry: InFlightEvent = { kind: 'event', n: row.n, isDone: false, next: null };
    const outcome = publish(row, entry);
    if (outcome === 'full') return false;
    if (outcome === 'too_large') {
      parked(row, 'too_large');
      pass(row.n);
      return true;
    }
    track(entry);
    inFlight++;
    if (isSuspect) alone = row;
    return true;
  }

  function pump(): void {
    if (isStopped) return;
    for (let row = waiting.first; row !== undefined; row = waiting.first) {
      if (!send(row)) return;
      sentN = row.n;
      waiting.shift();
    }
    if (sentN < committedN) read();
  }

  function read(): void {
    if (isReading || cancelTimer !== null) return;
    isReading = true;
    const started = epoch;
    eventLog.read(sentN, rowsAtOnce).then(
      (rows) => {
        isReading = false;
        if (isStopped) return;
        if (started === epoch) take(rows);
        pump();
      },
      (error: unknown) => {
        isReading = false;
        if (isStopped) return;
        failed(error);
        waitAndResume(BACKOFF_MS);
      },
    );
  }

  function take(rows: LogRow[]): void {
    const end = rows.at(-1);
    // the log has nothing more for us
    if (end === undefined) sentN = waitingN = committedN;
    else waitingN = end.n;
    waiting.fill(rows);
  }

  /** Goes back to what is acknowledged; what was in flight is sent again. */
  function rewind(): void {
    epoch++;
    // what arrives for them later is not for their next publish
    for (let entry: InFlightEvent | null = first; entry !== null; entry = entry.next) entry.isDone = true;
    first = last = null;
    inFlight = 0;
    alone = null;
    waiting.clear();
    sentN = waitingN = acknowledgedN;
  }

  function waitAndResume(ms: number): void {
    cancelTimer?.();
    cancelTimer = clock.after(ms, () => {
      cancelTimer = null;
      pump();
    });
  }

  function countLosses(): void {
    // a connection on which nothing was sent tells nothing
    if (first === null) return;
    const before = losses;
    losses = new Map();
    for (let entry: InFlightEvent | null = first; entry !== null; entry = entry.next) {
      if (!entry.isDone) losses.set(entry.n, (before.get(entry.n) ?? 0) + 1);
    }
  }

  return {
    event(row) {
      const isNext = waitingN === committedN;
      committedN = row.n;
      if (!isNext || isStopped) return;
      if (waiting.first === undefined && send(row)) sentN = waitingN = row.n;
      else if (waiting.push(row)) waitingN = row.n;
    },
    acknowledged(event, reasonCode) {
      if (event.isDone) return;
      inFlight--;
      if (isRefusal(reasonCode)) {
        if (backoffMs === 0) refused(reasonCode);
        backoffMs = backoffMs === 0 ? BACKOFF_MS : Math.min(backoffMs * 2, BACKOFF_MAX_MS);
        rewind();
        waitAndResume(backoffMs);
        return;
      }
      event.isDone = true;
      alone = null;
      backoffMs = 0;
      losses.delete(event.n);
      advance();
      if (sentN < committedN) pump();
    },
    lost() {
      const culprit = alone;
      // a suspect was alone: this says nothing about the others
      if (culprit === null) countLosses();
      rewind();
      if (culprit === null) return;
      losses.delete(culprit.n);
      parked(culprit, 'disconnects');
      sentN = waitingN = culprit.n;
      pass(culprit.n);
    },
    resume() {
      if (sentN < committedN) pump();
    },
    stop() {
      isStopped = true;
      cancelTimer?.();
    },
    get behind() {
      return committedN - acknowledgedN;
    },
    get isWaiting() {
      return sentN < committedN;
    },
  };
}
