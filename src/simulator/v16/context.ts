import type { Identity } from '../behaviour.ts';
import type { ChargingProfiles } from '../charging-profiles.ts';
import type { SimulatorClock } from '../clock.ts';
import type { Authorizations } from './authorization.ts';
import type { Calls } from './calls.ts';
import type { Configuration } from './configuration.ts';
import type { Connector } from './connector.ts';
import type { Power } from './power.ts';
import type { MeterValues } from './meter-values.ts';
import type { Reservations } from './reservations.ts';
import type { SecurityEvents } from './security-events.ts';
import type { StatusNotifications } from './status-notifications.ts';
import type { Transactions } from './transactions.ts';
import type { Users } from './users.ts';

/** The parts of a station that the answers to the CSMS work with. */
export interface Context {
  identity: Identity;
  clock: SimulatorClock;
  pace: SimulatorClock;
  connectors: readonly Connector[];
  configuration: Configuration;
  profiles: ChargingProfiles;
  hardwareLimit: number;
  calls: Calls;
  status: StatusNotifications;
  power: Power;
  meterValues: MeterValues;
  transactions: Transactions;
  authorizations: Authorizations;
  reservations: Reservations;
  security: SecurityEvents;
  users: Users;
  /** The station itself is operative (connector 0). */
  availability: { operative: boolean };
  lifecycle: Lifecycle;
}

interface Lifecycle {
  /** Whether the CSMS has accepted a boot on this very connection. */
  readonly bootedHere: boolean;
  readonly pending: boolean;
  sendBoot(): void;
  sendHeartbeat(): void;
  /** Restarts the station, hard or once its messages are out; `then` runs when the next boot was accepted. */
  reboot(how: 'hard' | 'soft', then?: () => void): void;
  reconnect(): void;
}

/** The connector of this id; undefined for 0 and for ids that do not exist. */
export function connectorOf(context: Context, connectorId: number): Connector | undefined {
  return context.connectors.find((connector) => connector.id === connectorId);
}
