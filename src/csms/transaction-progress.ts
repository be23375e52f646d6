import type { Effect, Progress, Transaction } from './model.ts';

/** How far a transaction of OCPP 2.x has come: its events carry numbers and may come late, twice or not at all. */

/** More gaps than these are not remembered. */
const maxMissing = 100;

/** null: it is the next one. OCPP 2.0.1 part 2 E, sequence number generation. */
export function seqNoAnomaly(
  { seqNo, missing }: Progress,
  next: number,
): 'seq_no_gap' | 'seq_no_repeated' | 'out_of_order' | null {
  if (next > seqNo) return next === seqNo + 1 ? null : 'seq_no_gap';
  return missing.includes(next) ? 'out_of_order' : 'seq_no_repeated';
}

/** It tells of a time before the last event: it completes the past and says nothing of now. `at`: ms since 1970. */
export function isLate(progress: Progress, seqNo: number, at: number): boolean {
  return seqNo <= progress.seqNo && at < progress.at;
}

/** Takes an event of a running transaction into account. */
export function applyProgress(
  transaction: Transaction,
  effect: Extract<Effect, { type: 'transaction_updated' }>,
): void {
  const { seqNo, at, chargingState, start, meterStart, idToken, reservationId } = effect;
  const { progress } = transaction;
  if (progress === undefined || !isLate(progress, seqNo, at)) {
    const state = chargingState ?? progress?.chargingState;
    transaction.progress = {
      seqNo: Math.max(seqNo, progress?.seqNo ?? 0),
      at,
      missing: missingAfter(progress, seqNo),
      ...(state !== undefined && { chargingState: state }),
    };
  } else progress.missing = missingAfter(progress, seqNo);
  if (start !== undefined) {
    transaction.start = start;
    const flags = transaction.flags?.filter((flag) => flag !== 'missing_start') ?? [];
    if (flags.length > 0) transaction.flags = flags;
    else delete transaction.flags;
  }
  if (meterStart !== null && (transaction.meterStart === null || start !== undefined))
    transaction.meterStart = meterStart;
  if (idToken !== undefined) transaction.idToken = idToken;
  if (reservationId !== undefined) transaction.reservationId = reservationId;
}

function missingAfter(progress: Progress | undefined, seqNo: number): number[] {
  if (progress === undefined) return [];
  const missing = progress.missing.filter((number) => number !== seqNo);
  for (let number = progress.seqNo + 1; number < seqNo && missing.length < maxMissing; number++)
    missing.push(number);
  return missing;
}
