import type { DatabaseSync } from 'node:sqlite';
import type { Collection, TransactionQuery, TransactionRow } from '../csms/ports.ts';
import { transactionOf } from './flat-changes.ts';
import { checkpoint, openExisting, prepareFlat } from './schema.ts';

/** The reading side of `state.db`. */
export interface StateReader {
  documents(collection: Collection): { key: string; json: string }[];
  transactions(query: TransactionQuery): TransactionRow[];
  position(partition: number): { projected: number; acknowledged: number };
  checkpoint(): void;
  close(): void;
}

export function openStateReader(path: string): StateReader {
  const db = openExisting(path);
  const documents = db.prepare('SELECT key, json FROM document WHERE collection = ? ORDER BY key');
  const position = db.prepare('SELECT projected, acknowledged FROM partition WHERE id = ?');
  return {
    documents: (collection) =>
      documents.all(collection).map(({ key, json }) => ({ key: String(key), json: String(json) })),
    transactions: (query) => selectTransactions(db, query),
    position(partition) {
      const row = position.get(partition);
      return { projected: Number(row?.['projected']), acknowledged: Number(row?.['acknowledged']) };
    },
    checkpoint: () => checkpoint(db),
    close: () => db.close(),
  };
}

function selectTransactions(db: DatabaseSync, query: TransactionQuery): TransactionRow[] {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  where('station = ?', query.station);
  where('id = ?', query.id);
  where('start >= ?', query.since);
  const select = prepareFlat(
    db,
    `SELECT station, id, start, "end", id_token, json FROM transactions
      ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
      ORDER BY start DESC LIMIT ?`,
  );
  return Array.from(select(...values, query.limit), transactionOf);
}
