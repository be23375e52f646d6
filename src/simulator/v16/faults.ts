import type { ErrorCode } from './messages.ts';
import type { Connector, Fault } from './connector.ts';
import type { Transactions } from './transactions.ts';
import type { Reservations } from './reservations.ts';
import { isWarning } from './connector.ts';

const errorCodes: ReadonlySet<string> = new Set([
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'OtherError',
  'OverCurrentFailure',
  'OverVoltage',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'WeakSignal',
] satisfies ErrorCode[]);

/** OCPP 1.6 §7.6: a code that is none of the specification's is another error, explained by the vendor's code. */
export function toFault(code: string): Fault {
  return isErrorCode(code)
    ? { code, vendorErrorCode: undefined }
    : { code: 'OtherError', vendorErrorCode: code.slice(0, 50) };
}

function isErrorCode(code: string): code is ErrorCode {
  return errorCodes.has(code);
}

/** What a fault does to a connector: no more energy, and no reservation. OCPP 1.6 §4.9, §5.13. */
export function applyFault(
  connector: Connector,
  fault: Fault,
  transactions: Transactions,
  reservations: Reservations,
): void {
  connector.fault = fault;
  if (isWarning(fault)) return;
  reservations.drop(connector);
  transactions.stop(connector, 'Other');
}
