import type { StateEntry } from '../csms/state.ts';
import { topicOf } from './topics.ts';

/** The topic of a state entry below the station's. */
export function stateTopic(station: string, { form, scope, evse, connector, key }: StateEntry): string {
  if (form === 'session') return topicOf('session', station, { evse });
  if (form !== 'value') return topicOf(form, station);
  if (scope === 'station') return topicOf('station_state', station, { key });
  if (scope === 'evse') return topicOf('evse_state', station, { evse, key });
  return topicOf('connector_state', station, { evse, connector, key });
}
