import type { CardOutcome } from '../behaviour.ts';
import { createTimer, type SimulatorClock, type Timer } from '../clock.ts';
import type { Vehicle } from '../vehicle.ts';
import type { Authorizations } from './authorization.ts';
import type { Configuration } from './configuration.ts';
import { isFree, type Authorization, type Connector } from './connector.ts';
import type { Reservations } from './reservations.ts';
import type { Transactions } from './transactions.ts';

/** What people do at a connector, and what follows. OCPP 1.6 §4.9: A2, B1, B3, B6, F1, F2, G2. */
export interface Users {
  plug(connector: Connector, vehicle: Vehicle): void;
  unplug(connector: Connector): void;
  presentCard(connector: Connector, idTag: string): Promise<CardOutcome>;
  /** Starts at once when a cable is plugged in, else waits for one. */
  admit(connector: Connector, authorization: Authorization): CardOutcome;
  /** Forgets who was about to charge: the station lost its power. */
  forget(connector: Connector): void;
}

export interface UserParts {
  clock: SimulatorClock;
  configuration: Configuration;
  connectors: readonly Connector[];
  authorizations: Authorizations;
  reservations: Reservations;
  transactions: Transactions;
  /** The statuses, or what may be offered, may have changed. */
  changed: () => void;
}

export function createUsers(parts: UserParts): Users {
  const { configuration, authorizations, reservations, transactions, changed } = parts;
  const timeouts = new Map<number, Timer>(parts.connectors.map(({ id }) => [id, createTimer(parts.clock)]));

  /** OCPP 1.6 §9.1.6: how long a connector stays Preparing. */
  function expectAction(connector: Connector): void {
    timeouts.get(connector.id)?.set(configuration.integer('ConnectionTimeOut') * 1000, () => {
      if (connector.transaction !== undefined) return;
      connector.authorization = undefined;
      // Errata sheet §3.20: a cable that stays behind makes it Finishing, so that no card starts it by accident.
      connector.finishing = connector.evse.vehicle !== undefined;
      changed();
    });
  }

  function admit(connector: Connector, authorization: Authorization): CardOutcome {
    if (connector.evse.vehicle === undefined) {
      connector.authorization = authorization;
      expectAction(connector);
      changed();
      return 'waiting for cable';
    }
    begin(connector, authorization);
    return 'started';
  }

  function begin(connector: Connector, authorization: Authorization): void {
    timeouts.get(connector.id)?.cancel();
    connector.finishing = false;
    transactions.start(connector, authorization);
  }

  /** OCPP 1.6 §4.1: another card than the one that started needs an authorization, and the same parent. */
  async function stopWith(connector: Connector, idTag: string): Promise<CardOutcome> {
    const running = connector.transaction;
    if (running === undefined) return 'refused';
    if (running.idTag.toLowerCase() !== idTag.toLowerCase()) {
      const info = await authorizations.authorize(idTag);
      const related = info.parentIdTag !== undefined && info.parentIdTag === running.parentIdTag;
      if (info.status !== 'Accepted' || !related || connector.transaction !== running) return 'refused';
    }
    transactions.stop(connector, 'Local', idTag);
    return 'stopped';
  }

  return {
    admit,
    plug(connector, vehicle) {
      connector.evse.plug(vehicle);
      const { authorization } = connector;
      if (authorization !== undefined) begin(connector, authorization);
      else if (connector.transaction === undefined) expectAction(connector);
      changed();
    },
    unplug(connector) {
      const ends = configuration.flag('StopTransactionOnEVSideDisconnect');
      connector.evse.unplug();
      timeouts.get(connector.id)?.cancel();
      if (connector.transaction !== undefined) {
        // OCPP 1.6 §4.9
        connector.info = 'EV side disconnected';
        if (ends) transactions.stop(connector, 'EVDisconnected');
      }
      connector.finishing = false;
      changed();
      connector.info = undefined;
    },
    async presentCard(connector, idTag) {
      if (connector.transaction !== undefined) return stopWith(connector, idTag);
      // OCPP 1.6 §4.9, B1: the second presentation of the same card.
      if (connector.authorization?.idTag.toLowerCase() === idTag.toLowerCase()) {
        timeouts.get(connector.id)?.cancel();
        connector.authorization = undefined;
        changed();
        return 'cancelled';
      }
      if (!isFree(connector)) return 'refused';
      const info = await authorizations.authorize(idTag);
      const card = { idTag, parentIdTag: info.parentIdTag, profile: undefined };
      if (info.status !== 'Accepted' || !isFree(connector) || !reservations.allows(connector, card)) {
        return 'refused';
      }
      return admit(connector, card);
    },
    forget(connector) {
      timeouts.get(connector.id)?.cancel();
      connector.authorization = undefined;
    },
  };
}
