import type { EventLog, LogRow } from '../../src/csms/ports.ts';

/** An event log in memory for tests of what reads it: committed as soon as it is appended. */
export interface MemoryEventLog extends EventLog {
  readonly rows: LogRow[];
  /** How often `read` was called. */
  readonly reads: number;
  /** Resolves when everything up to `n` is acknowledged. */
  reached(n: number): Promise<void>;
  /** The next read fails. */
  failNextRead(): void;
}

export function createMemoryEventLog(rows: LogRow[] = [], acknowledged = 0): MemoryEventLog {
  let cursor = acknowledged;
  let reads = 0;
  let failsNext = false;
  let waiting: { n: number; resolve: () => void }[] = [];
  const lastN = rows.at(-1)?.n ?? 0;

  return {
    partition: 0,
    lastN,
    rows,
    pendingBytes: 0,
    get acknowledged() {
      return cursor;
    },
    get reads() {
      return reads;
    },
    failNextRead() {
      failsNext = true;
    },
    append(row, committed) {
      rows.push(row);
      committed(row);
    },
    async read(afterN, limit) {
      reads++;
      await new Promise(setImmediate);
      if (failsNext) {
        failsNext = false;
        throw new Error('the disk is gone');
      }
      // rows are numbered from 1 without a gap here
      return rows.slice(afterN, afterN + limit);
    },
    readStation: () => Promise.resolve([]),
    latest: () => Promise.resolve([]),
    acknowledge(n) {
      if (n < cursor) throw new Error(`the cursor went back from ${cursor} to ${n}`);
      cursor = n;
      for (const { n: wanted, resolve } of waiting) if (wanted <= n) resolve();
      waiting = waiting.filter(({ n: wanted }) => wanted > n);
    },
    reached(n) {
      if (cursor >= n) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ n, resolve }));
    },
  };
}

/** A meter event, or an internal record where `seq` is null. */
export function exampleRow(n: number, given: Partial<LogRow> = {}): LogRow {
  return {
    n,
    station: 'CP1',
    log: 'k3f9',
    seq: n,
    time: Date.UTC(2026, 10, 22, 10),
    version: null,
    meta: '{"kind":"meter","event":"sampled"}',
    frame: null,
    answer: null,
    ...given,
  };
}
