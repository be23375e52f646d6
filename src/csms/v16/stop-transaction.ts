import type { StopTransactionRequest, StopTransactionResponse } from '../../ocpp/generated/v16/types.ts';
import { tokenKey } from '../authorization.ts';
import type { Core } from '../core.ts';
import type { Handler } from '../handlers.ts';
import type { Effect, EventHead, Transaction } from '../model.ts';
import type { Station } from '../station.ts';
import { readTime } from '../time.ts';
import { readMeterValues } from './meter-values.ts';

/** OCPP 1.6 §4.10. A stop is never refused: the energy has flowed. */
export const stopTransaction: Handler<StopTransactionRequest, StopTransactionResponse> = {
  retried: true,
  businessKey: (request) => `stop/${request.transactionId}/${request.timestamp}/${request.meterStop}`,
  handle(request, { core, station, time, anomalies, delegated }) {
    const { transaction, flag } = findTransaction(station, request, core);
    const stopped = readTime(request.timestamp, time);
    if (stopped.anomaly !== null) anomalies.push(stopped.anomaly);
    const read = readMeterValues(request.transactionData ?? [], time, anomalies);
    const head: EventHead = {
      kind: 'transaction',
      event: 'stopped',
      ...(transaction !== null && { evse: transaction.evse, connector: transaction.connector }),
      transaction: transaction?.id ?? String(request.transactionId),
      ...(request.idTag !== undefined && { id_token: request.idTag }),
      meter: request.meterStop / 1000,
      end: stopped.text,
      // OCPP 1.6 §6.49: the reason may be left out when it is Local
      reason: request.reason || 'Local',
      ...(read.signed && { signed: true }),
      ...(flag !== null && { flags: [flag] }),
    };
    // OCPP 1.6 §4.10: idTagInfo belongs into the answer when the request names an idTag
    const response: StopTransactionResponse =
      delegated ??
      // who decides elsewhere was not asked, and a guess would end up in the station's authorization cache
      (request.idTag === undefined || core.authorization.mode === 'external'
        ? {}
        : { idTagInfo: { status: core.authorization.decide(station, request.idTag, null) } });
    return { response, head, effects: this.effects?.(request, head, response, time) ?? [] };
  },
  effects(request, head, _response, time) {
    const evse = head.evse ?? 0;
    if (evse === 0 || head.transaction === undefined) return [];
    const read = readMeterValues(request.transactionData ?? [], time, []);
    const effects: Effect[] = [];
    if (read.samples.length > 0)
      effects.push({ type: 'meter', time, evse, connector: 1, transaction: head.transaction, ...read });
    effects.push({
      type: 'transaction_stopped',
      time,
      id: head.transaction,
      evse,
      idToken: request.idTag ?? null,
      end: String(head['end']),
      meterStop: request.meterStop,
      reason: String(head['reason']),
      signed: read.signed,
    });
    return effects;
  },
};

function isLast(station: Station, { transactionId }: StopTransactionRequest): boolean {
  return [...station.evses.values()].some(({ transaction }) => transaction?.id === String(transactionId));
}

/**
 * By (station, id). An id that was never issued to this station matches an open start by token and register, so that
 * no station can end another's transaction and a start made offline still finds its stop.
 */
function findTransaction(
  station: Station,
  request: StopTransactionRequest,
  { transactionIds }: Core,
): { transaction: Transaction | null; flag: string | null } {
  const named = station.transactions.get(String(request.transactionId));
  if (named !== undefined) return { transaction: named, flag: null };
  // it has ended already: its stop must not end the next one
  if (transactionIds.isOurs(request.transactionId, station.joinedAt))
    return { transaction: null, flag: isLast(station, request) ? 'already_stopped' : 'unknown_transaction' };
  const candidates = [...station.transactions.values()].filter(
    (transaction) =>
      (request.idTag === undefined ||
        transaction.idToken === null ||
        tokenKey(transaction.idToken) === tokenKey(request.idTag)) &&
      (transaction.meterStart === null || transaction.meterStart <= request.meterStop),
  );
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return { transaction: only, flag: 'matched_by_meter' };
  return { transaction: null, flag: 'unknown_transaction' };
}
