import type { StartTransactionRequest, StartTransactionResponse } from '../../ocpp/generated/v16/types.ts';
import { sentStartOf, tokenKey } from '../authorization.ts';
import { decideToken, type Handler } from '../handlers.ts';
import type { Effect, EventHead, Transaction } from '../model.ts';
import { runningTransaction } from '../station.ts';
import { readTime } from '../time.ts';
import { authorizeResponse } from './authorize.ts';

/** A start on connector 0, which the specification excludes (OCPP 1.6 §6.45), is one of the first EVSE. */
export function evseOfStart(connectorId: number): number {
  return Math.max(1, connectorId);
}

/**
 * OCPP 1.6 §4.8. The transaction exists whatever the answer says: a station that started offline has started. What
 * the CSMS may say is whether the token is accepted.
 */
export const startTransaction: Handler<StartTransactionRequest, StartTransactionResponse> = {
  retried: true,
  businessKey: (request) =>
    `start/${request.connectorId}/${request.timestamp}/${tokenKey(request.idTag)}/${request.meterStart}`,
  answered({ connectorId, idTag, meterStart, timestamp }, station) {
    const running = runningTransaction(station, evseOfStart(connectorId));
    if (running === null || running.idToken === null || running.authorization === undefined) return null;
    return tokenKey(running.idToken) === tokenKey(idTag) &&
      running.meterStart === meterStart &&
      Date.parse(running.start) === readTime(timestamp, 0).ms
      ? { transactionId: Number(running.id), idTagInfo: { status: running.authorization } }
      : null;
  },
  handle(request, incoming) {
    const { core, station, time, anomalies, delegated } = incoming;
    const evse = evseOfStart(request.connectorId);
    if (request.connectorId === 0) anomalies.push('connector_zero');
    const { idTagInfo } =
      (delegated as { idTagInfo: StartTransactionResponse['idTagInfo'] } | null) ??
      authorizeResponse(decideToken(incoming, request.idTag, evse), core.authorization.find(request.idTag));
    const started = readTime(request.timestamp, time);
    if (started.anomaly !== null) anomalies.push(started.anomaly);
    const response: StartTransactionResponse = { transactionId: core.transactionIds.next(), idTagInfo };
    const command = sentStartOf(station, request.idTag, evse, time)?.command ?? null;
    // the stop of a transaction that still seems to run here was lost: the station would have sent it first
    const replaced = runningTransaction(station, evse);
    const head: EventHead = {
      kind: 'transaction',
      event: 'started',
      evse,
      connector: 1,
      transaction: String(response.transactionId),
      id_token: request.idTag,
      meter: request.meterStart / 1000,
      start: started.text,
      status: idTagInfo.status,
      ...(command !== null && { command }),
      ...(replaced !== null && { replaces: replaced.id }),
    };
    return { response, head, effects: this.effects?.(request, head, response, time) ?? [] };
  },
  effects(request, head, response, time) {
    const id = String(response.transactionId);
    const evse = evseOfStart(request.connectorId);
    const transaction: Transaction = {
      id,
      station: '',
      evse,
      connector: 1,
      idToken: request.idTag,
      start: String(head['start']),
      end: null,
      meterStart: request.meterStart,
      meterStop: null,
      meterLast: request.meterStart,
      stopReason: null,
      signed: 'none',
      authorization: response.idTagInfo.status,
      // Growatt sends 0 for "no reservation"
      ...(request.reservationId !== undefined &&
        request.reservationId !== 0 && { reservationId: request.reservationId }),
      ...(typeof head['command'] === 'string' && { command: head['command'] }),
    };
    const started: Effect[] = [
      { type: 'transaction_started', time, transaction, authorization: response.idTagInfo.status },
      {
        type: 'authorized',
        time,
        idToken: request.idTag,
        status: response.idTagInfo.status,
        evse,
      },
    ];
    const replaced = head['replaces'];
    if (typeof replaced !== 'string') return started;
    return [
      {
        type: 'transaction_stopped',
        time,
        id: replaced,
        evse,
        idToken: null,
        end: transaction.start,
        meterStop: null,
        reason: 'Other',
        signed: false,
        flags: ['no_stop'],
      },
      ...started,
    ];
  },
};
