import { connectorOf, type Context } from './context.ts';
import { isFree, isWarning, statusOf, type Connector } from './connector.ts';
import type { Handlers, Response } from './messages.ts';

type ReserveStatus = Response<'ReserveNow'>['status'];

/** ReserveNow and CancelReservation. OCPP 1.6 §5.13, §5.1. */
export function reservationHandlers(context: Context): Pick<Handlers, 'ReserveNow' | 'CancelReservation'> {
  const { availability, clock, configuration, connectors, reservations } = context;

  return {
    ReserveNow({ reservationId: id, connectorId, idTag, parentIdTag, expiryDate }, afterwards) {
      const expiry = Date.parse(expiryDate);
      if (expiry <= clock.now()) return { status: 'Rejected' };
      const status = connectorId === 0 ? judgeStation(id) : judge(connectorOf(context, connectorId), id);
      if (status === 'Accepted') {
        afterwards(() => reservations.add({ id, connectorId, idTag, parentIdTag, expiry }));
      }
      return { status };
    },

    CancelReservation({ reservationId }, afterwards) {
      if (reservations.find(reservationId) === undefined) return { status: 'Rejected' };
      afterwards(() => reservations.cancel(reservationId));
      return { status: 'Accepted' };
    },
  };

  function judge(connector: Connector | undefined, id: number): ReserveStatus {
    if (connector === undefined) return 'Rejected';
    if (connector.fault !== undefined && !isWarning(connector.fault)) return 'Faulted';
    if (!connector.operative || connector.closing) return 'Unavailable';
    // A reservation of the same id is replaced.
    const taken = connector.reservation !== undefined && connector.reservation.id !== id;
    const status = statusOf(connector);
    return taken || (status !== 'Available' && status !== 'Reserved') ? 'Occupied' : 'Accepted';
  }

  function judgeStation(id: number): ReserveStatus {
    if (!configuration.flag('ReserveConnectorZeroSupported')) return 'Rejected';
    if (!availability.operative) return 'Unavailable';
    const answers = connectors.map((connector) => judge(connector, id));
    if (answers.includes('Accepted')) {
      const free = connectors.filter((each) => isFree(each) && judge(each, id) === 'Accepted');
      return free.some((each) => reservations.allows(each, { idTag: '', parentIdTag: undefined }))
        ? 'Accepted'
        : 'Occupied';
    }
    return answers.includes('Occupied') ? 'Occupied' : (answers[0] ?? 'Rejected');
  }
}
