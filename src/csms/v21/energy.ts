import type { Requests, Responses } from '../../ocpp/generated/v21/types.ts';
import type { Handler } from '../handlers.ts';
import { told } from '../v201/notifications.ts';

/** Dynamic profiles, priority charging, control of distributed energy resources. OCPP 2.1 K, R. */

/**
 * OCPP 2.1 K28. Who gave a station a dynamic profile knows its limits and is asked by delegation; no profile of this
 * gateway is dynamic (K28.FR.12).
 */
export const pullDynamicScheduleUpdate: Handler<
  Requests['PullDynamicScheduleUpdate'],
  Responses['PullDynamicScheduleUpdate']
> = {
  handle({ chargingProfileId }, { delegated }) {
    const response = (delegated as Responses['PullDynamicScheduleUpdate'] | null) ?? {
      status: 'Rejected' as const,
      statusInfo: { reasonCode: 'InvalidProfile' },
    };
    const head = {
      kind: 'smart_charging' as const,
      event: 'received',
      profile: chargingProfileId,
      status: response.status,
    };
    return { response, head, effects: [] };
  },
};

/** OCPP 2.1 K21 and K22. */
export const notifyPriorityCharging = told<Requests['NotifyPriorityCharging']>(
  'smart_charging',
  ({ transactionId, activated }) => ({ transaction: transactionId, activated }),
);

/** OCPP 2.1 R05. */
export const notifyDERAlarm = told<Requests['NotifyDERAlarm']>(
  'smart_charging',
  ({ controlType, gridEventFault, alarmEnded }) => ({
    control_type: controlType,
    fault: gridEventFault,
    ended: alarmEnded,
  }),
);

/** OCPP 2.1 R04. */
export const notifyDERStartStop = told<Requests['NotifyDERStartStop']>(
  'smart_charging',
  ({ controlId, started }) => ({ control: controlId, started }),
);

/** OCPP 2.1 R04. */
export const reportDERControl = told<Requests['ReportDERControl']>(
  'smart_charging',
  ({ requestId, tbc }) => ({
    request_id: requestId,
    more: tbc,
  }),
);
