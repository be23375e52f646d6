/**
 * When does a charging profile say what? Pure functions over profiles in the words of OCPP 2.x; times are ms since
 * 1970, durations and period starts seconds, currents A per phase. OCPP 1.6 §3.13, §5.16.4, §7.8 to §7.14.
 */
import { nominalVoltage } from './evse.ts';

export type ProfilePurpose = 'ChargingStationMaxProfile' | 'TxDefaultProfile' | 'TxProfile';

export interface SchedulePeriod {
  startPeriod: number;
  limit: number;
  numberPhases?: number;
}

export interface ChargingProfile {
  id: number;
  /** 0 = the whole station. */
  evseId: number;
  stackLevel: number;
  purpose: ProfilePurpose;
  kind: 'Absolute' | 'Recurring' | 'Relative';
  recurrency?: 'Daily' | 'Weekly';
  validFrom?: number;
  validTo?: number;
  /** When it was installed: a relative profile outside of a transaction counts from here. */
  installedAt: number;
  schedule: {
    startSchedule?: number;
    duration?: number;
    unit: 'A' | 'W';
    periods: SchedulePeriod[];
  };
}

const day = 86_400_000;

/** Where the periods of a schedule are counted from, or undefined before its first start. */
function startOf(
  profile: ChargingProfile,
  at: number,
  transactionStart: number | undefined,
): number | undefined {
  const { startSchedule } = profile.schedule;
  const moment = transactionStart ?? profile.installedAt;
  if (profile.kind === 'Relative') return moment;
  // OCPP 1.6 §7.13: without startSchedule a schedule is relative to the start of charging.
  const base = startSchedule ?? moment;
  if (base > at) return undefined;
  if (profile.kind === 'Absolute') return base;
  const length = recurrence(profile);
  return base + Math.floor((at - base) / length) * length;
}

function recurrence(profile: ChargingProfile): number {
  return profile.recurrency === 'Weekly' ? 7 * day : day;
}

/** The limit of this profile at this time, A per phase; undefined when it says nothing then. */
export function limitAt(
  profile: ChargingProfile,
  at: number,
  transactionStart: number | undefined,
): number | undefined {
  if (profile.validFrom !== undefined && at < profile.validFrom) return undefined;
  if (profile.validTo !== undefined && at >= profile.validTo) return undefined;
  const start = startOf(profile, at, transactionStart);
  if (start === undefined || at < start) return undefined;
  const { duration, periods, unit } = profile.schedule;
  const elapsed = (at - start) / 1000;
  // OCPP 1.6 §5.16.4: the last period holds until the duration ends, periods behind it are not executed.
  if (duration !== undefined && elapsed >= duration) return undefined;
  const period = periods.findLast((candidate) => candidate.startPeriod <= elapsed);
  if (period === undefined) return undefined;
  // OCPP 1.6 §7.12: power is the total, over three phases unless the period names another number.
  return unit === 'A' ? period.limit : period.limit / (nominalVoltage * (period.numberPhases ?? 3));
}

/** The first time after `at` at which this profile may say something else; Infinity when there is none. */
export function nextChange(
  profile: ChargingProfile,
  at: number,
  transactionStart: number | undefined,
): number {
  const times = [profile.validFrom, profile.validTo, profile.schedule.startSchedule];
  const start = startOf(profile, at, transactionStart);
  if (start !== undefined) {
    const { duration, periods } = profile.schedule;
    for (const period of periods) times.push(start + period.startPeriod * 1000);
    if (duration !== undefined) times.push(start + duration * 1000);
    if (profile.kind === 'Recurring') times.push(start + recurrence(profile));
  }
  return Math.min(Infinity, ...times.filter((time) => time !== undefined && time > at).map(Number));
}
