import { createTimer, type SimulatorClock } from '../clock.ts';
import { isFree, type Authorization, type Connector, type Reservation } from './connector.ts';

/** Who has reserved what. A reservation of connector 0 holds for one connector, whichever. OCPP 1.6 §5.13. */
export interface Reservations {
  /** Replaces the one of the same id. */
  add(reservation: Reservation): void;
  /** False: there is none of this id. */
  cancel(id: number): boolean;
  find(id: number): Reservation | undefined;
  /** Whether this card may use this connector as far as reservations are concerned. */
  allows(connector: Connector, card: Pick<Authorization, 'idTag' | 'parentIdTag'>): boolean;
  /** Ends the reservation that this card uses at this connector. */
  claim(connector: Connector, card: Pick<Authorization, 'idTag' | 'parentIdTag'>): Reservation | undefined;
  /** Ends those of a connector that is faulted or unavailable. */
  drop(connector: Connector): void;
  clear(): void;
}

export interface ReservationParts {
  clock: SimulatorClock;
  connectors: readonly Connector[];
  changed: () => void;
}

export function createReservations({ clock, connectors, changed }: ReservationParts): Reservations {
  const anywhere = new Map<number, Reservation>();
  const expiry = createTimer(clock);

  function all(): Reservation[] {
    const fixed = connectors.flatMap(({ reservation }) => (reservation === undefined ? [] : [reservation]));
    return [...fixed, ...anywhere.values()];
  }

  function remove(id: number): boolean {
    const known = all().some((reservation) => reservation.id === id);
    anywhere.delete(id);
    for (const connector of connectors) {
      if (connector.reservation?.id === id) connector.reservation = undefined;
    }
    expireLater();
    return known;
  }

  function expireLater(): void {
    const next = Math.min(...all().map((reservation) => reservation.expiry));
    if (next === Infinity) {
      expiry.cancel();
      return;
    }
    expiry.set(next - clock.now(), () => {
      for (const reservation of all()) if (reservation.expiry <= clock.now()) remove(reservation.id);
      changed();
    });
  }

  return {
    add(reservation) {
      remove(reservation.id);
      const connector = connectors.find(({ id }) => id === reservation.connectorId);
      if (connector === undefined) anywhere.set(reservation.id, reservation);
      else connector.reservation = reservation;
      expireLater();
      changed();
    },
    cancel(id) {
      const known = remove(id);
      changed();
      return known;
    },
    find: (id) => all().find((reservation) => reservation.id === id),
    allows(connector, card) {
      if (connector.reservation !== undefined) return belongsTo(connector.reservation, card);
      const others = [...anywhere.values()].filter((reservation) => !belongsTo(reservation, card));
      const free = connectors.filter((other) => isFree(other) && other.reservation === undefined);
      // OCPP 1.6 §5.13: at any time one connector remains for each reservation of connector 0.
      return others.length === 0 || free.length > others.length;
    },
    claim(connector, card) {
      const own = [connector.reservation, ...anywhere.values()];
      const used = own.find((reservation) => reservation !== undefined && belongsTo(reservation, card));
      if (used !== undefined) remove(used.id);
      return used;
    },
    drop(connector) {
      if (connector.reservation !== undefined) remove(connector.reservation.id);
    },
    clear() {
      for (const reservation of all()) remove(reservation.id);
    },
  };
}

function belongsTo(reservation: Reservation, card: Pick<Authorization, 'idTag' | 'parentIdTag'>): boolean {
  return (
    reservation.idTag.toLowerCase() === card.idTag.toLowerCase() ||
    (reservation.parentIdTag !== undefined && reservation.parentIdTag === card.parentIdTag)
  );
}
