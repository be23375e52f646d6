import { parseFrame } from '../ocpp/frame.ts';
import { isVersion } from '../ocpp/version.ts';
import type { Log } from '../log.ts';
import type { Dialects } from './dialects.ts';
import type { Effect, EventHead, Token } from './model.ts';
import type { EventLog, LogRow, Store } from './ports.ts';
import { restoreStation, type Station, type StoredStation } from './station.ts';
import type { StateTable, StoredEntry } from './state.ts';
import { isCommandRow, readRecord, type Dirty, type Settings } from './stored.ts';

export interface Restored {
  stations: Map<string, Station>;
  /** Lower case: who joins again gets a log of its own. */
  removedIds: Set<string>;
  /** Records and results of commands, in order. */
  commandRows: LogRow[];
}

interface Sources {
  store: Store;
  eventLog: EventLog;
  dialects: Dialects;
  log: Log;
}

interface Targets {
  newState(id: string, stored?: StoredEntry[]): StateTable;
  apply(station: Station, effects: readonly Effect[]): void;
  settings: Settings;
  dirty: Dirty;
  seenTransaction(id: number): void;
}

const pageRows = 1000;

/**
 * The state as it was: the state database, then what the log holds beyond it, through the same effects as when it
 * was accepted. Nothing accepted is missing after a crash.
 */
export async function restoreFrom(sources: Sources, targets: Targets): Promise<Restored> {
  const { store, eventLog, log } = sources;
  const { settings, dirty, newState, seenTransaction } = targets;
  const restored: Restored = { stations: new Map(), removedIds: new Set(), commandRows: [] };

  const put = (stored: StoredStation): Station => {
    const station = restoreStation(stored, newState(stored.id, stored.state));
    restored.stations.set(stored.id, station);
    return station;
  };

  for (const { json } of await store.state.documents('station')) put(JSON.parse(json) as StoredStation);
  for (const { key, json } of await store.state.documents('setting'))
    settings.restore(key, JSON.parse(json) as string);
  for (const { key, json } of await store.state.documents('token'))
    settings.restoreToken(key, JSON.parse(json) as Token);
  for (const id of JSON.parse(settings.get('removed_stations') ?? '[]') as string[])
    restored.removedIds.add(id);
  for (const { id } of await store.state.transactions({ limit: 1 })) seenTransaction(Number(id));
  for (const { json } of await store.state.documents('command'))
    restored.commandRows.push(JSON.parse(json) as LogRow);
  restored.commandRows.sort((one, other) => one.n - other.n);
  // as read, not as changed
  dirty.take(0);

  let after = await store.state.projectedN(eventLog.partition);
  for (;;) {
    const rows = await eventLog.read(after, pageRows);
    if (rows.length === 0) break;
    for (const row of rows) {
      try {
        if (row.version !== null) await sources.dialects.load(row.version);
        readRow(row, sources, targets, restored, put);
      } catch (error) {
        log.error({ n: row.n, station: row.station, err: error }, 'a row of the log cannot be applied');
      }
      after = row.n;
    }
  }
  return restored;
}

function readRow(
  row: LogRow,
  { dialects }: Sources,
  { apply, settings, dirty }: Targets,
  restored: Restored,
  put: (stored: StoredStation) => Station,
): void {
  if (isCommandRow(row)) {
    restored.commandRows.push(row);
    dirty.document({ collection: 'command', key: String(row.n), json: JSON.stringify(row) });
  }
  if (row.seq === null) {
    const record = readRecord(row);
    if (record === null) return;
    if (record.record === 'station') {
      dirty.station(put(record.station));
    } else if (record.record === 'station_removed') {
      restored.stations.delete(record.id);
      restored.removedIds.add(record.id.toLowerCase());
      dirty.removed(record.id);
    } else if (record.record === 'token') settings.restoreToken(record.key, record.token);
    else settings.restore(record.key, record.value);
    return;
  }
  const station = restored.stations.get(row.station);
  if (station === undefined || station.log !== row.log) return;
  station.lastSeq = Math.max(station.lastSeq, row.seq);
  dirty.station(station);
  const head = JSON.parse(row.meta) as EventHead;
  apply(station, effectsOf(row, head, dialects));
}

/** What a stored row meant. */
function effectsOf(row: LogRow, head: EventHead, dialects: Dialects): readonly Effect[] {
  if (head.kind === 'connection') return connectionEffects(row, head);
  if (row.frame === null || row.answer === null || row.version === null) return [];
  const dialect = dialects.loaded(row.version);
  const request = parseFrame(row.frame);
  const answer = parseFrame(row.answer);
  if (request.type !== 'CALL' || answer.type !== 'CALLRESULT') return [];
  const handler = dialect.handlers[request.action];
  // the same repairs as at acceptance
  const violations = dialect.protocol.validateRequest(request.action, request.payload);
  const payload =
    violations === null
      ? request.payload
      : dialect.tolerate(request.action, request.payload, violations)?.payload;
  if (payload === undefined) return [];
  return handler?.effects?.(payload, head, answer.payload, row.time) ?? [];
}

function connectionEffects({ time }: LogRow, head: EventHead): readonly Effect[] {
  if (head.event === 'disconnected') return [{ type: 'disconnected', time, reason: String(head['reason']) }];
  const { version } = head;
  if (head.event !== 'connected' || typeof version !== 'string' || !isVersion(version)) return [];
  const address = String(head['address']);
  return [{ type: 'connected', time, version, address, securityProfile: Number(head['security_profile']) }];
}
