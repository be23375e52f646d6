import type { DataTransferRequest, DataTransferResponse } from '../../ocpp/generated/v201/types.ts';
import { maskSecrets } from '../../ocpp/secrets.ts';
import type { Handler } from '../handlers.ts';
import type { EventHead } from '../model.ts';

/** OCPP 2.0.1 P02: no vendor is implemented here; an outside decision may know more. */
export const dataTransfer: Handler<DataTransferRequest, DataTransferResponse> = {
  handle(request, { time, delegated }) {
    const response = (delegated as DataTransferResponse | null) ?? { status: 'UnknownVendorId' };
    const head: EventHead = {
      kind: 'data_transfer',
      event: 'received',
      vendor_id: request.vendorId,
      ...(request.messageId !== undefined && { message_id: request.messageId }),
      status: response.status,
    };
    return { response, head, effects: this.effects?.(request, head, response, time) ?? [] };
  },
  effects({ vendorId, messageId, data }, _head, _response, time) {
    return [
      {
        type: 'data_transfer',
        time,
        vendorId,
        ...(messageId !== undefined && { messageId }),
        ...(data !== undefined && { data: textOf(data) }),
      },
    ];
  },
};

/** The data may be of any type; it becomes a topic, so it is masked as in the log. */
function textOf(data: unknown): string {
  const { data: masked } = maskSecrets('DataTransfer', { data });
  return typeof masked === 'string' ? masked : JSON.stringify(masked);
}
