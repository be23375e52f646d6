import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError, messageOf } from '../errors.ts';

/**
 * Takes the folder for this process; the return value gives it back. An SQLite lock, because the operating
 * system drops it with the process, however that ended.
 * @throws GatewayError `store_failed` when another store has the folder.
 */
export function lockFolder(dir: string): () => void {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(dir, 'lock.db'), { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
    const held = db;
    return () => held.close();
  } catch (cause) {
    db?.close();
    throw new GatewayError(
      'store_failed',
      `The data folder ${dir} is in use by another process, or cannot be written: ${messageOf(cause)}.`,
      { cause, details: { dir } },
    );
  }
}
