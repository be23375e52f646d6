import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { GatewayError } from '../errors.ts';
import type { Flat } from './flat-rows.ts';

/** Longest wait for a lock that somebody else holds on one of the files, ms. */
const busyTimeout = 1000;

/** Opens an existing database; a missing one is an error, never a new empty file. */
export function openExisting(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set('mode', 'rw');
  return new DatabaseSync(url, { timeout: busyTimeout });
}

/** Opens a database in WAL mode, or creates it. */
export function openOrCreate(path: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyTimeout });
  try {
    // Checkpoints stall: another thread makes them, see checkpoint().
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = 0`);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/**
 * Brings a database to the newest schema, one step a transaction.
 * @throws GatewayError `store_newer` when a newer version of the program wrote it.
 */
export function migrate(db: DatabaseSync, steps: readonly string[], path: string): void {
  for (let version = checkVersion(db, steps, path); version < steps.length; version += 1) {
    inTransaction(db, () => db.exec(`${steps[version]}; PRAGMA user_version = ${version + 1}`));
  }
}

/** @throws GatewayError `store_newer` when a newer version of the program wrote the database. */
export function checkVersion(db: DatabaseSync, steps: readonly string[], path: string): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version <= steps.length) return version;
  throw new GatewayError(
    'store_newer',
    `${path} was written by a newer version (schema ${version}; this one knows ${steps.length}).`,
    { details: { path, version, known: steps.length } },
  );
}

/** Prepares a query whose rows come as arrays in the order of the columns. */
export function prepareFlat(
  db: DatabaseSync,
  sql: string,
): (...values: (string | number)[]) => Iterable<Flat> {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return (...values) => {
    const rows: Iterable<unknown> = statement.iterate(...values);
    return rows as Iterable<Flat>;
  };
}

/** Runs `work` in a write transaction, rolled back when it throws. */
export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    // A full disk or an I/O error may have ended the transaction already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Fails unless the database can really be written: rewrites its first page. */
export function probe(db: DatabaseSync): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  inTransaction(db, () => db.exec(`PRAGMA user_version = ${version}`));
}

/**
 * Moves what the WAL holds into the database, without waiting for readers or the writer. What was committed
 * before it is on the disk after it, also with `synchronous = NORMAL`.
 */
export function checkpoint(db: DatabaseSync): void {
  db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
}
