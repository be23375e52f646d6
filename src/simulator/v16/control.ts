import { connectorOf, type Context } from './context.ts';
import type { Connector } from './connector.ts';
import type { Handlers, Request, Response } from './messages.ts';

type TriggerStatus = Response<'TriggerMessage'>['status'];

export interface Progress {
  /** Sends where the firmware update stands. */
  notifyFirmware(): void;
  notifySignedFirmware(): void;
  notifyDiagnostics(): void;
  notifyLog(): void;
  signCertificate(): void;
}

/** Reset, TriggerMessage and ExtendedTriggerMessage, DataTransfer. OCPP 1.6 §5.14, §5.17, §5.6. */
export function controlHandlers(
  context: Context,
  progress: Progress,
): Pick<Handlers, 'Reset' | 'TriggerMessage' | 'ExtendedTriggerMessage' | 'DataTransfer'> {
  const { calls, connectors, lifecycle, meterValues, status } = context;

  return {
    Reset({ type }, afterwards) {
      afterwards(() => lifecycle.reboot(type === 'Hard' ? 'hard' : 'soft'));
      return { status: 'Accepted' };
    },

    TriggerMessage({ requestedMessage, connectorId }, afterwards) {
      const [verdict, send] = planFor(requestedMessage, connectorId);
      afterwards(() => calls.asked(send));
      return { status: verdict };
    },

    ExtendedTriggerMessage({ requestedMessage, connectorId }, afterwards) {
      const [verdict, send] = planFor(requestedMessage, connectorId, true);
      afterwards(() => calls.asked(send));
      return { status: verdict };
    },

    // §4.3: no vendor is known here.
    DataTransfer: () => ({ status: 'UnknownVendorId' }),
  };

  function planFor(
    message: Request<'TriggerMessage' | 'ExtendedTriggerMessage'>['requestedMessage'],
    connectorId: number | undefined,
    extended = false,
  ): [TriggerStatus, () => void] {
    switch (message) {
      case 'BootNotification':
        // Errata sheet §3.35: not again on a connection on which a boot was accepted.
        return lifecycle.bootedHere ? refused : accepted(() => lifecycle.sendBoot());
      case 'Heartbeat':
        return accepted(() => lifecycle.sendHeartbeat());
      case 'StatusNotification':
        return each(connectorId, (id) => status.send(id));
      case 'MeterValues':
        return each(connectorId, (id) => chosen(id).forEach((connector) => meterValues.trigger(connector)));
      case 'FirmwareStatusNotification':
        return accepted(extended ? progress.notifySignedFirmware : progress.notifyFirmware);
      case 'DiagnosticsStatusNotification':
        return accepted(progress.notifyDiagnostics);
      case 'LogStatusNotification':
        return accepted(progress.notifyLog);
      case 'SignChargePointCertificate':
        return accepted(progress.signCertificate);
      default:
        return ['NotImplemented', nothing];
    }
  }

  function chosen(connectorId: number): readonly Connector[] {
    return connectors.filter(({ id }) => id === connectorId);
  }

  /** §5.17: without a connector all of them, the station included. */
  function each(connectorId: number | undefined, send: (id: number) => void): [TriggerStatus, () => void] {
    if (connectorId === undefined)
      return accepted(() => [0, ...connectors.map(({ id }) => id)].forEach(send));
    const known = connectorId === 0 || connectorOf(context, connectorId) !== undefined;
    return known ? accepted(() => send(connectorId)) : refused;
  }
}

const nothing = (): void => undefined;
const refused: [TriggerStatus, () => void] = ['Rejected', nothing];

function accepted(send: () => void): [TriggerStatus, () => void] {
  return ['Accepted', send];
}
