import type { EventLog, LogRow, ProjectionChange, StationQuery } from '../csms/ports.ts';
import { GatewayError } from '../errors.ts';
import { pushChange } from './flat-changes.ts';
import { pushRow, sizeOf } from './flat-rows.ts';
import type { Flat } from './flat-rows.ts';
import type { Batch, OpenedPartition } from './messages.ts';

/** A batch takes no more rows beyond this: bounds the writer's memory and the wait of what comes behind. */
const batchBytes = 2 * 1024 * 1024;
/** The cursor is written at most this often, ms. */
const cursorInterval = 100;

/** Where the log reads, in a thread of its own. */
export interface LogReader {
  read(partition: number, afterN: number, limit: number): Promise<LogRow[]>;
  readStation(partition: number, query: StationQuery): Promise<LogRow[]>;
  latest(partition: number, station: string, log: string, limit: number): Promise<LogRow[]>;
}

export interface PartitionLogOptions {
  partition: number;
  opened: OpenedPartition;
  reader: LogReader;
  /** Hands a batch to the writer. */
  send(batch: Batch): void;
  /** UTC day of the wall clock, days since 1970. */
  day(): number;
  /** What a `committed` callback threw. */
  onError(error: unknown): void;
}

/** The main thread's side of a partition: groups rows into batches, one at most in the writer. */
export interface PartitionLog extends EventLog {
  project(change: ProjectionChange): void;
  /** The batch in the writer is durable; the states of `saved` batches so far are written. */
  committed(saved: number): void;
  /** The states of so many batches are written. */
  saved(count: number): void;
  /** Hands over every projection whose row is committed. */
  flushState(): void;
  /** Resolves when nothing is pending any more, be it committed or dropped by a failure. */
  drained(): Promise<void>;
  /** Drops what is not committed and refuses rows until `resume`. */
  fail(): void;
  /** Goes on with what a new writer found in the log. */
  resume(opened: OpenedPartition): void;
}

interface PendingBatch {
  rows: LogRow[];
  callbacks: ((row: LogRow) => void)[];
  flat: Flat;
  bytes: number;
}

const emptyBatch = (): PendingBatch => ({ rows: [], callbacks: [], flat: [], bytes: 0 });

export function createPartitionLog(options: PartitionLogOptions): PartitionLog {
  const { partition, reader } = options;
  let { lastN, acknowledged } = options.opened;
  /** Highest `n` handed to `append`, and highest durable. */
  let appendedN = lastN;
  let committedN = lastN;
  let failed = false;

  let collecting = emptyBatch();
  /** Full batches in front of `collecting`. */
  const full: PendingBatch[] = [];
  let inWriter: PendingBatch | undefined;
  let pendingBytes = 0;
  let turnScheduled = false;

  /** Projections not handed over yet, and those handed over with each batch that may not be written yet. */
  let changes: ProjectionChange[] = [];
  let sentChanges: ProjectionChange[][] = [];
  let savedBatches = 0;

  let cursorWritten = acknowledged;
  let cursorDue = false;
  let cursorTimer: NodeJS.Timeout | undefined;
  let whenDrained: (() => void)[] = [];

  function scheduleTurn(): void {
    if (turnScheduled || failed) return;
    turnScheduled = true;
    setImmediate(endOfTurn);
  }

  function endOfTurn(): void {
    turnScheduled = false;
    if (!failed && inWriter === undefined) handOver();
  }

  /** The writer is idle: gives it what has collected. */
  function handOver(): void {
    const batch = full.shift() ?? collecting;
    if (batch === collecting) collecting = emptyBatch();
    const last = batch.rows.at(-1);
    if (last !== undefined) inWriter = batch;
    const state = takeChanges(last?.n ?? committedN);
    if (last !== undefined || state.length > 0 || cursorDue) post(batch, state);
    reportDrained();
  }

  function post(batch: PendingBatch, state: ProjectionChange[]): void {
    const flat: Flat = [];
    for (const change of state) pushChange(flat, change);
    const withCursor = cursorDue || (state.length > 0 && acknowledged > cursorWritten);
    sentChanges.push(state);
    options.send({
      type: 'batch',
      partition,
      day: options.day(),
      rows: batch.flat,
      bytes: batch.bytes,
      changes: flat,
      acknowledged: withCursor ? acknowledged : null,
    });
    if (!withCursor) return;
    cursorWritten = acknowledged;
    cursorDue = false;
  }

  /** The projections in front, in order, that belong to rows up to `n`. */
  function takeChanges(n: number): ProjectionChange[] {
    let count = 0;
    while (count < changes.length && (changes[count]?.n ?? 0) <= n) count += 1;
    if (count === 0) return [];
    const taken = changes;
    changes = taken.splice(count);
    return taken;
  }

  function saved(count: number): void {
    if (failed) return;
    sentChanges.splice(0, count - savedBatches);
    savedBatches = count;
  }

  function dropPending(): void {
    collecting = emptyBatch();
    full.length = 0;
    inWriter = undefined;
    pendingBytes = 0;
  }

  function reportDrained(): void {
    if (inWriter !== undefined || pendingBytes > 0) return;
    const listeners = whenDrained;
    whenDrained = [];
    for (const listener of listeners) listener();
  }

  function writeCursorSoon(): void {
    if (cursorTimer !== undefined || failed) return;
    cursorTimer = setTimeout(() => {
      cursorTimer = undefined;
      cursorDue = acknowledged > cursorWritten;
      scheduleTurn();
    }, cursorInterval).unref();
  }

  return {
    partition,
    get lastN() {
      return lastN;
    },
    get acknowledged() {
      return acknowledged;
    },
    get pendingBytes() {
      return pendingBytes;
    },

    append(row, committed) {
      if (failed) return;
      if (row.n <= appendedN) {
        throw new GatewayError('internal', `Row ${row.n} was appended behind row ${appendedN}.`);
      }
      appendedN = row.n;
      const bytes = sizeOf(row);
      pendingBytes += bytes;
      collecting.bytes += bytes;
      collecting.rows.push(row);
      collecting.callbacks.push(committed);
      pushRow(collecting.flat, row);
      if (collecting.bytes >= batchBytes) {
        full.push(collecting);
        collecting = emptyBatch();
      }
      if (inWriter === undefined) scheduleTurn();
    },

    read: (afterN, limit) => reader.read(partition, afterN, limit),
    readStation: (query) => reader.readStation(partition, query),
    latest: (station, log, limit) => reader.latest(partition, station, log, limit),

    acknowledge(n) {
      if (n <= acknowledged) return;
      acknowledged = n;
      writeCursorSoon();
    },

    project(change) {
      if (failed && change.n > committedN) return;
      changes.push(change);
      if (inWriter === undefined) scheduleTurn();
    },

    committed(savedCount) {
      const batch = inWriter;
      if (batch === undefined) return;
      saved(savedCount);
      inWriter = undefined;
      pendingBytes -= batch.bytes;
      committedN = batch.rows.at(-1)?.n ?? committedN;
      // The writer gets its next batch before the answers of this one are written.
      handOver();
      for (const [index, row] of batch.rows.entries()) {
        try {
          batch.callbacks[index]?.(row);
        } catch (error) {
          options.onError(error);
        }
      }
    },

    saved,

    flushState() {
      if (failed) return;
      cursorDue = acknowledged > cursorWritten;
      const state = takeChanges(committedN);
      if (state.length > 0 || cursorDue) post(emptyBatch(), state);
    },

    drained() {
      if (inWriter === undefined && pendingBytes === 0) return Promise.resolve();
      return new Promise((resolve) => {
        whenDrained.push(resolve);
      });
    },

    fail() {
      failed = true;
      dropPending();
      changes = [...sentChanges.flat(), ...changes].filter(({ n }) => n <= committedN);
      sentChanges = [];
      savedBatches = 0;
      clearTimeout(cursorTimer);
      cursorTimer = undefined;
      reportDrained();
    },

    resume(opened) {
      failed = false;
      ({ lastN } = opened);
      appendedN = lastN;
      committedN = lastN;
      cursorWritten = opened.acknowledged;
      cursorDue = acknowledged > cursorWritten;
      scheduleTurn();
    },
  };
}
