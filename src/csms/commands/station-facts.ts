import { GatewayError } from '../../errors.ts';
import type { Transaction } from '../model.ts';
import { runningTransaction } from '../station.ts';
import type { Station } from '../station.ts';

/** The one EVSE of a station that has (or showed) no more; with several it must be named. */
export function onlyEvse(station: Station): number {
  const known = [...station.evses.keys()].filter((id) => id > 0);
  if (known.length > 1)
    throw new GatewayError('invalid_args', `/evse is missing: the station has ${known.length}`, {
      details: { path: '/evse', rule: 'required', evses: known },
    });
  return known[0] ?? 1;
}

/** The transaction that a stop means: the named one, the one of an EVSE, or the only one. */
export function transactionToStop(station: Station, named: string | null, evse: number | null): string {
  if (named !== null) return named;
  if (evse !== null) {
    const running = runningTransaction(station, evse);
    if (running !== null) return running.id;
    throw new GatewayError('no_transaction', `no transaction is running on EVSE ${evse}`);
  }
  const [only, ...others] = station.transactions.values();
  if (only === undefined) throw new GatewayError('no_transaction', 'no transaction is running');
  if (others.length > 0) throw ambiguous([only, ...others]);
  return only.id;
}

function ambiguous(running: readonly Transaction[]): GatewayError {
  const transactions = running.map(({ id, evse, start }) => ({ transaction: id, evse, start }));
  const list = transactions.map(({ transaction, evse }) => `${transaction} (EVSE ${evse})`).join(', ');
  return new GatewayError('ambiguous_transaction', `several transactions are running: ${list}`, {
    details: { transactions },
  });
}

/**
 * `remote_stop_transaction`: the published openHAB rules always say 1. An id that does not run here means the only
 * running transaction; without one it is sent as given.
 */
export function transactionToStopAsEarlier(station: Station, given: string | null): string {
  if (given !== null && (station.transactions.has(given) || station.transactions.size === 0)) return given;
  return transactionToStop(station, null, null);
}
