import { maskSecrets } from '../../ocpp/secrets.ts';
import type { DataTransferRequest, DataTransferResponse } from '../../ocpp/generated/v16/types.ts';
import type { Handler } from '../handlers.ts';
import type { EventHead } from '../model.ts';

/** OCPP 1.6 §4.3: no vendor is implemented here; an outside decision may know more. */
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
        // it becomes a topic; in the log it is masked already
        ...(data !== undefined && maskSecrets('DataTransfer', { data })),
      },
    ];
  },
};
