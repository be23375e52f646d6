import { mkdirSync } from 'node:fs';
import { changesOf } from './flat-changes.ts';
import { rowWidth } from './flat-rows.ts';
import type { Batch, OpenedPartition, WriterData } from './messages.ts';
import { commitRows, moveToDay, openNewestSegment, openSegment } from './open-segment.ts';
import type { OpenSegment } from './open-segment.ts';
import { checkpoint } from './schema.ts';
import { partitionFolder, syncFolder } from './segments.ts';
import { openStateWriter } from './state-writer.ts';

/** WAL size at which a checkpoint is asked for: large enough to be rare, small enough to be short. */
const checkpointBytes = 8 * 1024 * 1024;
/** What a row adds to the WAL beside its texts: the page of the index it falls into, nearly always another one. */
const walBytesPerRow = 4096;

/** Writes the log and the state of a folder. Everything blocks: it has a thread of its own. */
export interface Writer {
  readonly logId: string;
  readonly partitions: OpenedPartition[];
  /** Commits the rows of a batch. Returns whether a checkpoint is due. */
  commit(batch: Batch): boolean;
  /** Writes the changes of a batch and the cursor. Not flushed: the log makes good what is lost. */
  saveState(batch: Batch): void;
  /** Begins a new segment when the open one's day is over. */
  seal(partition: number, day: number): void;
  /** Completes a checkpoint that another thread has made for the most part. */
  finishCheckpoint(partition: number): void;
  close(): void;
}

/** @throws GatewayError `store_newer`, or the error of the file system or SQLite. */
export function openWriter(data: WriterData): Writer {
  const { dir } = data;
  const state = openStateWriter(dir, data.partitions);
  const logs: { folder: string; open: OpenSegment; walBytes: number }[] = [];

  function close(): void {
    for (const log of logs) log.open.db.close();
    state.close();
  }

  try {
    for (let index = 0; index < data.partitions; index += 1) {
      const folder = partitionFolder(dir, index);
      mkdirSync(folder, { recursive: true });
      syncFolder(dir);
      logs.push({ folder, open: openNewestSegment(folder, data.day), walBytes: 0 });
    }
  } catch (error) {
    close();
    throw error;
  }

  function logOf(partition: number): (typeof logs)[number] {
    const log = logs[partition];
    if (log === undefined) throw new RangeError(`No partition ${partition}.`);
    return log;
  }

  function beginSegmentIfDue(partition: number, day: number): void {
    const log = logOf(partition);
    const { open } = log;
    // Any other day, not only a later one: a clock that went ahead and came back does not end rotation.
    if (open.day === day && open.bytes < data.segmentMaxBytes) return;
    if (open.empty) {
      moveToDay(open, day);
      return;
    }
    log.open = openSegment(log.folder, open.lastN + 1, day);
    log.walBytes = 0;
    open.db.close();
  }

  return {
    logId: state.logId,
    partitions: logs.map(({ open }, index) => ({
      lastN: open.lastN,
      acknowledged: state.acknowledged(index),
    })),

    commit(batch) {
      beginSegmentIfDue(batch.partition, batch.day);
      const log = logOf(batch.partition);
      commitRows(log.open, batch.rows, batch.bytes);
      log.walBytes += batch.bytes + walBytesPerRow * (batch.rows.length / rowWidth);
      return log.walBytes > checkpointBytes;
    },

    saveState(batch) {
      if (batch.changes.length === 0 && batch.acknowledged === null) return;
      state.save(batch.partition, changesOf(batch.changes), batch.acknowledged);
    },

    seal: beginSegmentIfDue,

    finishCheckpoint(partition) {
      const log = logOf(partition);
      checkpoint(log.open.db);
      state.checkpoint();
      log.walBytes = 0;
    },

    close,
  };
}
