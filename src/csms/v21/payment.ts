import type { Requests, Responses } from '../../ocpp/generated/v21/types.ts';
import type { Handler } from '../handlers.ts';
import { defined } from '../v201/notifications.ts';

/** Payments at the station. What a payment provider or a tax office knows is asked by delegation. OCPP 2.1 C. */

/** OCPP 2.1 C21 and C22: an event; a receipt exists only where an outside decision names one. */
export const notifySettlement: Handler<Requests['NotifySettlement'], Responses['NotifySettlement']> = {
  handle(request, { delegated }) {
    const response = delegated ?? {};
    const { transactionId, pspRef, status, settlementAmount } = request;
    return {
      response,
      head: {
        kind: 'other',
        event: 'received',
        ...defined({ transaction: transactionId, psp_ref: pspRef, status, amount: settlementAmount }),
      },
      effects: [],
    };
  },
};

/** OCPP 2.1 part 2 §1.91: a number nobody can check is not accepted. */
export const vatNumberValidation: Handler<Requests['VatNumberValidation'], Responses['VatNumberValidation']> =
  {
    handle({ vatNumber, evseId }, { delegated }) {
      const response = (delegated as Responses['VatNumberValidation'] | null) ?? {
        vatNumber,
        ...(evseId !== undefined && { evseId }),
        status: 'Rejected' as const,
      };
      return {
        response,
        head: { kind: 'other', event: 'received', ...defined({ evse: evseId }), status: response.status },
        effects: [],
      };
    },
  };
