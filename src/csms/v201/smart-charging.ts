import type { Requests, Responses } from '../../ocpp/generated/v201/types.ts';
import type { Handler } from '../handlers.ts';
import { defined, told } from './notifications.ts';

/** What stations tell about limits that others set, about their profiles, and about what an EV wants. OCPP 2.0.1 K. */

/** OCPP 2.0.1 K12. */
export const notifyChargingLimit = told<{
  chargingLimit: { chargingLimitSource: string };
  evseId?: number;
}>('smart_charging', ({ chargingLimit, evseId }) => ({
  evse: evseId,
  source: chargingLimit.chargingLimitSource,
}));

/** OCPP 2.0.1 K13. */
export const clearedChargingLimit = told<{ chargingLimitSource: string; evseId?: number }>(
  'smart_charging',
  ({ chargingLimitSource, evseId }) => ({ evse: evseId, source: chargingLimitSource }),
);

/** OCPP 2.0.1 K09. */
export const reportChargingProfiles = told<{
  requestId: number;
  chargingLimitSource: string;
  evseId: number;
  tbc?: boolean;
}>('smart_charging', ({ requestId, chargingLimitSource, evseId, tbc }) => ({
  evse: evseId,
  source: chargingLimitSource,
  request_id: requestId,
  more: tbc,
}));

/**
 * OCPP 2.0.1 K15. Who plans schedules may say so from outside; without one the EV is told that none will come, and
 * charges within the limits there are.
 */
export const notifyEVChargingNeeds: Handler<{ evseId: number }, Responses['NotifyEVChargingNeeds']> = {
  handle({ evseId }, { delegated }) {
    const response = (delegated as Responses['NotifyEVChargingNeeds'] | null) ?? {
      status: 'Rejected' as const,
    };
    return {
      response,
      head: {
        kind: 'smart_charging',
        event: 'received',
        ...defined({ evse: evseId }),
        status: response.status,
      },
      effects: [],
    };
  },
};

/** OCPP 2.0.1 K15.FR.09: the schedule that the EV made of what it was given. */
export const notifyEVChargingSchedule: Handler<
  Pick<Requests['NotifyEVChargingSchedule'], 'evseId'>,
  Responses['NotifyEVChargingSchedule']
> = {
  handle({ evseId }, { delegated }) {
    const response = (delegated as Responses['NotifyEVChargingSchedule'] | null) ?? {
      status: 'Accepted' as const,
    };
    return {
      response,
      head: { kind: 'smart_charging', event: 'received', evse: evseId, status: response.status },
      effects: [],
    };
  },
};
