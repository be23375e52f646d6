import { randomBytes } from 'node:crypto';
import type { OcppVersion } from '../ocpp/version.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { createAuthorization } from './authorization.ts';
import { applyCompatible } from './compatible.ts';
import type { Admission, Candidate, Core, CsmsOptions, PendingStation } from './core.ts';
import type { Dialects } from './dialects.ts';
import { isoSeconds } from './event.ts';
import { statusAfter } from './evse-status.ts';
import type { Effect, EventHead } from './model.ts';
import type { Clock, LogRow, Outlet, StationSummary, Store } from './ports.ts';
import { applyEffect, type ProjectionContext } from './projection.ts';
import { createRecorder } from './recorder.ts';
import { createRegistry } from './registry.ts';
import { restoreFrom } from './restore.ts';
import { createSession, type ServedSession, type Wire } from './session.ts';
import { stationInfoJson } from './station-info.ts';
import { newStation, storedStation, type Station } from './station.ts';
import { createCommandRows, createDirty, createSettings } from './stored.ts';
import { createStateTable, type StateListener } from './state.ts';
import { createTransactionIds } from './transactions.ts';

export interface CsmsParts {
  options: CsmsOptions;
  clock: Clock;
  log: Log;
  outlet: Outlet;
  store: Store;
  dialects: Dialects;
}

/** The charging station management system: who is known, what was said, what is decided. */
export interface Csms extends Core {
  readonly dialects: Dialects;
  /** Records and results of the last commands before this start, in order. */
  readonly commandRows: readonly LogRow[];
  /** To be told what just happened (never what a start-up reads again), after it was applied. */
  observe(observer: (station: Station, effects: readonly Effect[]) => void): void;
  admit(candidate: Candidate): Admission;
  /** Serves a connection of a registered station; a session before it is displaced. The dialect has been loaded. */
  serve(station: Station, version: OcppVersion, wire: Wire): ServedSession;
  /** The connection ended. */
  ended(session: ServedSession, reason: string): void;
  /** Round trip of a ping, ms. */
  latency(station: Station, ms: number): void;
  /** Writes what changed since the last checkpoint. */
  checkpoint(): void;
  stop(reason: string): void;
}

/** State changes are written this often; a crash in between costs reading so much of the log again, ms. */
const checkpointMs = 1000;

export async function createCsms(parts: CsmsParts): Promise<Csms> {
  const { options, clock, log, outlet, store, dialects } = parts;
  const eventLog = store.partition(0);
  const dirty = createDirty();
  const recorder = createRecorder(eventLog, outlet, (row) => commandRows.recorded(row));
  const observers: ((station: Station, effects: readonly Effect[]) => void)[] = [];
  const settings = createSettings(
    () => recorder,
    dirty,
    () => clock.now(),
  );
  const transactionIds = createTransactionIds(clock);
  const tariff = { pricePerKwh: options.pricePerKwh, currency: options.currency };
  // quiet until the log's tail is read: what was true on the way there is nobody's business
  let live = false;
  const stateChanged: StateListener = (entry) => {
    if (live) outlet.state(entry);
  };
  const quiet: ProjectionContext = { tariff, live: null };
  const loud: ProjectionContext = { tariff, live: (message) => outlet.live(message) };

  function apply(station: Station, effects: readonly Effect[]): void {
    const context = live ? loud : quiet;
    for (const told of effects) {
      const evses = station.evses.size;
      const effect = told.type === 'evse_status' ? statusAfter(station, told) : told;
      if (effect === null) continue;
      applyCompatible(station, effect, tariff);
      if (effect.type === 'transaction_started') {
        effect.transaction.station = station.id;
        // 2.x stations give their own ids
        if (effect.transaction.progress === undefined) transactionIds.seen(Number(effect.transaction.id));
        dirty.transaction(effect.transaction);
      } else if (effect.type === 'transaction_stopped') {
        const stopped = station.transactions.get(effect.id);
        if (stopped !== undefined) dirty.transaction(stopped);
      }
      applyEffect(station, effect, context);
      if (effect.type === 'boot' || effect.type === 'connected' || station.evses.size !== evses)
        describe(station);
    }
  }

  /** Something happened just now. */
  function happen(station: Station, effects: readonly Effect[]): void {
    apply(station, effects);
    for (const observer of observers) observer(station, effects);
  }

  function describe(station: Station): void {
    station.state.setForm('info', 0, stationInfoJson(station));
    if (live) outlet.station(station.id, summaryOf(station));
  }

  const newState = (id: string, stored?: Parameters<typeof createStateTable>[2]) =>
    createStateTable(id, stateChanged, stored);

  const restored = await restoreFrom(
    { store, eventLog, dialects, log },
    { newState, apply, settings, dirty, seenTransaction: (id) => transactionIds.seen(id) },
  );
  const commandRows = createCommandRows(dirty, restored.commandRows);
  live = true;

  function create(id: string): Station {
    const logId = restored.removedIds.has(id.toLowerCase()) ? randomId(6) : store.logId;
    const station = newStation(id, logId, clock.now(), newState(id));
    station.state.setForm('availability', 0, 'offline');
    station.state.set(0, 'authorization', authorization.mode);
    station.state.set(0, 'station_limit', 'none');
    station.state.setCompatible('service_started', startedAt);
    station.state.setCompatible('connection_state', 'DISCONNECTED');
    station.state.setCompatible('heartbeat', 'OFF');
    station.state.setCompatible('charging_enabled', true);
    core.persist(station);
    outlet.bridgeEvent({ event: 'station_joined', station: id });
    outlet.bridgeEvent({ event: 'log_started', station: id, log: logId });
    log.info({ station: id }, 'station joined');
    return station;
  }

  const startedAt = isoSeconds(clock.now());
  const authorization = createAuthorization(options, settings.tokenStore, clock);
  const registry = createRegistry(
    {
      clock,
      join: options.join,
      expectedStations: options.expectedStations,
      singleStation: options.singleStation,
      windowEnd() {
        const end = settings.get('join_window_end');
        return end === undefined ? null : Number(end);
      },
      setWindowEnd: (end) => settings.set('join_window_end', String(end)),
      create,
      changed(station) {
        core.persist(station);
        outlet.station(station.id, summaryOf(station));
      },
      removed(station) {
        // first: what a connection leaves behind must not come after it
        hangUp(station, 'session_cancelled', 1000, 'removed');
        restored.removedIds.add(station.id.toLowerCase());
        settings.set('removed_stations', JSON.stringify([...restored.removedIds]));
        recorder.note(null, { record: 'station_removed', id: station.id }, clock.now());
        dirty.removed(station.id);
        outlet.cleared(station.id, station.state.entries());
        outlet.station(station.id, null);
        outlet.bridgeEvent({ event: 'station_removed', station: station.id });
      },
      notPending: (id) => outlet.station(id, null),
      refused(pending, reason) {
        outlet.station(pending.id, pendingSummary(pending));
        outlet.bridgeEvent({
          event: 'station_refused',
          station: pending.id,
          address: pending.address,
          reason,
        });
        log.warn(
          { station: pending.id, address: pending.address },
          `refused: ${reason}; to admit it: publish {"action":"station_accept","args":{"station":${JSON.stringify(pending.id)}}} to bridge/cmd`,
        );
      },
    },
    restored.stations.values(),
  );

  const core: Core = {
    options,
    clock,
    log,
    outlet,
    store,
    eventLog,
    recorder,
    registry,
    authorization,
    transactionIds,
    apply: happen,
    touch: (station) => dirty.station(station),
    persist(station, committed) {
      dirty.station(station);
      recorder.note(station, { record: 'station', station: storedStation(station) }, clock.now(), committed);
    },
    setting: settings.get,
    setSetting: settings.set,
    newId: () => randomId(8),
  };

  // what is in memory was not all written: from here on it must not become a record or a checkpoint
  let halted = false;
  store.onFailure(() => {
    halted = true;
    recorder.halt();
  });

  function checkpoint(): void {
    if (halted) return;
    commandRows.forgetBefore(clock.now());
    const change = dirty.take(recorder.lastN);
    if (change !== null) store.state.project(eventLog.partition, change);
  }

  let cancelCheckpoint = (): void => {};
  const schedule = (): void => {
    cancelCheckpoint = clock.after(checkpointMs, () => {
      checkpoint();
      schedule();
    });
  };
  schedule();

  function connectionEvent(
    station: Station,
    effect: Extract<Effect, { type: 'connected' | 'disconnected' }>,
  ): void {
    recorder.event(station, { head: connectionHead(effect), time: effect.time });
    dirty.station(station);
    happen(station, [effect]);
    outlet.station(station.id, summaryOf(station));
  }

  function disconnected(station: Station, reason: string): void {
    connectionEvent(station, { type: 'disconnected', time: clock.now(), reason });
  }

  /** Ends a session from our side: nothing is heard of it any more. */
  function hangUp(station: Station, reason: string, code: number, text: string): void {
    const session = station.session as ServedSession | null;
    if (session === null) return;
    session.end(reason);
    station.session = null;
    disconnected(station, reason);
    session.close(code, text);
  }

  // said before anything new: a crash left these online
  for (const station of registry.all()) {
    outlet.station(station.id, summaryOf(station));
    for (const entry of station.state.entries()) outlet.state(entry);
    station.state.setCompatible('service_started', startedAt);
    station.state.set(0, 'authorization', authorization.mode);
    if (station.online) disconnected(station, 'unexpected_error');
    else station.state.setForm('availability', 0, 'offline');
  }
  for (const id of options.expectedStations) expect(id);

  function expect(id: string): void {
    try {
      const station = registry.find(id) ?? registry.accept(id);
      station.state.setCompatible('connection_state', 'DISCONNECTED');
    } catch (error) {
      log.warn({ station: id }, `EXPECTED_CHARGE_POINTS: ${messageOf(error)}`);
    }
  }

  return {
    ...core,
    dialects,
    commandRows: restored.commandRows,
    observe: (observer) => void observers.push(observer),
    admit: (candidate) => registry.admit(candidate),
    serve(station, version, wire) {
      const dialect = dialects.loaded(version);
      const before = station.session as ServedSession | null;
      if (before !== null) {
        before.end('displaced');
        recorder.event(station, {
          head: { kind: 'connection', event: 'displaced', address: before.address },
          time: clock.now(),
        });
        outlet.bridgeEvent({ event: 'takeover', station: station.id, address: wire.address });
        before.close(4000, 'another connection took over');
      }
      const session = createSession(core, station, { dialect, load: dialects.load }, wire);
      station.session = session;
      const { address, securityProfile } = wire;
      connectionEvent(station, { type: 'connected', time: clock.now(), version, address, securityProfile });
      return session;
    },
    ended(session, reason) {
      session.end(reason);
      if (session.station.session !== session) return;
      session.station.session = null;
      disconnected(session.station, reason);
    },
    latency(station, ms) {
      station.state.set(0, 'latency', Math.round(ms));
    },
    checkpoint,
    stop(reason) {
      cancelCheckpoint();
      for (const station of registry.all()) hangUp(station, reason, 1001, 'the gateway stops');
      checkpoint();
    },
  };
}

function connectionHead(effect: Extract<Effect, { type: 'connected' | 'disconnected' }>): EventHead {
  if (effect.type === 'disconnected')
    return { kind: 'connection', event: 'disconnected', reason: effect.reason };
  const { version, address, securityProfile } = effect;
  return { kind: 'connection', event: 'connected', version, address, security_profile: securityProfile };
}

export function summaryOf(station: Station): StationSummary {
  return {
    id: station.id,
    name: station.name,
    topic: station.topic,
    online: station.online,
    version: station.version,
    evses: [...station.evses.keys()].sort((one, other) => one - other),
    joined: true,
  };
}

function pendingSummary({ id }: PendingStation): StationSummary {
  return { id, name: null, topic: null, online: false, version: null, evses: [], joined: false };
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

function randomId(length: number): string {
  let id = '';
  for (const byte of randomBytes(length)) id += alphabet[byte % alphabet.length];
  return id;
}
