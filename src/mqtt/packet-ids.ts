import type { IClientOptions } from 'mqtt';
import { LANE_FIRST_ID } from './puback-splitter.ts';

type MessageIdProvider = NonNullable<IClientOptions['messageIdProvider']>;

/** The packet ids of MQTT.js: those below the fast lane's. */
export function createPacketIds(): MessageIdProvider {
  const used = new Set<number>();
  let last = 0;
  return {
    allocate() {
      if (used.size === LANE_FIRST_ID - 1) return null;
      do last = (last % (LANE_FIRST_ID - 1)) + 1;
      while (used.has(last));
      used.add(last);
      return last;
    },
    getLastAllocated: () => (last === 0 ? null : last),
    register(id) {
      if (used.has(id)) return false;
      used.add(id);
      return true;
    },
    deallocate: (id) => void used.delete(id),
    clear: () => used.clear(),
  };
}
