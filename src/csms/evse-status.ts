import type { ConnectorStatus, Effect, EvseStatus, Transaction } from './model.ts';
import { evseOf, runningTransaction, type Evse, type Station } from './station.ts';

/**
 * OCPP 2.x tells the status of an EVSE in two parts: what its connectors report, and the charging state of its
 * transaction. Here they become one, in the words of all versions.
 */

type Told = Extract<Effect, { type: 'evse_status' }>;
type Status = Extract<Effect, { type: 'status' }>;

const ofChargingState: Readonly<Record<string, EvseStatus>> = {
  EVConnected: 'preparing',
  Charging: 'charging',
  SuspendedEV: 'suspended_ev',
  SuspendedEVSE: 'suspended_evse',
};

const status16: Readonly<Record<EvseStatus, string>> = {
  available: 'Available',
  preparing: 'Preparing',
  charging: 'Charging',
  suspended_ev: 'SuspendedEV',
  suspended_evse: 'SuspendedEVSE',
  finishing: 'Finishing',
  occupied: 'Preparing',
  reserved: 'Reserved',
  unavailable: 'Unavailable',
  faulted: 'Faulted',
  unknown: 'Unavailable',
};

/** Of connectors that are not in use, what counts for the EVSE first. */
const precedence: readonly ConnectorStatus[] = [
  'occupied',
  'available',
  'reserved',
  'faulted',
  'unavailable',
];

/** What the EVSE's status is after this; null when nothing was reported and it is the same as before. */
export function statusAfter(station: Station, told: Told): Status | null {
  return told.evse === 0 ? statusOfStation(station, told) : statusOfEvse(station, told);
}

function statusOfStation(station: Station, told: Told): Status {
  const before = station.state.get(0, 'station_status') as EvseStatus | undefined;
  return statusEffect(told, told.reported ?? before ?? 'available', told.problem === true);
}

function statusOfEvse(station: Station, told: Told): Status | null {
  const evse = evseOf(station, told.evse);
  const running = runningTransaction(station, evse.id);
  if (told.reported !== undefined) report(evse, told.connector, told.reported, running);
  if (told.problem !== undefined) evse.problem = told.problem;
  if (running !== null) evse.served = true;
  const status = combine(evse, running);
  if (status === 'available') evse.served = false;
  const isReport = told.reported !== undefined || told.problem !== undefined;
  if (!isReport && station.state.get(evse.id, 'status') === status) return null;
  const effect = statusEffect(told, status, evse.problem === true);
  const own = evse.connectorStatus?.[told.connector];
  if (own !== undefined && running?.connector !== told.connector) effect.connectorStatus = own;
  // plugged in after charging, as 1.6 says it
  if (status === 'occupied' && evse.served === true) effect.status16 = 'Finishing';
  return effect;
}

function report(evse: Evse, connector: number, status: ConnectorStatus, running: Transaction | null): void {
  evse.connectorStatus = { ...evse.connectorStatus, [connector]: status };
  // the cable is out: whatever the transaction said last is over
  if (status === 'available' && running?.connector === connector) delete running.progress?.chargingState;
}

function combine(evse: Evse, running: Transaction | null): EvseStatus {
  const reported = evse.connectorStatus ?? {};
  const all = Object.values(reported);
  const connector =
    (running === null ? undefined : reported[running.connector]) ??
    precedence.find((status) => all.includes(status));
  if (running === null) return connector ?? 'unknown';
  if (connector === 'faulted' || connector === 'unavailable') return connector;
  return ofChargingState[running.progress?.chargingState ?? ''] ?? connector ?? 'occupied';
}

function statusEffect(told: Told, status: EvseStatus, isProblem: boolean): Status {
  const { time, evse, connector, vendorErrorCode, timestamp } = told;
  return {
    type: 'status',
    time,
    evse,
    connector,
    status,
    status16: status16[status],
    // 1.6 has words for the kinds of errors, 2.x has events for them
    errorCode: isProblem || status === 'faulted' ? 'OtherError' : 'NoError',
    ...(vendorErrorCode !== undefined && { vendorErrorCode }),
    ...(timestamp !== undefined && { timestamp }),
  };
}
