import type { NotifyEventRequest, NotifyEventResponse } from '../../ocpp/generated/v201/types.ts';
import type { Handler } from '../handlers.ts';
import type { Effect, EventHead } from '../model.ts';
import { connectorStatusOf, placeOf, statusEffect } from './status-notification.ts';

type EventData = NotifyEventRequest['eventData'][number];

/**
 * OCPP 2.0.1 N07, N08. A station may tell the availability of its connectors by it instead of StatusNotification
 * (2.1 G01.FR.03), and problems of its connectors, EVSEs or of itself.
 */
export const notifyEvent: Handler<NotifyEventRequest, NotifyEventResponse> = {
  retried: true,
  handle(request, { time }) {
    const changed = request.eventData.findLast((data) => availabilityOf(data) !== null);
    const head: EventHead = {
      ...(changed === undefined
        ? { kind: 'report', event: 'received' }
        : { kind: 'status', event: 'changed', ...headPlaceOf(changed), status: availabilityOf(changed) }),
      seq_no: request.seqNo,
      ...(request.tbc !== undefined && { more: request.tbc }),
    };
    return { response: {}, head, effects: this.effects?.(request, head, {}, time) ?? [] };
  },
  effects(request, _head, _response, time) {
    return request.eventData.flatMap((data) => effectsOf(data, time));
  },
};

function headPlaceOf({ component }: EventData): { evse: number; connector?: number } {
  const { evse, connector } = placeOf(component.evse?.id ?? 0, component.evse?.connectorId);
  return evse === 0 ? { evse } : { evse, connector };
}

/** The availability of a connector or of the station; an EVSE's own follows from its connectors. */
function availabilityOf({
  component,
  variable,
  actualValue,
}: EventData): ReturnType<typeof connectorStatusOf> {
  const isPlace = component.name === 'Connector' || component.name === 'ChargingStation';
  return isPlace && variable.name === 'AvailabilityState' ? connectorStatusOf(actualValue) : null;
}

const places = new Set(['Connector', 'EVSE', 'ChargingStation']);

function effectsOf(data: EventData, time: number): Effect[] {
  const { component, variable, actualValue, cleared, techCode, timestamp } = data;
  const { id = 0, connectorId } = component.evse ?? {};
  const status = availabilityOf(data);
  if (status !== null) return [statusEffect(id, connectorId, status, time, timestamp)];
  if (variable.name !== 'Problem' || !places.has(component.name)) return [];
  const isProblem = actualValue.toLowerCase() === 'true' && cleared !== true;
  return [
    {
      type: 'evse_status',
      time,
      ...placeOf(id, connectorId),
      problem: isProblem,
      ...(isProblem && techCode !== undefined && { vendorErrorCode: techCode }),
      timestamp,
    },
  ];
}
