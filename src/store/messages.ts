import type { ErrorCode } from '../errors.ts';
import type { Flat } from './flat-rows.ts';
import type { Collection, StationQuery, TransactionQuery } from '../csms/ports.ts';

/** What the main thread and the store's threads say to one another. */

export interface WriterData {
  dir: string;
  partitions: number;
  segmentMaxBytes: number;
  /** UTC day of the wall clock, days since 1970. */
  day: number;
}

export interface Batch {
  type: 'batch';
  partition: number;
  /** UTC day of the wall clock, days since 1970: a new day begins a new segment. */
  day: number;
  rows: Flat;
  /** Size of `rows`. */
  bytes: number;
  /** Projections, none of a row behind the last one of `rows`. */
  changes: Flat;
  /** The outbox cursor, where it is to be written. */
  acknowledged: number | null;
}

export type ToWriter =
  | Batch
  | { type: 'seal'; partition: number; day: number }
  | { type: 'sync'; id: number }
  | { type: 'checkpointed'; partition: number }
  | { type: 'close' };

export interface OpenedPartition {
  lastN: number;
  acknowledged: number;
}

export type FromWriter =
  | { type: 'ready'; logId: string; partitions: OpenedPartition[] }
  | { type: 'committed'; partition: number; saved: number; checkpointDue: boolean }
  | { type: 'saved'; partition: number; saved: number }
  | { type: 'synced'; id: number }
  | { type: 'failed'; code: ErrorCode; message: string };

/** What the reading thread is asked for; `answer` is what it answers with. */
export type ReaderRequest =
  | { type: 'read'; partition: number; afterN: number; limit: number }
  | { type: 'station'; partition: number; query: StationQuery }
  | { type: 'latest'; partition: number; station: string; log: string; limit: number }
  | { type: 'documents'; collection: Collection }
  | { type: 'transactions'; query: TransactionQuery }
  | { type: 'projectedN'; partition: number }
  | { type: 'checkpoint'; partition: number }
  | { type: 'sealed'; partition: number }
  | { type: 'dropPacked'; partition: number }
  | { type: 'retain'; partition: number; days: number; maxBytes: number }
  | { type: 'forget' };

export type ToReader = ReaderRequest & { id: number };

export type FromReader = { id: number; answer: unknown } | { id: number; code: ErrorCode; message: string };
