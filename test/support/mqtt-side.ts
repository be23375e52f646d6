import { once, EventEmitter } from 'node:events';
import type { BridgeRequest, CommandRequest, CommandResult } from '../../src/csms/commands.ts';
import type { Clock, StationSummary } from '../../src/csms/ports.ts';
import { createStateTable } from '../../src/csms/state.ts';
import type { StateTable } from '../../src/csms/state.ts';
import type { Log } from '../../src/log.ts';
import { willOf } from '../../src/mqtt/bridge.ts';
import { createBus } from '../../src/mqtt/create-bus.ts';
import { type Mqtt, createMqtt } from '../../src/mqtt/mqtt.ts';
import type { Bus } from '../../src/mqtt/bus.ts';
import type { Token } from '../../src/mqtt/publisher.ts';
import { type TopicOptions, createStationTopics, layoutOf } from '../../src/mqtt/station-topics.ts';
import { type MemoryEventLog, createMemoryEventLog } from './memory-event-log.ts';

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface LoggedLine {
  level: string;
  fields: object;
  message: string;
}

/** The MQTT side as the gateway makes it, on a real broker, with scripted commands behind it. */
export interface MqttSide extends Mqtt {
  readonly bus: Bus<Token>;
  readonly eventLog: MemoryEventLog;
  readonly requests: (CommandRequest | BridgeRequest)[];
  readonly logged: LoggedLine[];
  /** What a command, a call or a bridge command ends in. */
  result: (request: CommandRequest | BridgeRequest) => Partial<CommandResult>;
  /** Registers a station and returns its state, whose changes are published. */
  addStation(id: string, summary?: Partial<StationSummary>): StateTable;
  /** Resolves when it is connected and its subscriptions are with the broker. */
  connected(): Promise<void>;
}

export interface MqttSideOptions extends Partial<TopicOptions> {
  port: number;
  compatible?: boolean;
  eventLog?: MemoryEventLog;
  window?: number;
  protocol?: 'auto' | '5' | '3.1.1';
}

export function createMqttSide(options: MqttSideOptions): MqttSide {
  const {
    port,
    compatible = true,
    eventLog = createMemoryEventLog(),
    window = 2000,
    protocol = 'auto',
  } = options;
  const { basePath = null, basePathIsEnvironment = true, useStationName = false } = options;
  const topics = createStationTopics(layoutOf({ basePath, basePathIsEnvironment, useStationName }));
  const logged: LoggedLine[] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void logged.push({ level, fields, message });
  const log: Log = {
    fatal: write('fatal'),
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    trace: write('trace'),
    child: () => log,
  };
  const bus = createBus<Token>({
    address: { transport: 'tcp', host: '127.0.0.1', port, tls: null },
    protocol,
    clientId: `ocpp2mqtt-${process.pid}-${Math.trunc(performance.now() * 1000)}`,
    will: willOf(topics.base),
    keepaliveSeconds: 60,
    connectTimeoutSeconds: 10,
    reconnectBaseSeconds: 0.02,
    reconnectMaxSeconds: 0.1,
    window,
    clock: systemClock,
    random: Math.random,
  });
  const connections = new EventEmitter();
  let isReady = false;
  bus.onDisconnect(() => {
    isReady = false;
  });
  // the broker took the subscriptions before the first publish
  bus.onAcknowledged(() => {
    if (isReady) return;
    isReady = true;
    connections.emit('ready');
  });
  let ids = 0;
  const mqtt = createMqtt({
    bus,
    topics,
    eventLog,
    clock: systemClock,
    log,
    newId: () => `id${++ids}`,
    compatible,
    isAction: (name) => ['start', 'stop', 'reset', 'get_configuration'].includes(name),
  });
  const requests: (CommandRequest | BridgeRequest)[] = [];
  const run = (request: CommandRequest | BridgeRequest): Promise<CommandResult> => {
    requests.push(request);
    const { id, action } = request;
    return Promise.resolve({ id, action, status: 'accepted', ocpp: [], ms: 1, ...side.result(request) });
  };
  const side: MqttSide = {
    ...mqtt,
    bus,
    eventLog,
    requests,
    logged,
    result: () => ({}),
    addStation(id, summary) {
      const { outlet } = mqtt;
      outlet.station(id, {
        id,
        name: null,
        topic: null,
        online: true,
        version: 'ocpp1.6',
        evses: [1],
        joined: true,
        ...summary,
      });
      return createStateTable(id, outlet.state);
    },
    async connected() {
      if (!isReady) await once(connections, 'ready');
    },
  };
  mqtt.start({ execute: run, call: run, bridge: run });
  return side;
}
