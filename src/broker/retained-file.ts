import { renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { GatewayError, messageOf } from '../errors.ts';

/** One retained message as stored; `payload: null` deletes the topic. Travels to the writer's thread as it is. */
export interface RetainedRow {
  topic: string;
  payload: Uint8Array | null;
  qos: number;
  /** MQTT 5 properties as JSON, correlation data in base64. */
  properties: string | null;
  /** When the message expires, ms since 1970. */
  expires: number | null;
}

const version = 1;

/**
 * Opens `broker.db`, with its table. `synchronous=NORMAL`: after a power cut the newest batches may be missing,
 * never more; the gateway publishes its state anew anyway.
 */
export function openRetainedFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (found > version)
      throw new GatewayError('store_newer', `${file} was written by a newer version of ocpp2mqtt`);
    database.exec(
      `CREATE TABLE IF NOT EXISTS retained (
         topic TEXT PRIMARY KEY, payload BLOB NOT NULL, qos INTEGER NOT NULL, properties TEXT, expires INTEGER) STRICT;
       PRAGMA user_version = ${version};`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Reads all of it. A file that is damaged is set aside as `broker.db.damaged`, said through `damaged`. */
export function loadRetained(file: string, damaged: (text: string) => void): RetainedRow[] {
  try {
    return readRetained(file);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    renameSync(file, `${file}.damaged`);
    damaged(
      `${file} is damaged (${messageOf(error)}); kept as ${file}.damaged, starting without retained messages`,
    );
    return readRetained(file);
  }
}

export function createRetainedWriter(file: string): {
  write: (rows: RetainedRow[]) => void;
  close: () => void;
} {
  const database = openRetainedFile(file);
  const put = database.prepare(
    'INSERT OR REPLACE INTO retained (topic, payload, qos, properties, expires) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM retained WHERE topic = ?');
  return {
    write(rows) {
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const { topic, payload, qos, properties, expires } of rows) {
          if (payload === null) remove.run(topic);
          else put.run(topic, payload, qos, properties, expires);
        }
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function readRetained(file: string): RetainedRow[] {
  const database = openRetainedFile(file);
  try {
    const rows = database.prepare('SELECT topic, payload, qos, properties, expires FROM retained').all();
    return rows.map((row) => ({
      topic: String(row['topic']),
      payload: row['payload'] instanceof Uint8Array ? row['payload'] : null,
      qos: Number(row['qos']),
      properties: typeof row['properties'] === 'string' ? row['properties'] : null,
      expires: typeof row['expires'] === 'number' ? row['expires'] : null,
    }));
  } finally {
    database.close();
  }
}

// https://www.sqlite.org/rescode.html: SQLITE_CORRUPT and SQLITE_NOTADB.
function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 11 || error.errcode === 26);
}
