import type { ChargingProfiles } from '../charging-profiles.ts';
import { createTimer, type SimulatorClock } from '../clock.ts';
import { isWarning, type Connector } from './connector.ts';

/** Decides what each EVSE offers, and looks again whenever that may change. */
export interface Power {
  update(): void;
}

export interface PowerParts {
  clock: SimulatorClock;
  connectors: readonly Connector[];
  profiles: ChargingProfiles;
  /** A per phase of one EVSE. */
  hardwareLimit: number;
  /** The statuses may have changed. */
  changed: () => void;
}

/** How often a vehicle that charges is looked at: it may be full, ms. */
const lookInterval = 10_000;

export function createPower(parts: PowerParts): Power {
  const { clock, connectors, profiles, hardwareLimit } = parts;
  const next = createTimer(clock);

  function update(): void {
    const now = clock.now();
    const charging = connectors.filter(mayCharge);
    const sharing = charging.filter((connector) => (connector.evse.vehicle?.currentWanted ?? 0) > 0);
    let wakeAt = charging.length === 0 ? Infinity : now + lookInterval;
    for (const connector of connectors) {
      if (!charging.includes(connector)) {
        connector.evse.offer(0);
        continue;
      }
      const start = connector.transaction?.start;
      // OCPP 1.6 §3.13.3: the station's limit holds for all connectors together.
      const share = (profiles.limit('station', 0, now, undefined) ?? Infinity) / Math.max(1, sharing.length);
      const own = profiles.limit('transaction', connector.id, now, start) ?? Infinity;
      connector.evse.offer(Math.min(hardwareLimit, share, own));
      wakeAt = Math.min(wakeAt, profiles.nextChange(now, connector.id, start));
    }
    parts.changed();
    if (wakeAt === Infinity) next.cancel();
    else next.set(wakeAt - now, update);
  }

  return { update };
}

function mayCharge(connector: Connector): boolean {
  const { fault } = connector;
  // OCPP 1.6 §7.6: a failed communication with the vehicle suspends, without being a fault.
  const blocked = fault !== undefined && (!isWarning(fault) || fault.code === 'EVCommunicationError');
  return connector.transaction?.deauthorized === false && connector.evse.vehicle !== undefined && !blocked;
}
