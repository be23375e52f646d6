import type { DatabaseSync } from 'node:sqlite';
import { rowColumns } from './flat-rows.ts';
import type { Flat } from './flat-rows.ts';
import { logMigrations } from './migrations/log.ts';
import type { RowSink } from './row-sink.ts';
import { checkpoint, checkVersion, openExisting, prepareFlat } from './schema.ts';
import type { SegmentReader } from './segment-reader.ts';

/** Reads a segment that is not packed, also the one that is being written: what is committed. */
export interface LogSegmentReader extends SegmentReader {
  /** Shortens the WAL on behalf of the writer. */
  checkpoint(): void;
}

/** @throws GatewayError `store_newer`. */
export function openLogSegment(path: string): LogSegmentReader {
  const db = openExisting(path);
  try {
    checkVersion(db, logMigrations, path);
    return createLogSegmentReader(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function createLogSegmentReader(db: DatabaseSync): LogSegmentReader {
  const select = (rest: string) => prepareFlat(db, `SELECT ${rowColumns} FROM log ${rest} LIMIT ?`);
  const after = select('WHERE n > ? ORDER BY n');
  const bySeq = select('WHERE station = ? AND log = ? AND seq BETWEEN ? AND ? ORDER BY seq');
  const byTime = select(
    'WHERE station = ? AND log = ? AND seq IS NOT NULL AND time BETWEEN ? AND ? ORDER BY seq',
  );
  const newest = select('WHERE station = ? AND log = ? AND seq IS NOT NULL ORDER BY seq DESC');
  const last = db.prepare('SELECT n, time FROM log ORDER BY n DESC LIMIT 1');

  function collect(rows: Iterable<Flat>, sink: RowSink): void {
    for (const row of rows) {
      sink.add(row);
      if (sink.full) return;
    }
  }

  return {
    get lastN() {
      return Number(last.get()?.['n'] ?? 0);
    },
    get lastTime() {
      const row = last.get();
      return row === undefined ? null : Number(row['time']);
    },
    readAfter: (afterN, sink) => collect(after(afterN, sink.room), sink),
    readStation({ station, log, from, to, by }, sink) {
      const select = by === 'seq' ? bySeq : byTime;
      collect(select(station, log, from, to, sink.room), sink);
    },
    readNewest: (station, log, sink) => collect(newest(station, log, sink.room), sink),
    checkpoint: () => checkpoint(db),
    close: () => db.close(),
  };
}
