/**
 * What one QoS 1 retained publish costs the publishing process: MQTT.js against the bus's fast lane, to a real
 * Mosquitto. `node bench/publish.ts [publishes]`. Two loads: `idle`, nothing else to do, so that nearly every
 * PUBACK is read by itself; `busy`, ten publishes for each call of a station, which also takes some 150 us of other
 * work, so that the broker keeps up and not we. That work is measured by itself and not counted.
 */
import mqtt from 'mqtt';
import { createSystemClock } from '../src/clock.ts';
import type { MqttProtocol } from '../src/mqtt/bus.ts';
import { createBus } from '../src/mqtt/create-bus.ts';
import { startMosquitto } from '../test/support/mosquitto.ts';

const PUBLISHES = Number(process.argv[2] ?? 200_000);
const ROUNDS = 3;
const PUBLISHES_PER_CALL = 10;
const CALL = JSON.stringify(
  Array.from({ length: 1000 }, (_, i) => ({ measurand: `Current.${i}`, value: `${i}.5` })),
);
const STATIONS = 100;
const KEYS = ['status', 'power', 'power_l1', 'current', 'current_l1', 'voltage', 'energy', 'soc'];
const TOPICS = KEYS.flatMap((key) =>
  Array.from({ length: STATIONS }, (_, i) => `ocpp/charger-${1000 + i}/evse/1/state/${key}`),
);
const VALUES = ['0.000', '16.2', 'charging', '3680', 'ON', '12345.678'];

type Load = 'idle' | 'busy';

interface Publisher {
  name: string;
  /** Publishes the i-th; false when the window is full. */
  publish(i: number): boolean;
  listen(listeners: { acknowledged: () => void; room: () => void }): void;
  close(): Promise<unknown>;
}

/** The i-th of a list, over and over. */
function pick<V>(list: V[], i: number): V {
  return list[i % list.length] as V;
}

async function createWithMqttJs(port: number, protocol: MqttProtocol, window: number): Promise<Publisher> {
  const protocolVersion = protocol === '5' ? 5 : 4;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion });
  let acknowledged = () => {};
  let inFlight = 0;
  const settled = () => {
    inFlight--;
    acknowledged();
  };
  return {
    name: 'MQTT.js',
    publish(i) {
      if (inFlight === window) return false;
      inFlight++;
      client.publish(pick(TOPICS, i), pick(VALUES, i), { qos: 1, retain: true }, settled);
      return true;
    },
    listen(listeners) {
      acknowledged = () => {
        listeners.acknowledged();
        listeners.room();
      };
    },
    close: () => client.endAsync(),
  };
}

async function createWithBus(port: number, protocol: MqttProtocol, window: number): Promise<Publisher> {
  const topics = TOPICS.map((topic) => Buffer.from(topic));
  const bus = createBus<number>({
    address: { transport: 'tcp', host: '127.0.0.1', port, tls: null },
    protocol,
    clientId: 'bench',
    keepaliveSeconds: 60,
    connectTimeoutSeconds: 10,
    reconnectBaseSeconds: 1,
    reconnectMaxSeconds: 1,
    window,
    clock: createSystemClock(),
    random: Math.random,
  });
  let listeners = { acknowledged: () => {}, room: () => {} };
  bus.onAcknowledged(() => listeners.acknowledged());
  bus.onWindow(() => listeners.room());
  await new Promise<void>((resolve) => {
    bus.onConnect(() => resolve());
    bus.connect();
  });
  return {
    name: 'fast lane',
    publish: (i) => bus.publishFast(pick(topics, i), pick(VALUES, i), true, i) === 'accepted',
    listen: (added) => (listeners = added),
    close: () => bus.close(),
  };
}

/** Publishes as fast as the window allows; resolves at the last PUBACK. */
function publishIdle(publisher: Publisher, publishes: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let acknowledged = 0;
    const room = () => {
      while (sent < publishes && publisher.publish(sent)) sent++;
    };
    publisher.listen({ room, acknowledged: () => void (++acknowledged === publishes && resolve()) });
    room();
  });
}

/** What a call of a station costs besides publishing. */
function work(): void {
  JSON.parse(CALL);
}

/** One call of a station a turn, with its publishes; resolves at the last PUBACK. */
function publishBusy(publisher: Publisher, publishes: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let worked = 0;
    let acknowledged = 0;
    let isFull = false;
    const turn = () => {
      if (worked * PUBLISHES_PER_CALL === sent) {
        worked++;
        work();
      }
      while (sent < worked * PUBLISHES_PER_CALL) {
        if (!publisher.publish(sent)) {
          isFull = true;
          return;
        }
        sent++;
      }
      if (sent < publishes) setImmediate(turn);
    };
    publisher.listen({
      acknowledged: () => void (++acknowledged === publishes && resolve()),
      room() {
        if (isFull) setImmediate(turn);
        isFull = false;
      },
    });
    turn();
  });
}

/** Microseconds of CPU (user and system) of this process for each publish. */
function measureWork(): number {
  const before = process.cpuUsage();
  for (let call = 0; call < PUBLISHES / PUBLISHES_PER_CALL; call++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / PUBLISHES;
}

/** Microseconds of CPU and of time for each publish. */
async function measure(publisher: Publisher, load: Load): Promise<{ cpu: number; elapsed: number }> {
  const before = process.cpuUsage();
  const start = performance.now();
  await (load === 'busy' ? publishBusy : publishIdle)(publisher, PUBLISHES);
  const elapsed = ((performance.now() - start) * 1000) / PUBLISHES;
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / PUBLISHES - (load === 'busy' ? workMicroseconds : 0), elapsed };
}

async function compare(protocol: MqttProtocol, window: number): Promise<void> {
  const broker = await startMosquitto({ conf: [`max_inflight_messages ${window}`] });
  for (const create of [createWithMqttJs, createWithBus]) {
    const publisher = await create(broker.port, protocol, window);
    for (const load of ['idle', 'busy'] as const) {
      let best = { cpu: Infinity, elapsed: Infinity };
      for (let round = 0; round < ROUNDS; round++) {
        const result = await measure(publisher, load);
        if (result.cpu < best.cpu) best = result;
      }
      const cpu = `${best.cpu.toFixed(2).padStart(6)} us CPU/publish`;
      const rate = `${Math.round(1e6 / best.elapsed)} publishes/s`;
      const setting = `MQTT ${protocol.padEnd(5)}  window ${String(window).padStart(4)}  ${load}`;
      console.log(`${setting}  ${publisher.name.padEnd(9)}  ${cpu}  ${rate.padStart(18)}`);
    }
    await publisher.close();
  }
  await broker.stop();
}

measureWork();
const workMicroseconds = measureWork();
console.log(`Other work: ${(workMicroseconds * PUBLISHES_PER_CALL).toFixed(0)} us for each call`);
await compare('3.1.1', 4000);
await compare('5', 4000);
await compare('5', 20);
