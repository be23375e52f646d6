import { nominalVoltage } from '../evse.ts';
import { CallRefused } from '../connection.ts';
import { connectorOf, type Context } from './context.ts';
import type { Handlers, Profile } from './messages.ts';
import { toChargingProfile, toPurpose } from './profile.ts';

/** SetChargingProfile, ClearChargingProfile and GetCompositeSchedule. OCPP 1.6 §5.16, §5.5, §5.7. */
export function smartChargingHandlers(
  context: Context,
): Pick<Handlers, 'SetChargingProfile' | 'ClearChargingProfile' | 'GetCompositeSchedule'> {
  const { clock, connectors, hardwareLimit, power, profiles } = context;

  return {
    SetChargingProfile({ connectorId, csChargingProfiles: profile }, afterwards) {
      // Errata sheet §3.39
      if (connectorId !== 0 && connectorOf(context, connectorId) === undefined) {
        throw new CallRefused('PropertyConstraintViolation', `there is no connector ${connectorId}`);
      }
      if (!belongs(profile, connectorId) || !fits(context, profile)) return { status: 'Rejected' };
      profiles.set(toChargingProfile(profile, connectorId, clock.now()));
      afterwards(() => power.update());
      return { status: 'Accepted' };
    },

    ClearChargingProfile({ id, connectorId, chargingProfilePurpose, stackLevel }, afterwards) {
      const purpose = chargingProfilePurpose && toPurpose(chargingProfilePurpose);
      // Errata sheet §3.26: with an id everything else is ignored.
      const filter = id === undefined ? { evseId: connectorId, purpose, stackLevel } : { id };
      afterwards(() => power.update());
      return { status: profiles.clear(filter) > 0 ? 'Accepted' : 'Unknown' };
    },

    GetCompositeSchedule({ connectorId, duration, chargingRateUnit = 'A' }) {
      const connector = connectorOf(context, connectorId);
      if (connectorId !== 0 && connector === undefined) return { status: 'Rejected' };
      const from = clock.now();
      const periods = profiles.composite({
        evseId: connectorId,
        from,
        duration,
        // A transaction that would start now.
        transactionStart: connector === undefined ? undefined : (connector.transaction?.start ?? from),
        hardwareLimit: connector === undefined ? hardwareLimit * connectors.length : hardwareLimit,
      });
      const phases = (connector ?? connectors[0])?.evse.phases ?? 3;
      const perAmpere = chargingRateUnit === 'A' ? 1 : nominalVoltage * phases;
      const start = new Date(from).toISOString();
      return {
        status: 'Accepted',
        connectorId,
        scheduleStart: start,
        chargingSchedule: {
          duration,
          startSchedule: start,
          chargingRateUnit,
          chargingSchedulePeriod: periods.map(({ startPeriod, limit }) => ({
            startPeriod,
            limit: Number((limit * perAmpere).toFixed(1)),
            numberPhases: phases,
          })),
        },
      };
    },
  };

  /** Whether a profile of this purpose may be set at this connector. OCPP 1.6 §3.13.1. */
  function belongs(profile: Profile, connectorId: number): boolean {
    switch (profile.chargingProfilePurpose) {
      case 'ChargePointMaxProfile':
        return connectorId === 0;
      case 'TxDefaultProfile':
        return true;
      case 'TxProfile': {
        const transaction = connectorOf(context, connectorId)?.transaction;
        if (transaction === undefined) return false;
        return profile.transactionId === undefined || profile.transactionId === transaction.id;
      }
      default:
        return false;
    }
  }
}

/** Whether a profile is one this station can follow. OCPP 1.6 §5.16.4, §9.4. */
export function fits({ configuration, profiles }: Context, profile: Profile): boolean {
  const { chargingSchedule: schedule, chargingProfileKind: kind } = profile;
  const starts = schedule.chargingSchedulePeriod.map((period) => period.startPeriod);
  const inOrder = starts.every((start, index) => index === 0 || start > (starts[index - 1] ?? 0));
  return (
    profile.stackLevel >= 0 &&
    profile.stackLevel <= configuration.integer('ChargeProfileMaxStackLevel') &&
    starts.length <= configuration.integer('ChargingScheduleMaxPeriods') &&
    starts[0] === 0 &&
    inOrder &&
    (kind !== 'Recurring' ||
      (profile.recurrencyKind !== undefined && schedule.startSchedule !== undefined)) &&
    profiles.count < configuration.integer('MaxChargingProfilesInstalled')
  );
}
