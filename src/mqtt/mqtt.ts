import type { Commands } from '../csms/commands.ts';
import { eventKind, eventText, truncatedEventText } from '../csms/event.ts';
import type { Clock, EventLog, LiveMessage, LogRow, Outlet, StationSummary } from '../csms/ports.ts';
import { GatewayError, messageOf } from '../errors.ts';
import type { Log, LogLine } from '../log.ts';
import { createAsks } from './asks.ts';
import { createBridge } from './bridge.ts';
import type { Bus, BusMessage, Publication } from './bus.ts';
import { createCommandIntake } from './commands.ts';
import { createEventTopics } from './event-topics.ts';
import { createPatientPublisher } from './patient-publisher.ts';
import { type FieldValue, type Token, createPublisher } from './publisher.ts';
import type { StationTopics } from './station-topics.ts';
import { topicOf } from './topics.ts';

/** Live messages are dropped when they are older, ms. */
const LIVE_MS = 60_000;
/** A result is worth waiting for a broker that is away, ms. */
const RESULT_MS = 10 * 60_000;
/** Topics of retained commands that are remembered as logged. */
const LOGGED_MAX = 1000;

export interface MqttOptions {
  bus: Bus<Token>;
  topics: StationTopics;
  eventLog: EventLog;
  clock: Clock;
  log: Log;
  newId: () => string;
  /** COMPAT_TOPICS */
  compatible: boolean;
  /** Whether a name is a command of `S/cmd`. */
  isAction: (name: string) => boolean;
  /** The user who published a message, where the embedded broker tells; else `mqtt`. */
  publisherOf?: (message: BusMessage) => string;
}

export interface Mqtt {
  readonly outlet: Outlet;
  /** `base/bridge/info`, without secrets. */
  info(information: Record<string, unknown>): void;
  /** A log line for `base/bridge/log`. */
  logLine(line: LogLine): void;
  /** Subscribes and connects; what arrives goes to `commands`. */
  start(commands: Pick<Commands, 'execute' | 'call' | 'bridge'>): void;
  /** Publishes what is dirty and `offline`, then disconnects. */
  stop(timeoutSeconds: number): Promise<void>;
}

/** The MQTT side of the gateway: what the core tells becomes topics, what clients publish becomes commands. */
export function createMqtt(options: MqttOptions): Mqtt {
  const { bus, topics, eventLog, clock, newId, compatible, isAction } = options;
  const log = options.log.child({ part: 'mqtt' });
  const eventTopics = createEventTopics(topics);
  const patient = createPatientPublisher(bus, clock, (publication, error) => {
    // a lost log line must not make another
    if (publication.qos === 1)
      log.warn({ err: error, topic: publication.topic }, 'a message cannot be published');
  });
  const { events, retained, ...publisher } = createPublisher({
    bus,
    eventLog,
    clock,
    topics,
    eventTopics,
    bridgeEvent: (event) => bridge.event(event),
    log,
  });
  const bridge = createBridge({
    base: topics.base,
    clock,
    changed: retained.changed,
    cleared: retained.clear,
    publish: patient.publish,
  });
  const asks = createAsks({
    clock,
    newId,
    stationTopic: topics.of,
    publish: bus.publish,
    unusable: (station, reason) => log.warn({ station, reason }, 'an outside decision is ignored'),
  });
  /** The topic each station wants, as it was last told. */
  const wantedTopics = new Map<string, string | null>();
  const fields = new Map<string, Map<string, FieldValue>>();
  const subscribed = new Set<string>();
  const loggedTopics = new Set<string>();

  function subscribe(filters: readonly string[]): void {
    const missing = filters.filter((filter) => !subscribed.has(filter));
    for (const filter of missing) subscribed.add(filter);
    void bus.subscribe(missing).then((grants) => {
      for (const grant of grants)
        if (!grant.granted) log.error({ ...grant }, 'the broker refuses a subscription');
    });
  }

  function place({ id, topic }: StationSummary): void {
    if (wantedTopics.get(id) === topic) return;
    wantedTopics.set(id, topic);
    const fault = topics.place(id, topic);
    if (fault !== null) {
      log.error({ station: id, topic, reason: fault }, 'the topic of a station cannot be used');
      bridge.event({ event: 'alarm', alarm: 'topic_unusable', station: id, topic, reason: fault });
    }
    eventTopics.forget(id);
    retained.move(id);
    subscribe(topics.filtersOf(id));
  }

  function remove(stationId: string): void {
    bridge.removed(stationId);
    retained.clear(fields.get(stationId)?.values() ?? []);
    fields.delete(stationId);
    wantedTopics.delete(stationId);
    topics.remove(stationId);
    eventTopics.forget(stationId);
  }

  function showFields(stationId: string, texts: Map<string, string>): void {
    if (!compatible) return;
    let known = fields.get(stationId);
    if (known === undefined) {
      known = new Map();
      fields.set(stationId, known);
    }
    for (const [field, text] of texts) {
      const value = known.get(field) ?? { form: 'field', stationId, field, text };
      value.text = text;
      known.set(field, value);
      retained.changed(value);
    }
  }

  function showState(stationId: string, evse: number, key: string): void {
    for (const value of retained.valuesOf(stationId)) {
      if (value.form === 'value' && value.connector === 0 && value.evse === evse && value.key === key)
        retained.changed(value);
    }
  }

  function liveTopic({ stationId, topic, evse }: LiveMessage): string {
    const station = topics.of(stationId);
    return topic === 'rfid'
      ? topicOf('rfid', station)
      : topicOf('session_event', station, { evse: evse ?? 1 });
  }

  async function replay(row: LogRow): Promise<void> {
    const topic = topicOf('replay', topics.of(row.station), { kind: eventKind(row) ?? 'other' });
    const publication: Publication = { topic, payload: eventText(row), qos: 1, retain: false };
    try {
      await bus.publish(publication);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'publish_too_large') throw error;
      const bytes = Buffer.byteLength(publication.payload);
      await bus.publish({ ...publication, payload: truncatedEventText(row, bytes) });
    }
  }

  const outlet: Outlet = {
    event: events.event,
    state(entry) {
      if (compatible || !entry.compatible) retained.changed(entry);
    },
    live(message) {
      const payload = JSON.stringify(message.payload);
      patient.publish({ topic: liveTopic(message), payload, qos: 1, retain: false }, LIVE_MS);
    },
    raw(stationId, direction, text) {
      const topic = topicOf('raw', topics.of(stationId), { direction });
      patient.publish({ topic, payload: text, qos: 0, retain: false }, 0);
    },
    station(stationId, summary) {
      if (summary === null) return remove(stationId);
      if (summary.joined) place(summary);
      bridge.station(summary, topics.of(stationId));
    },
    cleared: (_stationId, entries) => retained.clear(entries),
    bridgeEvent: bridge.event,
    replay,
    ask: asks.ask,
  };

  return {
    outlet,
    info: bridge.info,
    logLine: bridge.log,
    start(commands) {
      const intake = createCommandIntake({
        commands,
        topics,
        isAction,
        publisherOf: options.publisherOf ?? (() => 'mqtt'),
        publish: (publication) => patient.publish(publication, RESULT_MS),
        showFields,
        showState,
        log,
      });
      bus.onConnect(() => patient.resume());
      bus.onError((error) => log.warn({ err: error }, messageOf(error)));
      bus.onMessage((message) => {
        const incoming = topics.parse(message.topic);
        if (incoming === null) return;
        if (incoming.kind === 'bridge_state') return bridge.stateSeen(message.payload.toString());
        if (message.retain) return ignoreRetained(message.topic);
        if (incoming.kind === 'answer') return asks.answered(incoming.station, incoming.id, message.payload);
        void intake.take(message, incoming);
      });
      subscribe(topics.commonFilters);
      bus.connect();
    },
    async stop(timeoutSeconds) {
      let cancel = (): void => {};
      const late = new Promise<void>((resolve) => {
        cancel = clock.after((timeoutSeconds * 1000) / 2, resolve);
      });
      await Promise.race([publisher.idle(), late]);
      cancel();
      publisher.stop();
      await bus.close({ last: [bridge.stop()], timeoutSeconds: timeoutSeconds / 2 });
    },
  };

  function ignoreRetained(topic: string): void {
    if (loggedTopics.has(topic) || loggedTopics.size >= LOGGED_MAX) return;
    loggedTopics.add(topic);
    log.warn({ topic }, 'a retained message is no command; ignored');
  }
}
