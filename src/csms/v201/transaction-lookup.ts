import type { TransactionEventRequest } from '../../ocpp/generated/v201/types.ts';
import type { Transaction } from '../model.ts';
import { runningTransaction, type Station } from '../station.ts';
import { placeOf } from './status-notification.ts';

/** Which transaction of this station an event belongs to. Ids are the station's own texts. */
export interface Found {
  /** As known before the event. */
  transaction: Transaction | null;
  /** null: the event does not say, and nothing else does. */
  evse: number | null;
  connector: number;
  /** The event starts it, or is the first that is heard of it. */
  isNew: boolean;
  /** Seems to run on the same EVSE: its end was lost, the station would have sent it first. */
  replaces: string | null;
  /** `missing_start`; `already_stopped` and `unknown_transaction`: an event and nothing more. */
  flag: 'missing_start' | 'already_stopped' | 'unknown_transaction' | null;
}

export function findTransaction(station: Station, request: TransactionEventRequest, at: number): Found {
  const { eventType, transactionInfo } = request;
  const id = transactionInfo.transactionId;
  const running = station.transactions.get(id) ?? null;
  const place = placeIn(station, request, running);
  const known = { ...place, transaction: running, isNew: false, replaces: null, flag: null };
  if (running !== null) return known;
  const ended = lastOf(station, id);
  // some stations count their transactions anew after a reboot
  const isAnother = eventType === 'Started' && at > Date.parse(ended?.end ?? '');
  if (ended !== null && !isAnother) return { ...known, transaction: ended, flag: 'already_stopped' };
  const { evse } = place;
  const last = evse === null ? null : (station.evses.get(evse)?.transaction ?? null);
  if (evse === null || (last !== null && at < Date.parse(last.start)))
    return { ...known, flag: 'unknown_transaction' };
  return {
    ...known,
    isNew: true,
    replaces: runningTransaction(station, evse)?.id ?? null,
    flag: eventType === 'Started' ? null : 'missing_start',
  };
}

/** The last transaction of an EVSE, which has ended. */
function lastOf(station: Station, id: string): Transaction | null {
  for (const { transaction } of station.evses.values()) if (transaction?.id === id) return transaction;
  return null;
}

/** 2.0.1 E01: only the first event of a transaction has to name its EVSE. */
function placeIn(
  station: Station,
  { evse }: TransactionEventRequest,
  running: Transaction | null,
): Pick<Found, 'evse' | 'connector'> {
  const only = station.evses.size === 1 ? [...station.evses.values()][0] : undefined;
  const id = evse === undefined ? (running?.evse ?? only?.id ?? null) : Math.max(1, evse.id);
  const known = running?.evse === id ? running : null;
  return { evse: id, connector: known?.connector ?? placeOf(id ?? 1, evse?.connectorId).connector };
}
