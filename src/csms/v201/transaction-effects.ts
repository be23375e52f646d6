import type { TransactionEventRequest, TransactionEventResponse } from '../../ocpp/generated/v201/types.ts';
import type { AuthorizationStatus, Effect, EventHead, Transaction } from '../model.ts';
import { readTime } from '../time.ts';
import { neutralStatus, presentsToken } from './id-token.ts';
import { meterEffect, readMeterValues, registerAt } from './meter-values.ts';

/** What an accepted TransactionEvent meant; its head says whether the transaction is new, replaced, known, over. */
export function effectsOf(
  request: TransactionEventRequest,
  head: EventHead,
  response: TransactionEventResponse,
  time: number,
): Effect[] {
  const effects: Effect[] = [];
  const { idToken } = request;
  const status = response.idTokenInfo === undefined ? null : neutralStatus(response.idTokenInfo.status);
  const { evse, connector = 1 } = head;
  const flags = (head['flags'] ?? []) as string[];
  const isOver = flags.includes('already_stopped') || flags.includes('unknown_transaction');
  if (evse !== undefined && !isOver) effects.push(...progressOf(request, head, status, evse, time));
  if (idToken !== undefined && status !== null && presentsToken(request) && head['late'] !== true)
    effects.push({ type: 'authorized', time, idToken: idToken.idToken, status, evse: evse ?? null });
  if (evse !== undefined && !isOver && head['late'] !== true)
    effects.push({ type: 'evse_status', time, evse, connector });
  return effects;
}

function progressOf(
  request: TransactionEventRequest,
  head: EventHead,
  status: AuthorizationStatus | null,
  evse: number,
  time: number,
): Effect[] {
  const effects: Effect[] = [];
  const { eventType, transactionInfo, idToken, seqNo, reservationId } = request;
  const id = transactionInfo.transactionId;
  const at = readTime(request.timestamp, time);
  const read = readMeterValues(request.meterValue ?? [], time, []);
  const meterStart = registerAt(read.samples, 'Transaction.Begin');
  const replaced = head['replaces'];
  if (typeof replaced === 'string') effects.push(lostEnd(replaced, evse, at.text, time));
  const told = { seqNo, at: at.ms, ...defined('chargingState', transactionInfo.chargingState) };
  if (head['start'] !== undefined) {
    const transaction: Transaction = {
      id,
      station: '',
      evse,
      connector: head.connector ?? 1,
      idToken: idToken?.idToken ?? null,
      start: at.text,
      end: null,
      meterStart,
      meterStop: null,
      meterLast: meterStart,
      stopReason: null,
      signed: read.signed ? 'start' : 'none',
      progress: { missing: [], ...told },
      ...(status !== null && { authorization: status }),
      ...defined('reservationId', reservationId),
      ...(typeof head['command'] === 'string' && { command: head['command'] }),
      ...(Array.isArray(head['flags']) && { flags: head['flags'] as string[] }),
    };
    effects.push({
      type: 'transaction_started',
      time,
      transaction,
      authorization: status ?? 'Accepted',
    });
  } else {
    effects.push({
      type: 'transaction_updated',
      time,
      id,
      ...told,
      meterStart,
      ...(eventType === 'Started' && { start: at.text }),
      // 2.0.1 E03: the cable may come before the token
      ...(eventType !== 'Ended' &&
        status === 'Accepted' &&
        presentsToken(request) &&
        defined('idToken', idToken?.idToken)),
      ...defined('reservationId', reservationId),
    });
  }
  if (read.samples.length > 0 && head['late'] !== true) effects.push(meterEffect(read, head, time));
  if (eventType === 'Ended')
    effects.push({
      type: 'transaction_stopped',
      time,
      id,
      evse,
      idToken: idToken?.idToken ?? null,
      end: at.text,
      meterStop: registerAt(read.samples, 'Transaction.End'),
      reason: String(head['reason']),
      signed: read.signed,
    });
  return effects;
}

/** The transaction that another one took the place of. */
function lostEnd(id: string, evse: number, end: string, time: number): Effect {
  return {
    type: 'transaction_stopped',
    time,
    id,
    evse,
    idToken: null,
    end,
    meterStop: null,
    reason: 'Other',
    signed: false,
    flags: ['no_stop'],
  };
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]?: Value });
}
