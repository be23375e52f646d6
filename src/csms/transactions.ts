import type { Clock } from './ports.ts';
import type { TransactionIds } from './core.ts';
import type { Transaction } from './model.ts';
import { runningTransaction, type Station } from './station.ts';

export interface Tariff {
  pricePerKwh: number | null;
  currency: string;
}

const since2020 = Date.UTC(2020, 0, 1);

/**
 * Ids for OCPP 1.6 transactions (a 32-bit integer there): max(last + 1, seconds since 2020), so that neither a
 * lost store nor a station that remembers old ids meets one twice.
 */
export function createTransactionIds(clock: Clock): TransactionIds {
  let last = 0;
  const earliest = (ms: number): number => Math.floor((ms - since2020) / 1000);
  return {
    next() {
      last = Math.max(last + 1, earliest(clock.now()));
      return last;
    },
    isOurs: (id, since) => id >= Math.max(1, earliest(since)) && id <= last,
    seen(id) {
      if (Number.isSafeInteger(id) && id > last && id < 2 ** 31) last = id;
    },
  };
}

/** Energy of a transaction so far, Wh; null without a register at both ends. */
export function transactionEnergy(transaction: Transaction): number | null {
  const to = transaction.meterStop ?? transaction.meterLast;
  return to === null || transaction.meterStart === null ? null : Math.max(0, to - transaction.meterStart);
}

export function transactionCost(transaction: Transaction, tariff: Tariff): number | null {
  const energy = transactionEnergy(transaction);
  return energy === null || tariff.pricePerKwh === null
    ? null
    : Math.round((energy / 1000) * tariff.pricePerKwh * 100) / 100;
}

/** The payload of `X/session`: energies in kWh, duration in seconds, absent what is not known. */
export function transactionJson(
  transaction: Transaction,
  now: number,
  tariff: Tariff,
): Record<string, unknown> {
  const energy = transactionEnergy(transaction);
  const cost = transactionCost(transaction, tariff);
  const end = transaction.end === null ? now : Date.parse(transaction.end);
  return {
    id: transaction.id,
    start: transaction.start,
    ...(transaction.end !== null && { end: transaction.end }),
    ...(energy !== null && { energy: energy / 1000 }),
    duration: Math.max(0, Math.round((end - Date.parse(transaction.start)) / 1000)),
    ...(transaction.idToken !== null && { id_token: transaction.idToken }),
    ...(transaction.meterStart !== null && { meter_start: transaction.meterStart / 1000 }),
    ...(transaction.meterStop !== null && { meter_stop: transaction.meterStop / 1000 }),
    ...(cost !== null && { cost, currency: tariff.currency }),
    ...(transaction.stopReason !== null && { stop_reason: transaction.stopReason }),
    signed: transaction.signed,
    ...(transaction.flags !== undefined && { flags: transaction.flags }),
  };
}

/**
 * The transaction a message of this EVSE belongs to. An id the station made up (0, negative) is matched by EVSE, as
 * real stations mix ids up in the middle of a transaction; one of ours that has ended is not the running one's. `isOurs`:
 * this id was issued by us.
 */
export function attribute(
  station: Station,
  evse: number,
  id: string | null,
  isOurs = false,
): Transaction | null {
  if (id === null) return runningTransaction(station, evse);
  const running = station.transactions.get(id);
  if (running !== undefined) return running;
  for (const { transaction } of station.evses.values())
    if (transaction !== null && transaction.id === id) return transaction;
  return isOurs ? null : runningTransaction(station, evse);
}
