import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { GatewayError } from '../errors.ts';
import { rowColumns, rowWidth } from './flat-rows.ts';
import type { Flat } from './flat-rows.ts';
import { logMigrations } from './migrations/log.ts';
import { inTransaction, migrate, openExisting, openOrCreate, probe } from './schema.ts';
import { listSegments, segmentPath, syncFolder, unfinished } from './segments.ts';

/** The end of a partition's log: the one segment that is written. */
export interface OpenSegment {
  path: string;
  db: DatabaseSync;
  insert: StatementSync;
  /** Tells the file from another one of the same name. */
  inode: number;
  /** UTC day it belongs to, days since 1970. */
  day: number;
  bytes: number;
  lastN: number;
  empty: boolean;
}

/** Opens the newest segment of a folder, or creates one behind a sealed one. */
export function openNewestSegment(folder: string, day: number): OpenSegment {
  const newest = listSegments(folder).at(-1);
  if (newest === undefined) return openSegment(folder, 1, day);
  if (newest.packed) return openSegment(folder, lastPackedN(newest.path) + 1, day);
  return openSegment(folder, newest.firstN, day);
}

/** Opens the segment whose first row is `firstN`; one that does not exist is created for this day. */
export function openSegment(folder: string, firstN: number, day: number): OpenSegment {
  const path = segmentPath(folder, firstN);
  if (!existsSync(path)) createSegment(path, day);
  // FULL: a commit is on the disk before anything is answered.
  const db = openOrCreate(path, 'FULL');
  try {
    migrate(db, logMigrations, path);
    probe(db);
    const stored = db.prepare('SELECT day FROM segment').get();
    const last = db.prepare('SELECT max(n) AS n FROM log').get()?.['n'] ?? null;
    const size = db
      .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
      .get();
    return {
      path,
      db,
      insert: db.prepare(`INSERT INTO log (${rowColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
      inode: statSync(path).ino,
      day: Number(stored?.['day']),
      bytes: Number(size?.['bytes']),
      lastN: last === null ? firstN - 1 : Number(last),
      empty: last === null,
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Creates the file complete or not at all: readers may open it as soon as they see it. */
function createSegment(path: string, day: number): void {
  const draft = path + unfinished;
  for (const leftover of [draft, `${draft}-wal`, `${draft}-shm`]) rmSync(leftover, { force: true });
  const db = openOrCreate(draft, 'FULL');
  try {
    migrate(db, logMigrations, path);
    db.prepare('INSERT INTO segment VALUES (?)').run(day);
  } finally {
    db.close();
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Commits rows, flushed to the disk when this returns. */
export function commitRows(segment: OpenSegment, rows: Flat, bytes: number): void {
  const { insert } = segment;
  inTransaction(segment.db, () => {
    for (let at = 0; at < rows.length; at += rowWidth) {
      // Named one by one: a slice for each row costs a third more.
      insert.run(
        rows[at] as number,
        rows[at + 1] as string,
        rows[at + 2] as string,
        rows[at + 3] as number | null,
        rows[at + 4] as number,
        rows[at + 5] as string | null,
        rows[at + 6] as string,
        rows[at + 7] as string | null,
        rows[at + 8] as string | null,
      );
    }
  });
  // A deleted file takes writes without complaint.
  if (statSync(segment.path, { throwIfNoEntry: false })?.ino !== segment.inode) {
    throw new GatewayError('store_failed', `${segment.path} was removed while it was in use.`);
  }
  segment.lastN = rows[rows.length - rowWidth] as number;
  segment.bytes += bytes;
  segment.empty = false;
}

/** Gives an empty segment, kept open over midnight, the day of its first row. */
export function moveToDay(segment: OpenSegment, day: number): void {
  segment.db.prepare('UPDATE segment SET day = ?').run(day);
  segment.day = day;
}

function lastPackedN(path: string): number {
  const db = openExisting(path);
  try {
    return Number(db.prepare('SELECT last_n FROM segment').get()?.['last_n']);
  } finally {
    db.close();
  }
}
