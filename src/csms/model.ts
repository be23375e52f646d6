import type { OcppVersion } from '../ocpp/version.ts';

/**
 * What the gateway knows, in the words of OCPP 2.x and without OCPP version. Units: W, Wh, A, V, %, °C, s; energy
 * becomes kWh where it is published, so that a register never loses a digit on the way. Times are milliseconds since 1970 unless they are texts (ISO 8601, UTC).
 */

export type EventKind =
  | 'connection'
  | 'boot'
  | 'status'
  | 'authorization'
  | 'transaction'
  | 'meter'
  | 'command'
  | 'firmware'
  | 'log'
  | 'security'
  | 'reservation'
  | 'smart_charging'
  | 'display'
  | 'report'
  | 'certificate'
  | 'data_transfer'
  | 'other';

export type EvseStatus =
  | 'available'
  | 'preparing'
  | 'charging'
  | 'suspended_ev'
  | 'suspended_evse'
  | 'finishing'
  | 'occupied'
  | 'reserved'
  | 'unavailable'
  | 'faulted'
  | 'unknown';

/** What a connector of OCPP 2.x reports of itself. */
export type ConnectorStatus = Extract<
  EvseStatus,
  'available' | 'occupied' | 'reserved' | 'unavailable' | 'faulted'
>;

export type AuthorizationStatus = 'Accepted' | 'Blocked' | 'Expired' | 'Invalid' | 'ConcurrentTx';

export type Registration = 'accepted' | 'pending' | 'rejected';

/** One sampled value with the defaults of the specification filled in and the unit normalised. */
export interface MeterSample {
  /** As in the specification, e.g. `Energy.Active.Import.Register`. */
  measurand: string;
  /** `null`: over all phases. As in the specification: `L1`, `L1-N`, `L1-L2`, `N`... */
  phase: string | null;
  /** In the base unit of the measurand (W, Wh, var, varh, VA, A, V, %, °C, Hz, rpm, or a plain number); never NaN. */
  value: number;
  context: string;
  location: string;
  /** ISO 8601 as the station gave it, normalised to UTC. */
  time: string;
}

export interface IdToken {
  idToken: string;
  /** 2.x type (`ISO14443`, `Central`...); unknown for 1.6. */
  type?: string;
}

/** A token of the gateway's list. Compared without case. */
export interface Token extends IdToken {
  status: AuthorizationStatus;
  name?: string;
  groupIdToken?: string;
  /** ISO 8601; after it the token is `Expired`. */
  expiresAt?: string;
}

/** What a BootNotification told. All optional but vendor and model, which may be ''. */
export interface StationInfo {
  vendor: string;
  model: string;
  serialNumber?: string;
  /** 1.6 only: the box, where it differs from the charge point. */
  boxSerialNumber?: string;
  firmwareVersion?: string;
  iccid?: string;
  imsi?: string;
  meterType?: string;
  meterSerialNumber?: string;
}

export interface Transaction {
  /** As text in every version; unique within the station. */
  id: string;
  station: string;
  evse: number;
  connector: number;
  idToken: string | null;
  /** ISO 8601 UTC. */
  start: string;
  end: string | null;
  /** Register in Wh; null where the station gave none. */
  meterStart: number | null;
  meterStop: number | null;
  /** Last register seen, Wh. */
  meterLast: number | null;
  stopReason: string | null;
  /** Signed meter values were given at: */
  signed: 'start' | 'end' | 'both' | 'none';
  reservationId?: number;
  /** What its start was answered with. */
  authorization?: AuthorizationStatus;
  /** Id of the command that started it. */
  command?: string;
  flags?: string[];
  /** 2.x: how far its numbered events have come. */
  progress?: Progress;
}

export interface Progress {
  /** Highest sequence number seen. */
  seqNo: number;
  /** When the last event says it happened, ms since 1970. */
  at: number;
  /** Sequence numbers below the highest that have not come. */
  missing: number[];
  /** As in the specification: `EVConnected`, `Charging`... */
  chargingState?: string;
}

/**
 * Something a message meant, version-neutral. A pure function of the accepted message, its head and its answer,
 * so that a start-up can derive it again from the log.
 */
export type Effect =
  | { type: 'connected'; time: number; version: OcppVersion; address: string; securityProfile: number }
  | { type: 'disconnected'; time: number; reason: string }
  | { type: 'heartbeat'; time: number }
  /** `registration` null: as it was. */
  | { type: 'boot'; time: number; registration: Registration | null; info: StationInfo; version: OcppVersion }
  | {
      type: 'status';
      /** When the gateway accepted it. */
      time: number;
      /** 0 is the station. */
      evse: number;
      connector: number;
      status: EvseStatus;
      /** Where the connector's own status is not that of its EVSE. */
      connectorStatus?: EvseStatus;
      /** In the spelling of OCPP 1.6 (`SuspendedEV`), for all versions. */
      status16: string;
      errorCode: string;
      info?: string;
      vendorId?: string;
      vendorErrorCode?: string;
      timestamp?: string;
    }
  /** 2.x: something that the status of an EVSE follows from; it becomes a `status`. */
  | {
      type: 'evse_status';
      time: number;
      /** 0 is the station. */
      evse: number;
      connector: number;
      /** By the connector; absent: only the transaction went on. */
      reported?: ConnectorStatus;
      problem?: boolean;
      vendorErrorCode?: string;
      timestamp?: string;
    }
  | { type: 'authorized'; time: number; idToken: string; status: AuthorizationStatus; evse: number | null }
  | {
      type: 'transaction_started';
      time: number;
      transaction: Transaction;
      authorization: AuthorizationStatus;
    }
  /** 2.x: an event of a running transaction. */
  | {
      type: 'transaction_updated';
      time: number;
      id: string;
      seqNo: number;
      /** When it happened, ms since 1970. */
      at: number;
      chargingState?: string;
      /** It is the start, and comes late. ISO 8601 UTC. */
      start?: string;
      /** Register at the begin, Wh, where none was known. */
      meterStart: number | null;
      idToken?: string;
      reservationId?: number;
    }
  | {
      type: 'transaction_stopped';
      time: number;
      id: string;
      evse: number;
      idToken: string | null;
      /** ISO 8601 UTC. */
      end: string;
      meterStop: number | null;
      reason: string;
      signed: boolean;
      /** `no_stop`: the station never sent its stop. */
      flags?: string[];
    }
  | {
      type: 'meter';
      time: number;
      evse: number;
      connector: number;
      transaction: string | null;
      samples: MeterSample[];
      signed: boolean;
    }
  | { type: 'firmware' | 'diagnostics'; time: number; status: string }
  | { type: 'data_transfer'; time: number; vendorId: string; messageId?: string; data?: string };

/** What is applied to the state: a status is complete by then. */
export type AppliedEffect = Exclude<Effect, { type: 'evse_status' }>;

/** The neutral head of an event: what is stored beside frame and answer and published before them. */
export interface EventHead {
  kind: EventKind;
  /** `started`, `changed`, `received`... */
  event: string;
  evse?: number;
  connector?: number;
  transaction?: string;
  id_token?: string;
  /** Register in kWh. */
  meter?: number;
  /** Tolerated deviations from the specification. */
  anomalies?: string[];
  /** Whatever else belongs to the kind, in plain words. */
  [key: string]: unknown;
}
