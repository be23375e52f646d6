import type { Requests, Responses } from '../../ocpp/generated/v16/types.ts';
import { passOn, type Handler } from '../handlers.ts';

/** Messages that only tell something: each is an event, and a status topic where there is one. */

type Notification<Action extends keyof Requests> = Handler<Requests[Action], Responses[Action]>;

/** OCPP 1.6 §4.5. */
export const firmwareStatusNotification: Notification<'FirmwareStatusNotification'> = {
  handle(request, incoming) {
    const head = { kind: 'firmware' as const, event: 'received', status: request.status };
    return { ...passOn(incoming, {}, head), effects: this.effects?.(request, head, {}, incoming.time) ?? [] };
  },
  effects: (request, _head, _response, time) => [{ type: 'firmware', time, status: request.status }],
};

/** Security white paper §5.19. */
export const signedFirmwareStatusNotification: Notification<'SignedFirmwareStatusNotification'> = {
  handle(request, incoming) {
    const head = {
      kind: 'firmware' as const,
      event: 'received',
      status: request.status,
      ...(request.requestId !== undefined && { request_id: request.requestId }),
    };
    return { ...passOn(incoming, {}, head), effects: this.effects?.(request, head, {}, incoming.time) ?? [] };
  },
  effects: (request, _head, _response, time) => [{ type: 'firmware', time, status: request.status }],
};

/** OCPP 1.6 §4.4. */
export const diagnosticsStatusNotification: Notification<'DiagnosticsStatusNotification'> = {
  handle(request, incoming) {
    const head = { kind: 'log' as const, event: 'received', status: request.status };
    return { ...passOn(incoming, {}, head), effects: this.effects?.(request, head, {}, incoming.time) ?? [] };
  },
  effects: (request, _head, _response, time) => [{ type: 'diagnostics', time, status: request.status }],
};

/** Security white paper §5.14. */
export const logStatusNotification: Notification<'LogStatusNotification'> = {
  handle(request, incoming) {
    const head = {
      kind: 'log' as const,
      event: 'received',
      status: request.status,
      ...(request.requestId !== undefined && { request_id: request.requestId }),
    };
    return { ...passOn(incoming, {}, head), effects: this.effects?.(request, head, {}, incoming.time) ?? [] };
  },
  effects: (request, _head, _response, time) => [{ type: 'diagnostics', time, status: request.status }],
};

/** Security white paper §5.16. */
export const securityEventNotification: Notification<'SecurityEventNotification'> = {
  retried: true,
  handle(request, incoming) {
    return passOn(
      incoming,
      {},
      { kind: 'security', event: 'received', type: request.type, timestamp: request.timestamp },
    );
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
