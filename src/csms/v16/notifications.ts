import type { Requests, Responses } from '../../ocpp/generated/v16/types.ts';
import type { Handler } from '../handlers.ts';
import type { EventKind } from '../model.ts';

/** Messages that only tell something: each is an event, and a status topic where there is one. */

type Notification<Action extends keyof Requests> = Handler<Requests[Action], Responses[Action]>;

interface StatusRequest {
  status: string;
  requestId?: number;
}

/** A status of something the station does in the background: an event of its kind, and a topic with the last one. */
function statusOf(
  kind: EventKind,
  type: 'firmware' | 'diagnostics',
): Handler<StatusRequest, Record<string, never>> {
  return {
    handle({ status, requestId }, { time }) {
      const head = {
        kind,
        event: 'received',
        status,
        ...(requestId !== undefined && { request_id: requestId }),
      };
      return { response: {}, head, effects: [{ type, time, status }] };
    },
    effects: ({ status }, _head, _response, time) => [{ type, time, status }],
  };
}

/** OCPP 1.6 §4.5. */
export const firmwareStatusNotification = statusOf('firmware', 'firmware');

/** Security white paper §5.19. */
export const signedFirmwareStatusNotification = statusOf('firmware', 'firmware');

/** OCPP 1.6 §4.4. */
export const diagnosticsStatusNotification = statusOf('log', 'diagnostics');

/** Security white paper §5.13. */
export const logStatusNotification = statusOf('log', 'diagnostics');

/** Security white paper §5.15. */
export const securityEventNotification: Notification<'SecurityEventNotification'> = {
  retried: true,
  handle({ type, timestamp }) {
    return { response: {}, head: { kind: 'security', event: 'received', type, timestamp }, effects: [] };
  },
};

/** Security white paper §5.17. There is no authority behind this gateway unless an outside decision is one. */
export const signCertificate: Notification<'SignCertificate'> = {
  handle(_request, incoming) {
    const response = (incoming.delegated as Responses['SignCertificate'] | null) ?? {
      status: 'Rejected' as const,
    };
    return {
      response,
      head: { kind: 'certificate', event: 'received', status: response.status },
      effects: [],
    };
  },
};
