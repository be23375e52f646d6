import { isoTime } from '../csms/event.ts';
import type { BridgeEvent, Clock, StationSummary } from '../csms/ports.ts';
import type { LogLine } from '../log.ts';
import type { Publication } from './bus.ts';
import type { BridgeStation } from './payloads.ts';
import { topicOf } from './topics.ts';

/** An event of the gateway is worth waiting for a broker that is away, ms. */
const EVENT_WAIT_MS = 10 * 60_000;

/** A retained topic of the gateway itself. */
export interface BridgeValue {
  readonly form: 'bridge';
  readonly stationId: string;
  readonly topic: string;
  text: string;
}

export interface BridgeOptions {
  base: string;
  clock: Clock;
  /** A retained topic has a new value, or is to be published again. */
  changed: (value: BridgeValue) => void;
  cleared: (values: BridgeValue[]) => void;
  /** One publication, kept for so many ms while the broker is away. */
  publish: (publication: Publication, ms: number) => void;
}

/** What the gateway says about itself, below `base/bridge`. */
export interface Bridge {
  /** `base/bridge/info`: version, node, start time, broker, listeners, options without secrets. */
  info(information: Record<string, unknown>): void;
  /** `topic` is the station's. */
  station(summary: StationSummary, topic: string): void;
  removed(stationId: string): void;
  event(event: BridgeEvent): void;
  log(line: LogLine): void;
  /** Somebody published `base/bridge/state`: a stale will is contradicted. */
  stateSeen(text: string): void;
  /** The last word; from now on the state is offline. */
  stop(): Publication;
}

/** What the broker says of us when the connection ends without a word. */
export function willOf(base: string): { topic: string; payload: string; retain: boolean } {
  return { topic: topicOf('bridge_state', base), payload: 'offline', retain: true };
}

export function createBridge({ base, clock, changed, cleared, publish }: BridgeOptions): Bridge {
  const value = (topic: string, text: string, stationId = ''): BridgeValue => ({
    form: 'bridge',
    stationId,
    topic,
    text,
  });
  const state = value(topicOf('bridge_state', base), 'online');
  const info = value(topicOf('bridge_info', base), '{}');
  const stations = new Map<string, BridgeValue>();
  let isStopped = false;
  // the first of all, so that it is the first after each reconnect, too
  changed(state);

  return {
    info(information) {
      info.text = JSON.stringify(information);
      changed(info);
    },
    station({ id, name, online, version, evses, joined }, topic) {
      const payload: BridgeStation = { id, name, topic, online, version, evses, joined };
      const text = JSON.stringify(payload);
      const known = stations.get(id) ?? value(topicOf('bridge_station', base, { id }), '', id);
      if (known.text === text) return;
      known.text = text;
      stations.set(id, known);
      changed(known);
    },
    removed(stationId) {
      const known = stations.get(stationId);
      if (known === undefined) return;
      stations.delete(stationId);
      cleared([known]);
    },
    event(event) {
      const payload = JSON.stringify({ time: isoTime(clock.now()), ...event });
      publish({ topic: topicOf('bridge_event', base), payload, qos: 1, retain: false }, EVENT_WAIT_MS);
    },
    log(line) {
      publish(
        { topic: topicOf('bridge_log', base), payload: JSON.stringify(line), qos: 0, retain: false },
        0,
      );
    },
    stateSeen(text) {
      if (text !== state.text && !isStopped) changed(state);
    },
    stop() {
      isStopped = true;
      return { ...willOf(base), qos: 1 };
    },
  };
}
