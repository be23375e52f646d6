import type { ConnectorStatusView } from '../behaviour.ts';
import { isWarning, statusOf, type Connector, type Fault } from './connector.ts';
import type { StatusReport } from './status-notifications.ts';

/** What people see of a connector. */
export function viewOf(connector: Connector): ConnectorStatusView {
  const { evse, id, transaction } = connector;
  const { power, energyWh, currentOffered, soc } = evse.measure();
  return {
    id,
    status: statusOf(connector),
    transactionId: transaction?.id?.toString(),
    power: power[0] + power[1] + power[2],
    energy: energyWh,
    offered: currentOffered,
    soc,
  };
}

export function connectorReport(connector: Connector): StatusReport {
  const { fault, info } = connector;
  return { status: statusOf(connector), ...errorOf(fault), ...(info !== undefined && { info }) };
}

/** Connector 0: Available, Unavailable or Faulted. OCPP 1.6 §4.9. */
export function stationReport(operative: boolean, fault: Fault | undefined): StatusReport {
  const faulted = fault !== undefined && !isWarning(fault);
  return { status: faulted ? 'Faulted' : operative ? 'Available' : 'Unavailable', ...errorOf(fault) };
}

function errorOf(fault: Fault | undefined): Pick<StatusReport, 'errorCode' | 'vendorErrorCode'> {
  return {
    errorCode: fault?.code ?? 'NoError',
    ...(fault?.vendorErrorCode !== undefined && { vendorErrorCode: fault.vendorErrorCode }),
  };
}
