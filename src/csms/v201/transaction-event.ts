import type { TransactionEventRequest, TransactionEventResponse } from '../../ocpp/generated/v201/types.ts';
import { messageKey } from '../answers.ts';
import { sentStartOf } from '../authorization.ts';
import type { Handler, Incoming } from '../handlers.ts';
import type { EventHead, Transaction } from '../model.ts';
import { readTime } from '../time.ts';
import { isLate, seqNoAnomaly } from '../transaction-progress.ts';
import { transactionCost } from '../transactions.ts';
import { idTokenInfoOf, presentsToken } from './id-token.ts';
import { readMeterValues, registerAt, type Read } from './meter-values.ts';
import { effectsOf } from './transaction-effects.ts';
import { findTransaction, type Found } from './transaction-lookup.ts';

const eventOf = { Started: 'started', Updated: 'updated', Ended: 'stopped' } as const;

/**
 * OCPP 2.0.1 E01 to E15. Never refused for what it says: the energy has flowed. Events may come late, repeated, or
 * without the one that started the transaction; what the head says of that decides about their effects.
 */
export const transactionEvent: Handler<TransactionEventRequest, TransactionEventResponse> = {
  retried: true,
  // the text tells apart what a station says twice under one seqNo: both are kept
  businessKey(request) {
    const { eventType, seqNo, transactionInfo } = request;
    return messageKey(`${transactionInfo.transactionId}/${seqNo}/${eventType}`, JSON.stringify(request));
  },
  handle(request, incoming) {
    const { station, time, anomalies } = incoming;
    const { eventType, transactionInfo, idToken } = request;
    const at = readTime(request.timestamp, time);
    if (at.anomaly !== null) anomalies.push(at.anomaly);
    if (request.evse?.connectorId === 0) anomalies.push('connector_zero');
    const found = findTransaction(station, request, at.ms);
    const progress = found.transaction?.progress;
    const odd = progress === undefined ? null : seqNoAnomaly(progress, request.seqNo);
    if (odd !== null) anomalies.push(odd);
    const late = progress !== undefined && isLate(progress, request.seqNo, at.ms);
    const read = readMeterValues(request.meterValue ?? [], time, anomalies);
    const response = answer(request, incoming, found, read, late);
    const register = registerAt(
      read.samples,
      eventType === 'Started' ? 'Transaction.Begin' : 'Transaction.End',
    );
    const command =
      found.isNew && idToken !== undefined && found.evse !== null
        ? (sentStartOf(station, idToken.idToken, found.evse, time)?.command ?? null)
        : null;
    const head: EventHead = {
      kind: 'transaction',
      event: eventOf[eventType],
      ...(found.evse !== null && { evse: found.evse, connector: found.connector }),
      transaction: transactionInfo.transactionId,
      ...(idToken !== undefined && { id_token: idToken.idToken, id_token_type: idToken.type }),
      ...(register !== null && { meter: register / 1000 }),
      seq_no: request.seqNo,
      trigger: request.triggerReason,
      ...(transactionInfo.chargingState !== undefined && { charging_state: transactionInfo.chargingState }),
      ...(found.isNew && { start: at.text }),
      ...(eventType === 'Ended' && {
        end: at.text,
        // 2.0.1 §2.48: it may be left out when it is Local
        reason: transactionInfo.stoppedReason || 'Local',
      }),
      ...(response.idTokenInfo !== undefined && { status: response.idTokenInfo.status }),
      ...(read.signed && { signed: true }),
      ...(request.offline === true && { offline: true }),
      ...(late && { late: true }),
      ...(found.replaces !== null && { replaces: found.replaces }),
      ...(command !== null && { command }),
      ...(found.flag !== null && { flags: [found.flag] }),
    };
    return { response, head, effects: effectsOf(request, head, response, time) };
  },
  effects: effectsOf,
};

function answer(
  request: TransactionEventRequest,
  incoming: Incoming,
  found: Found,
  read: Read,
  late: boolean,
): TransactionEventResponse {
  const { core, delegated } = incoming;
  const cost = late ? null : costOf(request, core.options, found.transaction, read);
  const totalCost = cost !== null && { totalCost: cost };
  if (delegated !== null) return { ...totalCost, ...answerOf(delegated) };
  const { idToken } = request;
  // who decides elsewhere is asked when a token is presented, not whenever it is named again
  if (idToken === undefined || (core.authorization.mode === 'external' && !presentsToken(request)))
    return { ...totalCost };
  return { ...totalCost, idTokenInfo: idTokenInfoOf(incoming, idToken, found.evse) };
}

/** Outside, the token was asked about as by an Authorize; what only its answer has does not belong here. */
function answerOf(delegated: object): TransactionEventResponse {
  const {
    certificateStatus: _status,
    allowedEnergyTransfer: _transfer,
    tariff: _tariff,
    ...response
  } = delegated as TransactionEventResponse & Record<string, unknown>;
  return response;
}

/** OCPP 2.0.1 I02.FR.01, I03.FR.02: the cost so far and in the end, when there is a price. */
function costOf(
  { eventType }: TransactionEventRequest,
  { pricePerKwh, currency }: Incoming['core']['options'],
  transaction: Transaction | null,
  { samples }: Read,
): number | null {
  if (eventType === 'Started' || transaction === null) return null;
  const register = registerAt(samples, 'Transaction.End');
  const now = { ...transaction, meterStop: register };
  return transactionCost(now, { pricePerKwh, currency });
}
