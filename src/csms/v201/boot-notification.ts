import type { BootNotificationRequest, BootNotificationResponse } from '../../ocpp/generated/v201/types.ts';
import type { OcppVersion } from '../../ocpp/version.ts';
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

/** OCPP 2.0.1 B01 (accepted), B02 (pending), B03 (rejected). */
export function bootNotificationOf(
  version: OcppVersion,
): Handler<BootNotificationRequest, BootNotificationResponse> {
  return {
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
        vendor: request.chargingStation.vendorName,
        model: request.chargingStation.model,
        boot_reason: request.reason,
        // nothing was decided: it is told to ask again when the time can be trusted
        ...(!clockPlausible && delegated === null && { reason: 'clock' }),
      };
      return { response, head, effects: this.effects?.(request, head, response, time) ?? [] };
    },
    effects(request, head, response, time) {
      const registration = head['reason'] === 'clock' ? null : registrationOf[response.status];
      return [{ type: 'boot', time, registration, info: infoOf(request), version }];
    },
  };
}

function infoOf({ chargingStation }: BootNotificationRequest): StationInfo {
  const { vendorName, model, serialNumber, firmwareVersion, modem } = chargingStation;
  return {
    vendor: vendorName,
    model,
    ...text('serialNumber', serialNumber),
    ...text('firmwareVersion', firmwareVersion),
    ...text('iccid', modem?.iccid),
    ...text('imsi', modem?.imsi),
  };
}

/** Stations fill optional fields with '' or the text "null". */
function text(key: keyof StationInfo, value: string | undefined): Partial<StationInfo> {
  return value === undefined || value === '' || value === 'null' ? {} : { [key]: value };
}
