import type { CommandContext } from './context.ts';

/** station: everything together; default: every transaction of an EVSE; transaction: one that runs or is started. */
export type LimitPurpose = 'station' | 'default' | 'transaction';

/** A profile of ours. There is one for each purpose and EVSE, so that a new one takes the place of the old. */
export interface ChargingLimit {
  purpose: LimitPurpose;
  /** 0 for the station. */
  evse: number;
  /** The running transaction it is bound to; null for other purposes and in a start. */
  transaction: string | null;
  unit: 'A' | 'W';
  value: number;
  phases: number | null;
  durationSeconds: number | null;
}

/** How an OCPP version writes a profile; both resolve with whether the station took it. */
export interface ProfileWriter {
  set(context: CommandContext, limit: ChargingLimit): Promise<boolean>;
  /** One that is not there is as good as cleared. */
  clear(context: CommandContext, purpose: LimitPurpose, evse: number): Promise<boolean>;
}

/**
 * The highest value with one decimal that is not above `value` and that a station which checks `multipleOf: 0.1`
 * in binary floating point takes, too: 8.1 / 0.1 is 80.99999999999999 there, so 8.1 becomes 8.
 */
export function roundedDown(value: number): number {
  // 16.3 * 10 is 163.00000000000003 or below: what was meant is the nearest tenth, where that is not above
  let tenths = Math.floor(Number((value * 10).toFixed(6)));
  while (!Number.isInteger(tenths / 10 / 0.1)) tenths -= 1;
  return tenths / 10;
}
