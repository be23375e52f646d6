import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { type Spread, spreadOf } from '../rig/figures.ts';
import { createMeterValues, tokenPattern } from '../rig/meter-values.ts';
import { type BenchStation, connectFleet, connectStation } from '../rig/station.ts';
import type { Subject } from '../rig/subjects.ts';

/** All in ms. */
export interface Latencies {
  /** MeterValues to its answer. */
  roundTrip: Spread;
  /** MeterValues to its event, as a subscriber sees it. */
  toEvent: Spread;
  /** MeterValues to the earlier program's topic of its register. */
  toState: Spread;
  /** Command published to the station having its CALL. */
  toStation: Spread;
  /** Command published to its result, as a subscriber sees it. */
  toResult: Spread;
}

const stations = 50;
const callsPerSecond = 50;
const statePattern = /\/state\/energy_active_import_register$/;

/** 50 stations and 50 MeterValues a second, then one command after another to one station. */
export async function measureLatencies(
  subject: Subject,
  mqttPort: number,
  seconds: number,
): Promise<Latencies> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
  const fleet = await connectFleet(subject.url, 'calm', 0, stations);
  const sent = new Map<string, number>();
  const roundTrip: number[] = [];
  const toEvent: number[] = [];
  const toState: number[] = [];
  await client.subscribeAsync(['ocpp/+/event/meter', 'ocpp/+/state/energy_active_import_register']);
  client.on('message', (topic, payload) => {
    const start = sent.get(tokenPattern.exec(payload.toString('latin1'))?.[0] ?? '');
    if (start === undefined) return;
    (statePattern.test(topic) ? toState : toEvent).push(performance.now() - start);
  });

  const meterValues = createMeterValues();
  const started = performance.now();
  for (let count = 0; count < callsPerSecond * seconds; count++) {
    await sleep(Math.max(0, started + (count * 1000) / callsPerSecond - performance.now()));
    const { payload, token } = meterValues();
    const start = performance.now();
    sent.set(token, start);
    const station = fleet[count % stations] as BenchStation;
    station.call('MeterValues', payload, () => roundTrip.push(performance.now() - start));
  }
  await sleep(200);
  for (const station of fleet) station.close();
  await client.endAsync();
  const commands = await measureCommands(subject, mqttPort, seconds);
  return {
    roundTrip: spreadOf(roundTrip),
    toEvent: spreadOf(toEvent),
    toState: spreadOf(toState),
    ...commands,
  };
}

async function measureCommands(
  subject: Subject,
  mqttPort: number,
  seconds: number,
): Promise<Pick<Latencies, 'toStation' | 'toResult'>> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
  const toStation: number[] = [];
  const toResult: number[] = [];
  let start = 0;
  let noticeResult = (): void => {};
  const asked = (): void => void toStation.push(performance.now() - start);
  const station = await connectStation({ url: subject.url, id: 'commanded', asked });
  await client.subscribeAsync('ocpp/commanded/cmd_result');
  client.on('message', () => noticeResult());
  const command = '{"action":"trigger_message","args":{"requested_message":"Heartbeat"}}';
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const { promise, resolve } = Promise.withResolvers<void>();
    noticeResult = resolve;
    start = performance.now();
    client.publish('ocpp/commanded/cmd', command);
    await promise;
    toResult.push(performance.now() - start);
  }
  station.close();
  await client.endAsync();
  return { toStation: spreadOf(toStation), toResult: spreadOf(toResult) };
}
