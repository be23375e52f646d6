import type { Requests, Responses } from '../../ocpp/generated/v201/types.ts';
import type { Handler } from '../handlers.ts';
import type { EventHead, EventKind } from '../model.ts';

/** Messages that only tell something: each is an event, and a status topic where there is one. */

/** An event of this kind and an empty answer; `say` puts into its head what people look for. */
export function told<Request extends object>(
  kind: EventKind,
  say: (request: Request) => Omit<EventHead, 'kind' | 'event'> = () => ({}),
): Handler<Request, Record<string, never>> {
  return {
    handle: (request) => ({
      response: {},
      head: { kind, event: 'received', ...defined(say(request)) },
      effects: [],
    }),
  };
}

/** The same, with a topic that shows the last status. */
function toldStatus(
  kind: EventKind,
  type: 'firmware' | 'diagnostics',
): Handler<{ status: string; requestId?: number }, Record<string, never>> {
  return {
    handle: ({ status, requestId }, { time }) => ({
      response: {},
      head: { kind, event: 'received', ...defined({ status, request_id: requestId }) },
      effects: [{ type, time, status }],
    }),
    effects: ({ status }, _head, _response, time) => [{ type, time, status }],
  };
}

export function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** One part of several; `tbc`: more will come. */
interface Part {
  requestId: number;
  seqNo?: number;
  tbc?: boolean;
}

function partOf({ requestId, seqNo, tbc }: Part): Record<string, unknown> {
  return { request_id: requestId, seq_no: seqNo, more: tbc };
}

/** OCPP 2.0.1 L01 and L02. */
export const firmwareStatusNotification = toldStatus('firmware', 'firmware');
/** OCPP 2.0.1 L03. */
export const publishFirmwareStatusNotification = toldStatus('firmware', 'firmware');
/** OCPP 2.0.1 N01. */
export const logStatusNotification = toldStatus('log', 'diagnostics');

/** OCPP 2.0.1 A04. */
export const securityEventNotification: Handler<
  Requests['SecurityEventNotification'],
  Responses['SecurityEventNotification']
> = { retried: true, ...told('security', ({ type, timestamp }) => ({ type, timestamp })) };

/** OCPP 2.0.1 H04. */
export const reservationStatusUpdate = told<Requests['ReservationStatusUpdate']>(
  'reservation',
  ({ reservationId, reservationUpdateStatus }) => ({
    reservation_id: reservationId,
    status: reservationUpdateStatus,
  }),
);

/** OCPP 2.0.1 B07 and B08. */
export const notifyReport = told<Part>('report', partOf);
/** OCPP 2.0.1 N02. */
export const notifyMonitoringReport = told<Part>('report', partOf);
/** OCPP 2.0.1 N09. */
export const notifyCustomerInformation = told<Part>('report', partOf);
/** OCPP 2.0.1 O03 and O04. */
export const notifyDisplayMessages = told<Part>('display', partOf);
