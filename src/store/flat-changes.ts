import type { DocumentChange, ProjectionChange, TransactionRow } from '../csms/ports.ts';
import type { Flat } from './flat-rows.ts';

/** Appends a change: n, how many documents, how many transactions, then their values. */
export function pushChange(flat: Flat, change: ProjectionChange): void {
  flat.push(change.n, change.documents.length, change.transactions.length);
  for (const document of change.documents) flat.push(document.collection, document.key, document.json);
  for (const row of change.transactions) {
    flat.push(row.station, row.id, row.start, row.end, row.idToken, row.json);
  }
}

/** The inverse of `pushChange`, for all changes of the array. */
export function changesOf(flat: Flat): ProjectionChange[] {
  const changes: ProjectionChange[] = [];
  let at = 0;
  while (at < flat.length) {
    const n = flat[at] as number;
    const documentsEnd = at + 3 + 3 * (flat[at + 1] as number);
    const end = documentsEnd + 6 * (flat[at + 2] as number);
    const documents: DocumentChange[] = [];
    for (at += 3; at < documentsEnd; at += 3) {
      documents.push({
        collection: flat[at] as DocumentChange['collection'],
        key: flat[at + 1] as string,
        json: flat[at + 2] as string | null,
      });
    }
    const transactions: TransactionRow[] = [];
    for (; at < end; at += 6) transactions.push(transactionOf(flat.slice(at, at + 6)));
    changes.push({ n, documents, transactions });
  }
  return changes;
}

/** A transaction from its values in the order of `pushChange`. */
export function transactionOf(values: Flat): TransactionRow {
  const [station, id, start, end, idToken, json] = values;
  return {
    station: station as string,
    id: id as string,
    start: start as number,
    end: end as number | null,
    idToken: idToken as string | null,
    json: json as string,
  };
}
