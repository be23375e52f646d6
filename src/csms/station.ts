import type { OcppVersion } from '../ocpp/version.ts';
import type { ConnectorStatus, Registration, StationInfo, Transaction } from './model.ts';
import type { StateTable, StoredEntry } from './state.ts';
import type { Session } from './core.ts';

export interface Evse {
  readonly id: number;
  /** Connector ids seen. */
  connectors: number[];
  /** The `charging_enabled` switch of this EVSE. */
  chargingEnabled: boolean;
  /** The running transaction, or the last one. */
  transaction: Transaction | null;
  /** Power was measured at least once: it is no longer computed from voltage and current. */
  powerMeasured: boolean;
  /** 2.x: what the connectors last reported. */
  connectorStatus?: Record<number, ConnectorStatus>;
  /** 2.x: a component of it reports a problem. */
  problem?: boolean;
  /** 2.x: a transaction ran since the cable was plugged in. */
  served?: boolean;
  /** When the session document was last made, ms since 1970. */
  sessionAt?: number;
  /** What our own profiles enforce, A or W; null when none is set. */
  limit: { current: number | null; power: number | null; phases: number | null } | null;
  /** Charging is held back by a 0 A profile bound to this transaction; `null`: it will be as soon as one starts. */
  pause?: { transaction: string | null; byLimit: boolean };
}

/** A start that we sent: its token is accepted when the station asks about it. */
export interface SentStart {
  idToken: string;
  evse: number | null;
  command: string | null;
  /** ms since 1970. */
  until: number;
}

/** Everything the gateway knows about one charging station. */
export interface Station {
  /** Identity as first registered; looked up without case. */
  readonly id: string;
  /** Its topic when not the default one. */
  topic: string | null;
  /** A name for people. */
  name: string | null;
  /** Id of its log; new after it was removed and joined again. */
  log: string;
  lastSeq: number;
  /** ms since 1970. */
  joinedAt: number;
  registration: Registration;
  info: StationInfo | null;
  version: OcppVersion | null;
  /** Spoken with a station that offers nothing we know; null refuses it. */
  assumeVersion: OcppVersion | null;
  rawFrames: boolean;
  /** Sockets count as online from their opening on. */
  online: boolean;
  evses: Map<number, Evse>;
  /** Running transactions by id. */
  transactions: Map<string, Transaction>;
  sentStarts: SentStart[];
  /** Id of the list last sent with `local_list_send`. */
  localListVersion: number;
  /** Configuration keys as last read. */
  configuration: Map<string, string>;
  readonly state: StateTable;
  /** The one connection that is served. */
  session: Session | null;
}

/** The part of a station that is written to the state database. */
export interface StoredStation extends Omit<
  Station,
  'evses' | 'transactions' | 'configuration' | 'state' | 'session'
> {
  evses: Evse[];
  transactions: Transaction[];
  configuration: [string, string][];
  state: StoredEntry[];
}

export function storedStation(station: Station): StoredStation {
  const { session: _, evses, transactions, configuration, state, ...rest } = station;
  return {
    ...rest,
    evses: [...evses.values()],
    transactions: [...transactions.values()],
    configuration: [...configuration],
    state: state.toJSON(),
  };
}

export function restoreStation(stored: StoredStation, state: StateTable): Station {
  const transactions = new Map(stored.transactions.map((transaction) => [transaction.id, transaction]));
  const evses = stored.evses.map((evse): [number, Evse] => {
    // the running one is one object again, as it was before it was written in both places
    const transaction = transactions.get(evse.transaction?.id ?? '') ?? evse.transaction;
    return [evse.id, { ...evse, transaction }];
  });
  return {
    ...stored,
    evses: new Map(evses),
    transactions,
    configuration: new Map(stored.configuration),
    state,
    session: null,
  };
}

export function newStation(id: string, log: string, joinedAt: number, state: StateTable): Station {
  return {
    id,
    topic: null,
    name: null,
    log,
    lastSeq: 0,
    joinedAt,
    registration: 'accepted',
    info: null,
    version: null,
    assumeVersion: null,
    rawFrames: false,
    online: false,
    evses: new Map(),
    transactions: new Map(),
    sentStarts: [],
    localListVersion: 0,
    configuration: new Map(),
    state,
    session: null,
  };
}

/** EVSE `id`, made when first seen. */
export function evseOf(station: Station, id: number): Evse {
  let evse = station.evses.get(id);
  if (evse === undefined) {
    evse = {
      id,
      connectors: [],
      // the switch of the station is that of its EVSEs: a new one follows the others
      chargingEnabled:
        station.evses.size === 0 || [...station.evses.values()].some((other) => other.chargingEnabled),
      transaction: null,
      powerMeasured: false,
      limit: null,
    };
    station.evses.set(id, evse);
    station.state.set(id, 'charging_enabled', evse.chargingEnabled);
  }
  return evse;
}

/** The running transaction of an EVSE. */
export function runningTransaction(station: Station, evse: number): Transaction | null {
  for (const transaction of station.transactions.values()) if (transaction.evse === evse) return transaction;
  return null;
}
