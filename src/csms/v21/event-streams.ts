import type { Requests, Responses } from '../../ocpp/generated/v21/types.ts';
import type { Handler } from '../handlers.ts';
import { told } from '../v201/notifications.ts';

/** Values of a monitor sent in a stream, as SENDs that nobody answers. OCPP 2.1 N11 to N15. */

/** OCPP 2.1 N11.FR.06: every stream is taken, its data becomes events. */
export const openPeriodicEventStream: Handler<
  Requests['OpenPeriodicEventStream'],
  Responses['OpenPeriodicEventStream']
> = {
  handle({ constantStreamData }, { delegated }) {
    const response = (delegated as Responses['OpenPeriodicEventStream'] | null) ?? {
      status: 'Accepted' as const,
    };
    const head = {
      kind: 'report' as const,
      event: 'received',
      stream: constantStreamData.id,
      monitor: constantStreamData.variableMonitoringId,
      status: response.status,
    };
    return { response, head, effects: [] };
  },
};

/** OCPP 2.1 N13. */
export const closePeriodicEventStream = told<Requests['ClosePeriodicEventStream']>('report', ({ id }) => ({
  stream: id,
}));

/** OCPP 2.1 N15. */
export const notifyPeriodicEventStream = told<Requests['NotifyPeriodicEventStream']>(
  'report',
  ({ id, pending }) => ({ stream: id, pending }),
);
