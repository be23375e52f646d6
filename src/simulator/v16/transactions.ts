import type { SimulatorClock } from '../clock.ts';
import type { Authorizations } from './authorization.ts';
import type { Calls } from './calls.ts';
import type { ChargingProfiles } from '../charging-profiles.ts';
import type { Configuration } from './configuration.ts';
import type { Authorization, Connector, Reservation, Transaction } from './connector.ts';
import type { IdTagInfo, StopReason } from './messages.ts';
import { idOf, type MeterValues } from './meter-values.ts';
import { toChargingProfile } from './profile.ts';
import type { TransactionQueue } from './transaction-queue.ts';

/** Starts and stops transactions and tells the CSMS. OCPP 1.6 §4.8, §4.10. */
export interface Transactions {
  /** For a card that was accepted, at a connector with a cable. */
  start(connector: Connector, authorization: Authorization): void;
  stop(connector: Connector, reason: StopReason, idTag?: string): void;
}

export interface TransactionParts {
  clock: SimulatorClock;
  configuration: Configuration;
  queue: TransactionQueue;
  calls: Calls;
  meterValues: MeterValues;
  authorizations: Authorizations;
  profiles: ChargingProfiles;
  /** The reservation that ends with this card at this connector. */
  claim: (connector: Connector, authorization: Authorization) => Reservation | undefined;
  /** A transaction has begun or ended, or may not take energy any more. */
  changed: () => void;
  conflict: () => void;
}

export function createTransactions(parts: TransactionParts): Transactions {
  const { clock, configuration, queue, calls, meterValues, authorizations, profiles } = parts;

  function start(connector: Connector, authorization: Authorization): void {
    const { idTag, parentIdTag, profile } = authorization;
    const reservation = parts.claim(connector, authorization);
    const transaction: Transaction = {
      idTag,
      parentIdTag,
      start: clock.now(),
      id: undefined,
      deauthorized: false,
      data: [],
    };
    connector.authorization = undefined;
    connector.finishing = false;
    connector.transaction = transaction;
    // OCPP 1.6 §5.16.2: a profile that came with the remote start holds for this transaction.
    if (profile !== undefined) profiles.set(toChargingProfile(profile, connector.id, clock.now()));
    const request = {
      connectorId: connector.id,
      idTag,
      meterStart: register(connector),
      timestamp: new Date(transaction.start).toISOString(),
      // OCPP 1.6 §4.8
      ...(reservation && { reservationId: reservation.id }),
    };
    queue.push({
      async send() {
        const answer = await calls.call('StartTransaction', request);
        transaction.id = answer.transactionId;
        judge(connector, transaction, answer.idTagInfo);
      },
    });
    meterValues.begin(connector, transaction);
    parts.changed();
  }

  /** OCPP 1.6 §3.5.4 and errata sheet §3.17: what the CSMS says about the card of a transaction. */
  function judge(connector: Connector, transaction: Transaction, info: IdTagInfo): void {
    if (authorizations.learn(transaction.idTag, info)) parts.conflict();
    if (info.status === 'Accepted' || connector.transaction !== transaction) return;
    if (configuration.flag('StopTransactionOnInvalidId')) {
      stop(connector, 'DeAuthorized');
    } else {
      transaction.deauthorized = true;
      parts.changed();
    }
  }

  function stop(connector: Connector, reason: StopReason, idTag?: string): void {
    const { transaction } = connector;
    if (transaction === undefined) return;
    const meterStop = register(connector);
    const transactionData = meterValues.end(connector, transaction);
    const timestamp = new Date(clock.now()).toISOString();
    connector.transaction = undefined;
    // OCPP 1.6 §4.9: also when the cable is what was taken away, for a moment.
    connector.finishing = connector.evse.vehicle !== undefined || reason === 'EVDisconnected';
    // OCPP 1.6 §3.13.1
    profiles.clear({ evseId: connector.id, purpose: 'TxProfile' });
    if (connector.closing) {
      connector.closing = false;
      connector.operative = false;
    }
    queue.push({
      async send() {
        const answer = await calls.call('StopTransaction', {
          transactionId: idOf(transaction),
          meterStop,
          timestamp,
          reason,
          ...(idTag !== undefined && { idTag }),
          ...(transactionData && { transactionData }),
        });
        if (idTag !== undefined && answer.idTagInfo) authorizations.learn(idTag, answer.idTagInfo);
      },
    });
    parts.changed();
  }

  return { start, stop };
}

function register(connector: Connector): number {
  return Math.floor(connector.evse.measure().energyWh);
}
