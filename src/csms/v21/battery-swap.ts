import type { Requests } from '../../ocpp/generated/v21/types.ts';
import { told } from '../v201/notifications.ts';

/** OCPP 2.1 S03: batteries came in or went out. */
export const batterySwap = told<Requests['BatterySwap']>('other', ({ eventType, idToken, requestId }) => ({
  swap: eventType,
  id_token: idToken.idToken,
  request_id: requestId,
}));
