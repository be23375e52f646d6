import type { ChargingProfile, ProfilePurpose } from '../charging-schedule.ts';
import type { Profile } from './messages.ts';

const purposes: Record<Profile['chargingProfilePurpose'], ProfilePurpose> = {
  ChargePointMaxProfile: 'ChargingStationMaxProfile',
  TxDefaultProfile: 'TxDefaultProfile',
  TxProfile: 'TxProfile',
};

export function toPurpose(purpose: Profile['chargingProfilePurpose']): ProfilePurpose {
  return purposes[purpose];
}

/** A profile of OCPP 1.6 in the words of the charging schedules here. */
export function toChargingProfile(profile: Profile, connectorId: number, now: number): ChargingProfile {
  const { chargingSchedule: schedule } = profile;
  return {
    id: profile.chargingProfileId,
    evseId: connectorId,
    stackLevel: profile.stackLevel,
    purpose: toPurpose(profile.chargingProfilePurpose),
    kind: profile.chargingProfileKind,
    recurrency: profile.recurrencyKind,
    validFrom: time(profile.validFrom),
    validTo: time(profile.validTo),
    installedAt: now,
    schedule: {
      startSchedule: time(schedule.startSchedule),
      duration: schedule.duration,
      unit: schedule.chargingRateUnit,
      periods: schedule.chargingSchedulePeriod,
    },
  };
}

function time(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
