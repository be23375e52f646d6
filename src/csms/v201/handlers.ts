import type { actions } from '../../ocpp/generated/v201/actions.ts';
import type { Requests, Responses } from '../../ocpp/generated/v201/types.ts';
import type { Handler } from '../handlers.ts';
import { authorize } from './authorize.ts';
import { bootNotificationOf } from './boot-notification.ts';
import { get15118EVCertificate, getCertificateStatus, signCertificate } from './certificates.ts';
import { dataTransfer } from './data-transfer.ts';
import { heartbeat } from './heartbeat.ts';
import { meterValues } from './meter-values.ts';
import {
  firmwareStatusNotification,
  logStatusNotification,
  notifyCustomerInformation,
  notifyDisplayMessages,
  notifyMonitoringReport,
  notifyReport,
  publishFirmwareStatusNotification,
  reservationStatusUpdate,
  securityEventNotification,
} from './notifications.ts';
import { notifyEvent } from './notify-event.ts';
import {
  clearedChargingLimit,
  notifyChargingLimit,
  notifyEVChargingNeeds,
  notifyEVChargingSchedule,
  reportChargingProfiles,
} from './smart-charging.ts';
import { statusNotification } from './status-notification.ts';
import { transactionEvent } from './transaction-event.ts';

/** Names of a table of actions that a station may send. */
export type FromStation<Table> = {
  [Name in keyof Table]: Table[Name] extends { direction: 'csms' } ? never : Name;
}[keyof Table];

/** Every action a 2.0.1 station may send, by functional block of part 2. */
export const handlers = {
  SecurityEventNotification: securityEventNotification,
  SignCertificate: signCertificate,
  BootNotification: bootNotificationOf('ocpp2.0.1'),
  NotifyReport: notifyReport,
  Authorize: authorize,
  TransactionEvent: transactionEvent,
  Heartbeat: heartbeat,
  StatusNotification: statusNotification,
  ReservationStatusUpdate: reservationStatusUpdate,
  MeterValues: meterValues,
  ClearedChargingLimit: clearedChargingLimit,
  NotifyChargingLimit: notifyChargingLimit,
  NotifyEVChargingNeeds: notifyEVChargingNeeds,
  NotifyEVChargingSchedule: notifyEVChargingSchedule,
  ReportChargingProfiles: reportChargingProfiles,
  FirmwareStatusNotification: firmwareStatusNotification,
  PublishFirmwareStatusNotification: publishFirmwareStatusNotification,
  Get15118EVCertificate: get15118EVCertificate,
  GetCertificateStatus: getCertificateStatus,
  LogStatusNotification: logStatusNotification,
  NotifyCustomerInformation: notifyCustomerInformation,
  NotifyEvent: notifyEvent,
  NotifyMonitoringReport: notifyMonitoringReport,
  NotifyDisplayMessages: notifyDisplayMessages,
  DataTransfer: dataTransfer,
} satisfies { [Action in FromStation<typeof actions>]: Handler<Requests[Action], Responses[Action]> };
