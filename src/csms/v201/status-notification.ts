import type {
  StatusNotificationRequest,
  StatusNotificationResponse,
} from '../../ocpp/generated/v201/types.ts';
import type { Handler } from '../handlers.ts';
import type { ConnectorStatus, Effect, EventHead } from '../model.ts';

const statusOf: Readonly<Record<string, ConnectorStatus>> = {
  Available: 'available',
  Occupied: 'occupied',
  Reserved: 'reserved',
  Unavailable: 'unavailable',
  Faulted: 'faulted',
};

/** OCPP 2.0.1 G01. */
export const statusNotification: Handler<StatusNotificationRequest, StatusNotificationResponse> = {
  handle(request, { time }) {
    const { evse, connector } = placeOf(request.evseId, request.connectorId);
    const head: EventHead = {
      kind: 'status',
      event: 'changed',
      evse,
      ...(evse > 0 && { connector }),
      status: connectorStatusOf(request.connectorStatus) ?? 'unknown',
    };
    return { response: {}, head, effects: this.effects?.(request, head, {}, time) ?? [] };
  },
  effects({ evseId, connectorId, connectorStatus, timestamp }, _head, _response, time) {
    const status = connectorStatusOf(connectorStatus);
    return status === null ? [] : [statusEffect(evseId, connectorId, status, time, timestamp)];
  },
};

/** `AvailabilityState` has the same words. */
export function connectorStatusOf(text: string): ConnectorStatus | null {
  return statusOf[text] ?? null;
}

/** evseId 0 is the station; a connector 0 or none of an EVSE is its first. */
export function placeOf(
  evseId: number,
  connectorId: number | undefined,
): { evse: number; connector: number } {
  return { evse: evseId, connector: evseId === 0 ? 0 : Math.max(1, connectorId ?? 1) };
}

export function statusEffect(
  evseId: number,
  connectorId: number | undefined,
  reported: ConnectorStatus,
  time: number,
  timestamp: string,
): Effect {
  return { type: 'evse_status', time, ...placeOf(evseId, connectorId), reported, timestamp };
}
