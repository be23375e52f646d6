import type { RemoteStartTransactionRequest } from '../../../ocpp/generated/v16/types.ts';
import type { ChargingLimit, LimitPurpose, ProfileWriter } from '../../commands/charging-limit.ts';
import { isoSeconds } from '../../event.ts';
import { isAccepted, request, transactionIdOf } from './request.ts';

type ChargingProfile = NonNullable<RemoteStartTransactionRequest['chargingProfile']>;

const purposes: Readonly<Record<LimitPurpose, ChargingProfile['chargingProfilePurpose']>> = {
  station: 'ChargePointMaxProfile',
  default: 'TxDefaultProfile',
  transaction: 'TxProfile',
};

/** Every station has level 0, and the same level for each purpose lets a new profile replace the old: §3.13.2. */
const stackLevel = 0;

/** Ours for ever: a station keeps profiles over reboots (errata §3.37), so these ids must find them again. */
function profileId(purpose: LimitPurpose, evse: number): number {
  return 7100 + evse * 10 + { station: 0, default: 1, transaction: 2 }[purpose];
}

/** A start in the past leaves no gap to a station whose clock is late: §5.16.4. */
const startsBeforeMs = 60_000;

/** The profile of a limit. `now` null: it begins with the transaction that is started. */
export function profileOf(limit: ChargingLimit, now: number | null): ChargingProfile {
  const { purpose, evse, transaction, unit, value, phases, durationSeconds } = limit;
  const early = now === null ? 0 : startsBeforeMs / 1000;
  return {
    chargingProfileId: profileId(purpose, evse),
    ...(transaction !== null && { transactionId: transactionIdOf(transaction) }),
    stackLevel,
    chargingProfilePurpose: purposes[purpose],
    chargingProfileKind: now === null ? 'Relative' : 'Absolute',
    chargingSchedule: {
      ...(durationSeconds !== null && { duration: durationSeconds + early }),
      ...(now !== null && { startSchedule: isoSeconds(now - startsBeforeMs) }),
      chargingRateUnit: unit,
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: value, ...(phases !== null && { numberPhases: phases }) },
      ],
    },
  };
}

/** OCPP 1.6 §5.16 and §5.5. ChargePointMaxProfile is for connector 0 only, TxProfile for the others: §3.13.1. */
export const profileWriter: ProfileWriter = {
  async set(context, limit) {
    const csChargingProfiles = profileOf(limit, context.core.clock.now());
    return isAccepted(
      await request(context, 'SetChargingProfile', { connectorId: limit.evse, csChargingProfiles }),
    );
  },
  async clear(context, purpose, evse) {
    const answer = await request(context, 'ClearChargingProfile', { id: profileId(purpose, evse) });
    return isAccepted(answer) || answer['status'] === 'Unknown';
  },
};
