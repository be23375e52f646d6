import type { Protocol } from '../ocpp/validator.ts';
import type { OcppVersion } from '../ocpp/version.ts';
import type { Log } from '../log.ts';
import type { AuthorizationStatus, Effect, Registration, Token } from './model.ts';
import type { Clock, EventLog, Outlet, Store } from './ports.ts';
import type { Recorder } from './recorder.ts';
import type { Station } from './station.ts';

/** What the parts of the CSMS share. Built once by `createCsms`; nothing here is global. */
export interface Core {
  readonly options: CsmsOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly outlet: Outlet;
  readonly store: Store;
  readonly eventLog: EventLog;
  readonly recorder: Recorder;
  readonly registry: Registry;
  readonly authorization: Authorization;
  readonly transactionIds: TransactionIds;
  /** Applies what a message meant to the station and its state topics. */
  apply(station: Station, effects: readonly Effect[]): void;
  /** The station changed by an event: it goes into the next checkpoint. */
  touch(station: Station): void;
  /** The station changed without an event (a setting, a switch): durable by a record of its own. */
  persist(station: Station, committed?: () => void): void;
  /** Setting of the gateway, kept over restarts. */
  setting(key: string): string | undefined;
  setSetting(key: string, value: string): void;
  /** A random id, 8 characters of [a-z0-9]. */
  newId(): string;
}

export type AuthorizationMode = 'list' | 'open' | 'external' | 'closed';

export interface CsmsOptions {
  /** Seconds, sent in the boot answer. */
  heartbeatInterval: number;
  /** undefined: `list` when a token is known, else `open`. */
  authorization: AuthorizationMode | undefined;
  authorizedTokens: readonly string[];
  remoteIdToken: string;
  expectedStations: readonly string[];
  join: 'open' | 'window' | 'closed';
  /** Single-station mode (see topics): only this one place. */
  singleStation: boolean;
  delegate: readonly string[];
  /** Seconds. */
  askTimeout: number;
  askFallback: 'accept' | 'reject' | 'list';
  privilegedCommands: 'anywhere' | 'own_topic' | 'off';
  pricePerKwh: number | null;
  currency: string;
  commandRetryAttempts: number;
  /** Seconds. */
  commandRetryBaseDelay: number;
  rawFrames: boolean;
  /** The clock is believed when it is later than this, ms since 1970. */
  clockPlausibleAfter: number;
}

export interface Authorization {
  readonly mode: AuthorizationMode;
  setMode(mode: AuthorizationMode): void;
  /** Decides by list, mode and `charging_enabled`; never asks anybody. `evse` null: any. */
  decide(station: Station, idToken: string, evse: number | null): AuthorizationStatus;
  tokens(): Token[];
  find(idToken: string): Token | null;
  add(token: Token): void;
  remove(idToken: string): boolean;
}

export interface TransactionIds {
  /** 1.6: max(last + 1, seconds since 2020), never 0 or -1, never twice even when the store was lost. */
  next(): number;
  /** An id seen in the log or the store. */
  seen(id: number): void;
  /** May this one have been issued at or after `since` (ms since 1970)? Stations make up others. */
  isOurs(id: number, since: number): boolean;
}

export interface PendingStation {
  id: string;
  address: string;
  offered: string[];
  /** ms since 1970. */
  lastSeen: number;
  attempts: number;
}

export interface Candidate {
  /** Identity from the path; '' when there was none. */
  identity: string;
  address: string;
  /** Subprotocols as offered; empty when there was no header. */
  offered: string[];
}

export type Admission =
  | { station: Station }
  | { refused: 'unknown' | 'place_taken' | 'invalid'; reason: string };

export interface StationSettings {
  name?: string | null;
  topic?: string | null;
  registration?: Registration;
  assume_version?: OcppVersion | null;
  raw_frames?: boolean;
}

export interface Registry {
  find(id: string): Station | null;
  all(): Iterable<Station>;
  pending(): PendingStation[];
  /** Lets a station in, or says why not. Joins it when joining is permitted. */
  admit(candidate: Candidate): Admission;
  /** Opens joining for so many seconds; 0 closes it. */
  permitJoin(seconds: number): void;
  /** Registers a station before or after its first attempt. */
  accept(id: string): Station;
  set(station: Station, settings: StationSettings): void;
  /** Closes its connection, clears its topics, forgets it. */
  remove(station: Station): void;
}

export type CallOutcome =
  | { type: 'result'; payload: unknown }
  | { type: 'error'; code: string; description: string; details: unknown }
  /** Written, but no answer in time: the outcome is unknown. */
  | { type: 'timeout' }
  /** Not written before its time was over. */
  | { type: 'expired' }
  /** Not written: the connection ended, or there was none. */
  | { type: 'offline' }
  /** Not written: too many are waiting already. */
  | { type: 'busy' };

export interface SessionCall {
  action: string;
  payload: object;
  /** From the moment it is written. */
  timeoutMs: number;
  /** Core clock, ms since 1970; not written after it. */
  expiresAt: number;
  /** Runs when it is this call's turn; the frame is written when `proceed` is called (after a durable mark). */
  beforeWrite?: (proceed: () => void) => void;
}

/** One served connection of a station. */
export interface Session {
  readonly station: Station;
  readonly version: OcppVersion;
  readonly protocol: Protocol;
  readonly address: string;
  call(call: SessionCall): Promise<CallOutcome>;
  /** Closes the socket. */
  close(code: number, reason: string): void;
}
