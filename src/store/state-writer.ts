import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { ProjectionChange } from '../csms/ports.ts';
import { stateMigrations } from './migrations/state.ts';
import { checkpoint, inTransaction, migrate, openOrCreate } from './schema.ts';
import { syncFolder } from './segments.ts';

/** The writing side of `state.db`: what is derived from the log, and the cursors of the outbox. */
export interface StateWriter {
  readonly logId: string;
  acknowledged(partition: number): number;
  /** Writes changes in order, and the cursor unless it is null. */
  save(partition: number, changes: ProjectionChange[], acknowledged: number | null): void;
  checkpoint(): void;
  close(): void;
}

export function statePath(dir: string): string {
  return join(dir, 'state.db');
}

/** @throws GatewayError `store_newer`. */
export function openStateWriter(dir: string, partitions: number): StateWriter {
  const db = openOrCreate(statePath(dir), 'NORMAL');
  try {
    migrate(db, stateMigrations, statePath(dir));
    return createStateWriter(db, identify(db, dir, partitions));
  } catch (error) {
    db.close();
    throw error;
  }
}

function createStateWriter(db: DatabaseSync, logId: string): StateWriter {
  const putDocument = db.prepare('INSERT OR REPLACE INTO document (collection, key, json) VALUES (?, ?, ?)');
  const deleteDocument = db.prepare('DELETE FROM document WHERE collection = ? AND key = ?');
  const putTransaction = db.prepare(
    'INSERT OR REPLACE INTO transactions (station, id, start, "end", id_token, json) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const moveProjected = db.prepare('UPDATE partition SET projected = max(projected, ?) WHERE id = ?');
  const moveCursor = db.prepare('UPDATE partition SET acknowledged = max(acknowledged, ?) WHERE id = ?');
  const readCursor = db.prepare('SELECT acknowledged FROM partition WHERE id = ?');

  function apply(partition: number, change: ProjectionChange): void {
    for (const { collection, key, json } of change.documents) {
      if (json === null) deleteDocument.run(collection, key);
      else putDocument.run(collection, key, json);
    }
    for (const row of change.transactions) {
      putTransaction.run(row.station, row.id, row.start, row.end, row.idToken, row.json);
    }
    moveProjected.run(change.n, partition);
  }

  return {
    logId,
    acknowledged: (partition) => Number(readCursor.get(partition)?.['acknowledged']),
    save(partition, changes, acknowledged) {
      inTransaction(db, () => {
        for (const change of changes) apply(partition, change);
        if (acknowledged !== null) moveCursor.run(acknowledged, partition);
      });
    },
    checkpoint: () => checkpoint(db),
    close: () => db.close(),
  };
}

/** The database's id; a new database gets one. */
function identify(db: DatabaseSync, dir: string, partitions: number): string {
  inTransaction(db, () => {
    db.prepare('INSERT INTO store SELECT ? WHERE NOT EXISTS (SELECT 1 FROM store)').run(newLogId());
    const add = db.prepare('INSERT OR IGNORE INTO partition VALUES (?, 0, 0)');
    for (let id = 0; id < partitions; id += 1) add.run(id);
  });
  // Events carry the id from now on: it must survive a power loss.
  checkpoint(db);
  syncFolder(dir);
  return String(db.prepare('SELECT log_id FROM store').get()?.['log_id']);
}

/** Short, for it stands in every event; six characters tell the few databases of one installation apart. */
function newLogId(): string {
  return randomInt(36 ** 5, 36 ** 6).toString(36);
}
