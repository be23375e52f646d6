import type { ChargingProfile, ProfilePurpose, SchedulePeriod } from './charging-schedule.ts';
import { limitAt, nextChange } from './charging-schedule.ts';

/** Which profiles to remove: all that match every field given. */
interface ProfileFilter {
  id?: number;
  evseId?: number;
  stackLevel?: number;
  purpose?: ProfilePurpose;
}

interface CompositeQuery {
  evseId: number;
  /** ms since 1970. */
  from: number;
  /** Seconds. */
  duration: number;
  /** When the transaction there started, ms since 1970. */
  transactionStart: number | undefined;
  /** What the hardware can do, A per phase: holds where no profile says less. */
  hardwareLimit: number;
}

/** The charging profiles installed in a station, and what they say together. */
export interface ChargingProfiles {
  readonly count: number;
  /** Replaces the profile of the same id, and the one of the same purpose and stack level at this EVSE. */
  set(profile: ChargingProfile): void;
  /** Removes and counts. */
  clear(filter: ProfileFilter): number;
  /** The limit of the profiles of these purposes at an EVSE, A per phase; undefined when none holds. */
  limit(
    purpose: 'station' | 'transaction',
    evseId: number,
    at: number,
    transactionStart: number | undefined,
  ): number | undefined;
  /** The first time after `at` at which any limit may change; Infinity when there is none. */
  nextChange(at: number, evseId: number, transactionStart: number | undefined): number;
  /** The limits from now on, A per phase; the first period starts at 0, equal neighbours are one. */
  composite(query: CompositeQuery): SchedulePeriod[];
}

export function createChargingProfiles(): ChargingProfiles {
  let installed: ChargingProfile[] = [];

  /** The prevailing limit of one purpose. OCPP 1.6 §3.13.2. */
  function prevailing(
    purpose: ProfilePurpose,
    evseId: number,
    at: number,
    transactionStart: number | undefined,
  ): number | undefined {
    const candidates = installed
      .filter((profile) => profile.purpose === purpose && concerns(profile, evseId))
      .sort((a, b) => b.stackLevel - a.stackLevel);
    for (const profile of candidates) {
      const limit = limitAt(profile, at, transactionStart);
      if (limit !== undefined) return limit;
    }
    return undefined;
  }

  function concerns(profile: ChargingProfile, evseId: number): boolean {
    if (profile.evseId === evseId) return true;
    if (profile.evseId !== 0) return false;
    // OCPP 1.6 §3.13.1: at this EVSE alone its own default replaces that of the station.
    return !installed.some(
      (own) =>
        own.evseId === evseId && own.purpose === profile.purpose && own.stackLevel === profile.stackLevel,
    );
  }

  const profiles: ChargingProfiles = {
    get count() {
      return installed.length;
    },
    set(profile) {
      installed = installed.filter(
        (other) =>
          other.id !== profile.id &&
          !(
            other.evseId === profile.evseId &&
            other.purpose === profile.purpose &&
            other.stackLevel === profile.stackLevel
          ),
      );
      installed.push(profile);
    },
    clear(filter) {
      const before = installed.length;
      installed = installed.filter(
        (profile) =>
          (filter.id !== undefined && filter.id !== profile.id) ||
          (filter.evseId !== undefined && filter.evseId !== profile.evseId) ||
          (filter.stackLevel !== undefined && filter.stackLevel !== profile.stackLevel) ||
          (filter.purpose !== undefined && filter.purpose !== profile.purpose),
      );
      return before - installed.length;
    },
    limit(purpose, evseId, at, transactionStart) {
      if (purpose === 'station') return prevailing('ChargingStationMaxProfile', 0, at, undefined);
      if (evseId === 0) return undefined;
      // OCPP 1.6 §3.13.1: a profile of the transaction overrules the default.
      return (
        prevailing('TxProfile', evseId, at, transactionStart) ??
        prevailing('TxDefaultProfile', evseId, at, transactionStart)
      );
    },
    nextChange(at, evseId, transactionStart) {
      const times = installed.map((profile) =>
        profile.purpose === 'ChargingStationMaxProfile'
          ? nextChange(profile, at, undefined)
          : profile.evseId === evseId || profile.evseId === 0
            ? nextChange(profile, at, transactionStart)
            : Infinity,
      );
      return Math.min(Infinity, ...times);
    },
    composite({ evseId, from, duration, transactionStart, hardwareLimit }) {
      const periods: SchedulePeriod[] = [];
      const end = from + duration * 1000;
      for (let at = from; at < end; at = profiles.nextChange(at, evseId, transactionStart)) {
        // OCPP 1.6 §3.13.3: the lowest of the merged schedules.
        const limit = Math.min(
          hardwareLimit,
          profiles.limit('station', evseId, at, transactionStart) ?? Infinity,
          profiles.limit('transaction', evseId, at, transactionStart) ?? Infinity,
        );
        if (periods.at(-1)?.limit !== limit)
          periods.push({ startPeriod: Math.round((at - from) / 1000), limit });
      }
      return periods;
    },
  };
  return profiles;
}
