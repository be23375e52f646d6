import type { BootNotificationRequest, BootNotificationResponse } from '../../ocpp/generated/v16/types.ts';
import { isoSeconds } from '../event.ts';
import type { Handler } from '../handlers.ts';
import type { EventHead, Registration, StationInfo } from '../model.ts';

const statusOf = { accepted: 'Accepted', pending: 'Pending', rejected: 'Rejected' } as const;
const registrationOf: Record<BootNotificationResponse['status'], Registration> = {
  Accepted: 'accepted',
  Pending: 'pending',
  Rejected: 'rejected',
};

/** Seconds until a station tries again while the gateway's own clock is not believable. */
const clockRetryInterval = 30;

/** OCPP 1.6 §4.2. */
export const bootNotification: Handler<BootNotificationRequest, BootNotificationResponse> = {
  handle(request, { core, station, time, delegated }) {
    const clockPlausible = time >= core.options.clockPlausibleAfter;
    const response = (delegated as BootNotificationResponse | null) ?? {
      currentTime: isoSeconds(time),
      interval: clockPlausible ? core.options.heartbeatInterval : clockRetryInterval,
      status: clockPlausible ? statusOf[station.registration] : 'Pending',
    };
    const head: EventHead = {
      kind: 'boot',
      event: registrationOf[response.status],
      vendor: request.chargePointVendor,
      model: request.chargePointModel,
      // nothing was decided: it is told to ask again when the time can be trusted
      ...(!clockPlausible && delegated === null && { reason: 'clock' }),
    };
    return { response, head, effects: this.effects?.(request, head, response, time) ?? [] };
  },
  effects(request, head, response, time) {
    return [
      {
        type: 'boot',
        time,
        registration: head['reason'] === 'clock' ? null : registrationOf[response.status],
        info: infoOf(request),
        version: 'ocpp1.6',
      },
    ];
  },
};

function infoOf(request: BootNotificationRequest): StationInfo {
  return {
    vendor: request.chargePointVendor,
    model: request.chargePointModel,
    ...text('serialNumber', request.chargePointSerialNumber),
    ...text('boxSerialNumber', request.chargeBoxSerialNumber),
    ...text('firmwareVersion', request.firmwareVersion),
    ...text('iccid', request.iccid),
    ...text('imsi', request.imsi),
    ...text('meterType', request.meterType),
    ...text('meterSerialNumber', request.meterSerialNumber),
  };
}

/** Stations fill optional fields with '' or the text "null". */
function text(key: keyof StationInfo, value: string | undefined): Partial<StationInfo> {
  return value === undefined || value === '' || value === 'null' ? {} : { [key]: value };
}
