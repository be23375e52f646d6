import { eventKind, eventText, truncatedEventText } from '../csms/event.ts';
import type { BridgeEvent, Clock, EventLog, LogRow } from '../csms/ports.ts';
import type { StateEntry } from '../csms/state.ts';
import type { Log } from '../log.ts';
import type { BridgeValue } from './bridge.ts';
import type { Bus, PublishOutcome } from './bus.ts';
import { type EventOutbox, type InFlightEvent, createEventOutbox } from './event-outbox.ts';
import type { EventTopics } from './event-topics.ts';
import { type RetainedPublisher, type RetainedSlot, createRetainedPublisher } from './retained-publisher.ts';
import { stateTopic } from './state-topics.ts';
import type { StationTopics } from './station-topics.ts';
import { topicOf } from './topics.ts';

/** One field of the last answer, retained for the earlier program's users. */
export interface FieldValue {
  readonly form: 'field';
  readonly stationId: string;
  readonly field: string;
  text: string;
}

type Retained = StateEntry | BridgeValue | FieldValue;

/** Token of a fast publish. */
export type Token = InFlightEvent | RetainedSlot<Retained>;

export interface PublisherOptions {
  bus: Bus<Token>;
  eventLog: EventLog;
  clock: Clock;
  topics: StationTopics;
  eventTopics: EventTopics;
  bridgeEvent: (event: BridgeEvent) => void;
  log: Log;
}

/** The two streams to the broker, which share its window: events in order, and what is retained. */
export interface Publisher {
  readonly events: EventOutbox;
  readonly retained: RetainedPublisher<Retained>;
  /** Resolves when the broker has everything, or is away. */
  idle(): Promise<void>;
  stop(): void;
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { bus, eventLog, clock, topics, eventTopics, bridgeEvent, log } = options;
  const refusedTopics = new Set<string>();
  let noticeIdle: (() => void) | null = null;

  // each leaves the other a part, however much there is of it
  const limit = (): number => Math.ceil((bus.window * 3) / 4);
  // of a state only the newest is wanted: it steps back for events that wait
  const retainedLimit = (): number => (events.isWaiting ? Math.ceil(bus.window / 4) : limit());

  function publishEvent(row: LogRow, token: InFlightEvent): PublishOutcome {
    const topic = eventTopics.of(row.station, eventKind(row) ?? 'other');
    const text = eventText(row);
    const outcome = bus.publishFast(topic, text, false, token);
    if (outcome !== 'too_large') return outcome;
    return bus.publishFast(topic, truncatedEventText(row, Buffer.byteLength(text)), false, token);
  }

  const events = createEventOutbox({
    eventLog,
    clock,
    limit,
    publish: publishEvent,
    parked({ station, log: logId, seq, n }, reason) {
      log.error(
        { station, log: logId, seq, reason },
        'an event cannot be published and is parked; a replay brings it',
      );
      bridgeEvent({ event: 'event_parked', station, log: logId, seq, id: `${logId}-${n}`, reason });
    },
    refused(reasonCode) {
      log.error({ reasonCode }, 'the broker refuses events; they are kept and tried again');
      bridgeEvent({ event: 'alarm', alarm: 'events_refused', reason_code: reasonCode });
    },
    failed: (error) => log.error({ err: error }, 'the event log cannot be read; tried again'),
  });

  const retained = createRetainedPublisher<Retained>({
    clock,
    limit: retainedLimit,
    topicOf(value) {
      if (value.form === 'bridge') return value.topic;
      const station = topics.of(value.stationId);
      if (value.form === 'field') return topicOf('command_result_field', station, { field: value.field });
      return stateTopic(station, value);
    },
    publish: (topic, text, token) => bus.publishFast(topic, text, true, token),
    refused(topic, reason) {
      if (refusedTopics.has(topic)) return;
      refusedTopics.add(topic);
      log.warn({ topic, reason }, 'the broker refuses a retained topic');
    },
  });

  bus.onConnect(() => {
    events.resume();
    retained.republishAll();
  });
  bus.onAcknowledged((token, reasonCode) => {
    if (token.kind === 'event') events.acknowledged(token, reasonCode);
    else retained.acknowledged(token, reasonCode);
    noticeIdle?.();
  });
  bus.onWindow(() => {
    events.resume();
    retained.resume();
  });
  bus.onLost((tokens) => {
    for (const token of tokens) if (token.kind === 'retained') retained.lost(token);
  });
  bus.onDisconnect(() => {
    events.lost();
    noticeIdle?.();
  });

  return {
    events,
    retained,
    idle: () =>
      new Promise((resolve) => {
        noticeIdle = () => {
          if (!bus.connected || (events.behind === 0 && retained.isIdle)) resolve();
        };
        noticeIdle();
      }),
    stop() {
      events.stop();
      retained.stop();
    },
  };
}
