/**
 * What one OCPP call costs the MQTT side: one event of 1.9 KB and 11 changed retained values, to a real Mosquitto,
 * in microseconds of CPU of this process. `node bench/outlet.ts [calls]`. `idle` sends one call of each of 100
 * stations a turn and waits for the broker; `busy` offers calls as fast as the event log takes them, so that state
 * is coalesced and events are read back. Without the earlier program's topics 4 of the 11 values are dropped.
 */
import { createBus } from '../src/mqtt/create-bus.ts';
import { createMqtt } from '../src/mqtt/mqtt.ts';
import type { Token } from '../src/mqtt/publisher.ts';
import { createStationTopics, layoutOf } from '../src/mqtt/station-topics.ts';
import { createStateTable, type StateTable } from '../src/csms/state.ts';
import type { EventLog, LogRow } from '../src/csms/ports.ts';
import { createLog } from '../src/log.ts';
import { startMosquitto } from '../test/support/mosquitto.ts';
import { systemClock } from '../test/support/mqtt-side.ts';

const CALLS = Number(process.argv[2] ?? 100_000);
const ROUNDS = 3;
const STATIONS = 100;
const WINDOW = 4000;
const KEYS = ['power', 'power_l1', 'power_l2', 'current', 'current_l1', 'voltage', 'energy'];
const COMPATIBLE_KEYS = [
  'power_active_import',
  'current_import',
  'voltage_l1',
  'energy_active_import_register',
];

const samples = Array.from({ length: 12 }, (_, at) => ({
  value: `${at}.5`,
  measurand: 'Power.Active.Import',
  context: 'Sample.Periodic',
  format: 'Raw',
  phase: 'L1',
  location: 'Outlet',
  unit: 'W',
}));
const FRAME = JSON.stringify([
  2,
  'a1',
  'MeterValues',
  {
    connectorId: 1,
    transactionId: 4711,
    meterValue: [{ timestamp: '2026-11-22T10:15:00Z', sampledValue: samples }],
  },
]);

/** Keeps the newest rows only: what is behind is read back from there. */
function createRing(size: number): EventLog & { push(row: LogRow): void } {
  const rows: LogRow[] = [];
  let acknowledged = 0;
  return {
    partition: 0,
    lastN: 0,
    pendingBytes: 0,
    get acknowledged() {
      return acknowledged;
    },
    push(row) {
      rows[row.n % size] = row;
    },
    append: () => {},
    async read(afterN, limit) {
      await Promise.resolve();
      const read: LogRow[] = [];
      for (let n = afterN + 1; read.length < limit && rows[n % size]?.n === n; n++)
        read.push(rows[n % size] as LogRow);
      return read;
    },
    readStation: () => Promise.resolve([]),
    latest: () => Promise.resolve([]),
    acknowledge(n) {
      acknowledged = n;
    },
  };
}

interface Figures {
  microseconds: number;
  callsPerSecond: number;
  statesPerCall: number;
}

async function measure(port: number, compatible: boolean, isBusy: boolean): Promise<Figures> {
  const eventLog = createRing(WINDOW * 8);
  const topics = createStationTopics(
    layoutOf({ basePath: null, basePathIsEnvironment: false, useStationName: false }),
  );
  let states = 0;
  const bus = createBus<Token>({
    address: { transport: 'tcp', host: '127.0.0.1', port, tls: null },
    protocol: 'auto',
    clientId: 'bench',
    keepaliveSeconds: 60,
    connectTimeoutSeconds: 10,
    reconnectBaseSeconds: 1,
    reconnectMaxSeconds: 1,
    window: WINDOW,
    clock: systemClock,
    random: Math.random,
  });
  let noticeAcknowledged = (): void => {};
  const mqtt = createMqtt({
    bus,
    topics,
    eventLog,
    clock: systemClock,
    log: createLog({ level: 'warn', format: 'text', output: process.stderr }),
    newId: () => 'x',
    compatible,
    isAction: () => false,
  });
  const connected = new Promise<void>((resolve) => bus.onConnect(() => resolve()));
  const { outlet } = mqtt;
  const tables: StateTable[] = [];
  for (let at = 0; at < STATIONS; at++) {
    const id = `charger-${1000 + at}`;
    const summary = { id, name: null, topic: null, online: true, version: null, evses: [1], joined: true };
    outlet.station(id, summary);
    tables.push(createStateTable(id, outlet.state));
  }
  const neverAsked = () => Promise.reject(new Error('nobody asks'));
  mqtt.start({ execute: neverAsked, call: neverAsked, bridge: neverAsked });
  await connected;

  let n = 0;
  const call = (): void => {
    const station = n % STATIONS;
    const state = tables[station] as StateTable;
    const value = (n % 100_000) + 0.5;
    for (const key of KEYS) state.set(1, key, value);
    for (const key of COMPATIBLE_KEYS) state.setCompatible(key, value);
    n++;
    const row: LogRow = {
      n,
      station: `charger-${1000 + station}`,
      log: 'k3f9',
      seq: n,
      time: 1_700_000_000_000 + n,
      version: 'ocpp1.6',
      meta: '{"kind":"meter","event":"sampled","evse":1,"connector":1,"transaction":"4711"}',
      frame: FRAME,
      answer: '[3,"a1",{}]',
    };
    eventLog.push(row);
    outlet.event(row);
  };
  bus.onAcknowledged((token) => {
    if (token.kind === 'retained') states++;
    noticeAcknowledged();
  });
  /** Resolves when at most so many events are not acknowledged, and with 0 nothing at all. */
  const settle = (most: number): Promise<void> =>
    new Promise((resolve) => {
      noticeAcknowledged = () => {
        if (n - eventLog.acknowledged <= most && (most > 0 || bus.inFlight === 0)) resolve();
      };
      noticeAcknowledged();
    });
  const run = async (calls: number): Promise<void> => {
    for (let done = 0; done < calls; done += STATIONS) {
      for (let at = 0; at < STATIONS; at++) call();
      await new Promise(setImmediate);
      await settle(isBusy ? WINDOW * 4 : 0);
    }
    await settle(0);
  };

  await run(CALLS / 5);
  const statesBefore = states;
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run(CALLS);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  const statesPerCall = (states - statesBefore) / CALLS;
  await mqtt.stop(2);
  return { microseconds: (user + system) / CALLS, callsPerSecond: CALLS / seconds, statesPerCall };
}

function median(figures: Figures[]): Figures {
  return figures.toSorted((one, other) => one.microseconds - other.microseconds)[
    Math.floor(ROUNDS / 2)
  ] as Figures;
}

const broker = await startMosquitto({ conf: ['max_inflight_messages 0', 'max_queued_messages 0'] });
for (const compatible of [true, false]) {
  for (const isBusy of [false, true]) {
    const rounds: Figures[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(broker.port, compatible, isBusy));
    const { microseconds, callsPerSecond, statesPerCall } = median(rounds);
    console.log(
      `${isBusy ? 'busy' : 'idle'}, ${compatible ? 'with' : 'without'} compatible topics: ` +
        `${microseconds.toFixed(1)} us CPU a call, ${statesPerCall.toFixed(1)} states a call, ` +
        `${Math.round(callsPerSecond)} calls/s`,
    );
  }
}
await broker.stop();
