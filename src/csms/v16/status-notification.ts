import type {
  StatusNotificationRequest,
  StatusNotificationResponse,
} from '../../ocpp/generated/v16/types.ts';
import type { Handler } from '../handlers.ts';
import type { EventHead, EvseStatus } from '../model.ts';

const statusOf: Readonly<Record<string, EvseStatus>> = {
  Available: 'available',
  Preparing: 'preparing',
  Charging: 'charging',
  SuspendedEV: 'suspended_ev',
  SuspendedEVSE: 'suspended_evse',
  Finishing: 'finishing',
  Reserved: 'reserved',
  Unavailable: 'unavailable',
  Faulted: 'faulted',
};

/** OCPP 1.6 §4.9. Connector n is EVSE n, connector 1; connector 0 is the station. */
export const statusNotification: Handler<StatusNotificationRequest, StatusNotificationResponse> = {
  handle(request, { time }) {
    const head: EventHead = {
      kind: 'status',
      event: 'changed',
      evse: request.connectorId,
      ...(request.connectorId > 0 && { connector: 1 }),
      status: statusOf[request.status] ?? 'unknown',
      error_code: request.errorCode,
    };
    return { response: {}, head, effects: this.effects?.(request, head, {}, time) ?? [] };
  },
  effects(request, _head, _response, time) {
    return [
      {
        type: 'status',
        time,
        evse: request.connectorId,
        connector: request.connectorId === 0 ? 0 : 1,
        status: statusOf[request.status] ?? 'unknown',
        status16: request.status,
        // an empty text would clear its topic
        errorCode: request.errorCode || 'NoError',
        ...meaningful('info', request.info),
        ...meaningful('vendorId', request.vendorId),
        ...meaningful('vendorErrorCode', request.vendorErrorCode),
        ...meaningful('timestamp', request.timestamp),
      },
    ];
  },
};

/** Some stations write the text "null" where they mean nothing. */
function meaningful<Key extends string>(key: Key, value: string | undefined): { [key in Key]?: string } {
  return value === undefined || value === '' || value === 'null'
    ? {}
    : ({ [key]: value } as { [key in Key]: string });
}
