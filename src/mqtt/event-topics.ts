import type { StationTopics } from './station-topics.ts';
import { topicOf } from './topics.ts';

/** The event topics of all stations as bytes, made once. */
export interface EventTopics {
  of(stationId: string, kind: string): Buffer;
  /** The station is published elsewhere, or no more. */
  forget(stationId: string): void;
}

export function createEventTopics(topics: Pick<StationTopics, 'of'>): EventTopics {
  const stations = new Map<string, Map<string, Buffer>>();

  return {
    of(stationId, kind) {
      let kinds = stations.get(stationId);
      if (kinds === undefined) {
        kinds = new Map();
        stations.set(stationId, kinds);
      }
      let topic = kinds.get(kind);
      if (topic === undefined) {
        topic = Buffer.from(topicOf('event', topics.of(stationId), { kind }));
        kinds.set(kind, topic);
      }
      return topic;
    },
    forget: (stationId) => void stations.delete(stationId),
  };
}
