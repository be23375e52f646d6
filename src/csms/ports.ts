import type { OcppVersion } from '../ocpp/version.ts';
import type { StateEntry } from './state.ts';

/** The interfaces this core needs. Drivers implement them; each has one contract suite for every driver. */

/** Wall clock and timers. Time never passes by itself in a test. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds, monotonic. */
  monotonic(): number;
  /** Runs `run` once after `ms`; the return value cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** One row of the durable log of a partition. */
export interface LogRow {
  /** Position in the partition: strictly increasing, given by the writer. */
  readonly n: number;
  /** Identity as registered; '' for a record of the gateway itself. */
  readonly station: string;
  /** Id of the station's log. */
  readonly log: string;
  /** Gapless within (station, log); null for an internal record, which is not published. */
  readonly seq: number | null;
  /** When it was accepted, ms since 1970. */
  readonly time: number;
  readonly version: OcppVersion | null;
  /** The event's neutral head as a JSON object, decided at acceptance and never recomputed. */
  readonly meta: string;
  /** The frame as received (secrets masked); null for the gateway's own events. */
  readonly frame: string | null;
  /** The frame that answered it. */
  readonly answer: string | null;
}

export interface StationQuery {
  station: string;
  log: string;
  /** Inclusive; by seq, or by time (ms since 1970). */
  from: number;
  to: number;
  by: 'seq' | 'time';
  limit: number;
}

/**
 * The append-only log of one partition and the cursor of its outbox. There is one writer: the caller gives each
 * row the next `n`. `append` never blocks; rows are committed in order by natural group commit.
 */
export interface EventLog {
  readonly partition: number;
  /** Highest `n` in the log when it was opened; 0 for an empty log. */
  readonly lastN: number;
  /** Everything up to here has been acknowledged by the broker. */
  readonly acknowledged: number;
  /** Bytes of rows handed to `append` and not committed yet. */
  readonly pendingBytes: number;
  /** `committed` runs after the row is durable (fsync), in order of `n`; never when the commit fails. */
  append(row: LogRow, committed: (row: LogRow) => void): void;
  /** Rows with `n > afterN` in order, at most `limit` and a few MB; [] at the end. Only committed rows. */
  read(afterN: number, limit: number): Promise<LogRow[]>;
  /** Events (seq not null) of one station, in order of seq. */
  readStation(query: StationQuery): Promise<LogRow[]>;
  /** The newest `limit` events of a station, oldest first. */
  latest(station: string, log: string, limit: number): Promise<LogRow[]>;
  /** Moves the outbox cursor; written with a later commit or when idle. Never backwards. */
  acknowledge(n: number): void;
}

/** A document of the state database; `json: null` deletes it. */
export interface DocumentChange {
  collection: Collection;
  key: string;
  json: string | null;
}

export type Collection = 'station' | 'token' | 'setting' | 'command';

export interface TransactionRow {
  station: string;
  id: string;
  /** ms since 1970. */
  start: number;
  end: number | null;
  idToken: string | null;
  json: string;
}

/**
 * State derived from the log up to and including row `n` of a partition. Written after the commit of that row,
 * outside of any answer's path; lost writes are made good by reading the log from the stored `n` on.
 */
export interface ProjectionChange {
  n: number;
  documents: DocumentChange[];
  transactions: TransactionRow[];
}

export interface TransactionQuery {
  station?: string;
  id?: string;
  /** Only those that started at or after, ms since 1970. */
  since?: number;
  limit: number;
}

export interface StateStore {
  /** `n` of the last projection written for this partition; the log's tail behind it is replayed at start-up. */
  projectedN(partition: number): Promise<number>;
  project(partition: number, change: ProjectionChange): void;
  documents(collection: Collection): Promise<{ key: string; json: string }[]>;
  /** Newest first. */
  transactions(query: TransactionQuery): Promise<TransactionRow[]>;
}

export interface Store {
  /** Id of this database: new with a new one. */
  readonly logId: string;
  readonly state: StateStore;
  partition(index: number): EventLog;
  /** Called once for each failure to write: nothing that was pending is committed. */
  onFailure(listener: (error: Error) => void): void;
  /** Tries to write again after a failure. Resolves when the store works, rejects when it still does not. */
  recover(): Promise<void>;
  /** Drops what is older than the retention or above the size limit, and packs sealed segments. */
  maintain(now: number): Promise<void>;
  /** Commits what is pending, then closes. */
  close(): Promise<void>;
}

/** What the core tells the outside. Topics and payload forms are the business of the other side. */
export interface Outlet {
  /** A durable event; called in order of `n`. Internal records (seq null) are passed too, to move the cursor. */
  event(row: LogRow): void;
  /** A state text changed (or is new). */
  state(entry: StateEntry): void;
  /** Live only: never stored, never replayed. */
  live(message: LiveMessage): void;
  /** Text of a frame, secrets masked; only called for stations with raw frames on. */
  raw(stationId: string, direction: 'in' | 'out', text: string): void;
  /** Registered, renamed, went on- or offline, changed version or EVSEs; `null`: removed. */
  station(stationId: string, summary: StationSummary | null): void;
  /** Its retained topics are to be cleared (removed, or published elsewhere from now on). */
  cleared(stationId: string, entries: Iterable<StateEntry>): void;
  bridgeEvent(event: BridgeEvent): void;
  /** Publishes a stored event again; resolves when the broker has taken it. */
  replay(row: LogRow): Promise<void>;
  /** Asks an outside decision; resolves with the OCPP response payload, or null at the deadline. */
  ask(question: Question): Promise<unknown>;
}

export interface LiveMessage {
  stationId: string;
  evse: number | null;
  topic: 'session_event' | 'rfid';
  payload: { event_type: string; [key: string]: unknown };
}

export interface StationSummary {
  id: string;
  name: string | null;
  topic: string | null;
  online: boolean;
  version: OcppVersion | null;
  evses: number[];
  joined: boolean;
}

export interface BridgeEvent {
  event:
    | 'station_joined'
    | 'station_pending'
    | 'station_refused'
    | 'station_removed'
    | 'takeover'
    | 'event_parked'
    | 'log_started'
    | 'alarm';
  station?: string;
  [key: string]: unknown;
}

export interface Question {
  stationId: string;
  action: string;
  request: unknown;
  evse: number | null;
  timeoutMs: number;
}
