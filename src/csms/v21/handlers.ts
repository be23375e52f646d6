import type { actions } from '../../ocpp/generated/v21/actions.ts';
import type { Requests, Responses } from '../../ocpp/generated/v21/types.ts';
import type { Handler } from '../handlers.ts';
import { bootNotificationOf } from '../v201/boot-notification.ts';
import { handlers as handlers201, type FromStation } from '../v201/handlers.ts';
import { batterySwap } from './battery-swap.ts';
import { getCertificateChainStatus } from './certificates.ts';
import {
  notifyDERAlarm,
  notifyDERStartStop,
  notifyPriorityCharging,
  pullDynamicScheduleUpdate,
  reportDERControl,
} from './energy.ts';
import {
  closePeriodicEventStream,
  notifyPeriodicEventStream,
  openPeriodicEventStream,
} from './event-streams.ts';
import { notifySettlement, vatNumberValidation } from './payment.ts';

/** A SEND has no response. */
type ResponseOf<Action> = Action extends keyof Responses ? Responses[Action] : object;

/** Every action a 2.1 station may send: those of 2.0.1, and its own by functional block of part 2. */
export const handlers = {
  ...handlers201,
  BootNotification: bootNotificationOf('ocpp2.1'),
  NotifySettlement: notifySettlement,
  VatNumberValidation: vatNumberValidation,
  NotifyPriorityCharging: notifyPriorityCharging,
  PullDynamicScheduleUpdate: pullDynamicScheduleUpdate,
  GetCertificateChainStatus: getCertificateChainStatus,
  ClosePeriodicEventStream: closePeriodicEventStream,
  NotifyPeriodicEventStream: notifyPeriodicEventStream,
  OpenPeriodicEventStream: openPeriodicEventStream,
  NotifyDERAlarm: notifyDERAlarm,
  NotifyDERStartStop: notifyDERStartStop,
  ReportDERControl: reportDERControl,
  BatterySwap: batterySwap,
} satisfies { [Action in FromStation<typeof actions>]: Handler<Requests[Action], ResponseOf<Action>> };
