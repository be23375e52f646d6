import { lowestCurrent, type Evse } from '../evse.ts';
import type { ConnectorStatus, ErrorCode, MeterValue, Profile } from './messages.ts';

export interface Reservation {
  id: number;
  /** 0: any connector. */
  connectorId: number;
  idTag: string;
  parentIdTag: string | undefined;
  /** ms since 1970. */
  expiry: number;
}

/** A card that was accepted and now waits for a cable. */
export interface Authorization {
  idTag: string;
  parentIdTag: string | undefined;
  /** Of the RemoteStartTransaction that asked for it. */
  profile: Profile | undefined;
}

export interface Transaction {
  readonly idTag: string;
  readonly parentIdTag: string | undefined;
  /** ms since 1970. */
  readonly start: number;
  /** Given by the CSMS; undefined until it has answered the StartTransaction. */
  id: number | undefined;
  /** The CSMS refused the idTag and the station goes on without energy. OCPP 1.6 §3.5.4. */
  deauthorized: boolean;
  /** For `transactionData` of the StopTransaction. */
  readonly data: MeterValue[];
}

export interface Fault {
  code: ErrorCode;
  vendorErrorCode: string | undefined;
}

/** A connector as OCPP 1.6 sees it. Each one has an EVSE of its own. */
export interface Connector {
  readonly id: number;
  readonly evse: Evse;
  operative: boolean;
  /** Becomes inoperative when the transaction has ended. OCPP 1.6 §5.2. */
  closing: boolean;
  fault: Fault | undefined;
  reservation: Reservation | undefined;
  authorization: Authorization | undefined;
  transaction: Transaction | undefined;
  /** The transaction has ended, or nobody presented a card in time, and the cable is still there. */
  finishing: boolean;
  /** Explains the next status. */
  info: string | undefined;
}

export function createConnector(id: number, evse: Evse): Connector {
  return {
    id,
    evse,
    operative: true,
    closing: false,
    fault: undefined,
    reservation: undefined,
    authorization: undefined,
    transaction: undefined,
    finishing: false,
    info: undefined,
  };
}

/** Faults with which charging goes on: reported beside the status they do not change. OCPP 1.6 §4.9. */
const warnings: ReadonlySet<ErrorCode> = new Set(['EVCommunicationError', 'WeakSignal', 'LocalListConflict']);

export function isWarning(fault: Fault | undefined): boolean {
  return fault !== undefined && warnings.has(fault.code);
}

/** The status of a connector follows from what happened to it. OCPP 1.6 §4.9, §7.7. */
export function statusOf(connector: Connector): ConnectorStatus {
  const { evse, fault, transaction } = connector;
  if (fault !== undefined && !isWarning(fault)) return 'Faulted';
  if (transaction !== undefined) {
    // OCPP 1.6 §4.9: SuspendedEVSE takes precedence over SuspendedEV.
    if (evse.vehicle !== undefined && evse.offered < lowestCurrent) return 'SuspendedEVSE';
    return evse.drawn > 0 ? 'Charging' : 'SuspendedEV';
  }
  if (!connector.operative) return 'Unavailable';
  if (connector.finishing) return 'Finishing';
  if (evse.vehicle !== undefined || connector.authorization !== undefined) return 'Preparing';
  return connector.reservation === undefined ? 'Available' : 'Reserved';
}

/** Free for a new user with this card: nothing that hinders and nobody else's. */
export function isFree(connector: Connector): boolean {
  const blocked = connector.fault !== undefined && !isWarning(connector.fault);
  return (
    !blocked &&
    connector.operative &&
    !connector.closing &&
    connector.transaction === undefined &&
    connector.authorization === undefined
  );
}
