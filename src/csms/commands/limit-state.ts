import type { Core } from '../core.ts';
import type { Evse, Station } from '../station.ts';
import type { ChargingLimit } from './charging-limit.ts';

/** What is enforced becomes the EVSE's state topics, and survives a crash. */
export function publishLimit(core: Core, station: Station, evse: Evse): void {
  showLimit(station, evse);
  core.persist(station);
}

function showLimit({ state }: Station, evse: Evse): void {
  const { current = null, power = null, phases = null } = evse.limit ?? {};
  state.set(evse.id, 'current_limit', evse.pause === undefined ? (current ?? 'none') : 0);
  state.set(evse.id, 'power_limit', power ?? 'none');
  state.set(evse.id, 'phases', phases ?? 'auto');
}

/** A current is a plain number of A; a limit of power says so, as the topic's unit is A. */
export function publishStationLimit(
  core: Core,
  station: Station,
  limit: Pick<ChargingLimit, 'unit' | 'value'> | null,
): void {
  const shown = limit?.unit === 'W' ? `${limit.value} W` : (limit?.value ?? 'none');
  station.state.set(0, 'station_limit', shown);
  core.persist(station);
}
