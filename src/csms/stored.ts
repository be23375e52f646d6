import type { AuthorizationMode } from './core.ts';
import type { Token, Transaction } from './model.ts';
import type { DocumentChange, LogRow, ProjectionChange, TransactionRow } from './ports.ts';
import type { Recorder } from './recorder.ts';
import { storedStation, type Station, type StoredStation } from './station.ts';
import type { TokenStore } from './authorization.ts';

/**
 * What is kept beside the log. Every change is in the log first, as an event or as a record; the state database
 * only saves the reading of the whole log at a start-up.
 */

export type StoredRecord =
  | { record: 'station'; station: StoredStation }
  | { record: 'station_removed'; id: string }
  | { record: 'token'; key: string; token: Token | null }
  | { record: 'setting'; key: string; value: string };

/** A record of this kind, or null for an event or somebody else's record. */
export function readRecord(row: LogRow): StoredRecord | null {
  if (row.seq !== null) return null;
  const head = JSON.parse(row.meta) as StoredRecord;
  return ['station', 'station_removed', 'token', 'setting'].includes(head.record) ? head : null;
}

/** Changes since the last checkpoint. */
export interface Dirty {
  station(station: Station): void;
  removed(id: string): void;
  transaction(transaction: Transaction): void;
  document(change: DocumentChange): void;
  /** Everything up to and including row `n`; null when nothing changed. */
  take(n: number): ProjectionChange | null;
}

export function createDirty(): Dirty {
  const stations = new Set<Station>();
  const documents = new Map<string, DocumentChange>();
  const transactions = new Set<Transaction>();

  const put = (change: DocumentChange): void =>
    void documents.set(`${change.collection}/${change.key}`, change);

  return {
    station: (station) => void stations.add(station),
    removed(id) {
      for (const station of stations) if (station.id === id) stations.delete(station);
      put({ collection: 'station', key: id, json: null });
    },
    transaction: (transaction) => void transactions.add(transaction),
    document: put,
    take(n) {
      if (stations.size === 0 && documents.size === 0 && transactions.size === 0) return null;
      for (const station of stations)
        put({ collection: 'station', key: station.id, json: JSON.stringify(storedStation(station)) });
      const change: ProjectionChange = {
        n,
        documents: [...documents.values()],
        transactions: [...transactions].map(transactionRow),
      };
      stations.clear();
      documents.clear();
      transactions.clear();
      return change;
    },
  };
}

function transactionRow(transaction: Transaction): TransactionRow {
  return {
    station: transaction.station,
    id: transaction.id,
    start: Date.parse(transaction.start),
    end: transaction.end === null ? null : Date.parse(transaction.end),
    idToken: transaction.idToken,
    json: JSON.stringify(transaction),
  };
}

/** Settings and tokens in memory, written as records. */
export interface Settings {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  /** As read from the store or the log, without writing it again. */
  restore(key: string, value: string): void;
  restoreToken(key: string, token: Token | null): void;
  tokenStore: TokenStore;
}

export function createSettings(recorder: () => Recorder, dirty: Dirty, now: () => number): Settings {
  const values = new Map<string, string>();
  const tokens = new Map<string, Token>();

  const settings: Settings = {
    get: (key) => values.get(key),
    set(key, value) {
      if (values.get(key) === value) return;
      settings.restore(key, value);
      recorder().note(null, { record: 'setting', key, value }, now());
    },
    restore(key, value) {
      values.set(key, value);
      dirty.document({ collection: 'setting', key, json: JSON.stringify(value) });
    },
    restoreToken(key, token) {
      if (token === null) tokens.delete(key);
      else tokens.set(key, token);
      dirty.document({ collection: 'token', key, json: token === null ? null : JSON.stringify(token) });
    },
    tokenStore: {
      load: () => tokens.values(),
      save(key, token) {
        settings.restoreToken(key, token);
        recorder().note(null, { record: 'token', key, token }, now());
      },
      mode: () => (values.get('authorization') as AuthorizationMode | undefined) ?? null,
      saveMode: (mode) => settings.set('authorization', mode),
    },
  };
  return settings;
}

/** Commands of this age are remembered: their ids are duplicates, and who was waiting for them has given up, ms. */
const commandMemoryMs = 20 * 60_000;

/** The rows of the log that tell of commands, for a start-up that must not send one twice. */
export interface CommandRows {
  recorded(row: LogRow): void;
  forgetBefore(now: number): void;
}

export function isCommandRow({ meta }: LogRow): boolean {
  return meta.startsWith('{"kind":"command"') || meta.startsWith('{"record":"command');
}

export function createCommandRows(dirty: Dirty, known: readonly LogRow[]): CommandRows {
  const remembered: { n: number; time: number }[] = known.map(({ n, time }) => ({ n, time }));
  return {
    recorded(row) {
      if (!isCommandRow(row)) return;
      remembered.push({ n: row.n, time: row.time });
      dirty.document({ collection: 'command', key: String(row.n), json: JSON.stringify(row) });
    },
    forgetBefore(now) {
      for (;;) {
        const [oldest] = remembered;
        if (oldest === undefined || oldest.time > now - commandMemoryMs) return;
        remembered.shift();
        dirty.document({ collection: 'command', key: String(oldest.n), json: null });
      }
    },
  };
}
