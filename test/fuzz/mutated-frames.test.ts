import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type BrokerView, readRetained, viewBroker } from '../support/broker-view.ts';
import { startLocalGateway } from '../support/gateway.ts';
import { commands16, stationMessages16 } from '../support/messages16.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { contractFaults } from '../support/published-contract.ts';
import { connectStation, type WireStation } from '../support/wire-station.ts';
import { createRandom, mutate } from './mutations.ts';

const frames = 100_000;
const stations = 5;
/** Between two checks that the other side is still there. */
const burst = 250;
const commands = 100;

const lastWord = { connectorId: 0, errorCode: 'NoError', status: 'Available', info: 'my last word' };

const vectors = JSON.parse(readFileSync(new URL('../vectors/ocpp1.6.json', import.meta.url), 'utf8')) as {
  text: string;
}[];

test(`${frames} mutated frames harm nobody`, { timeout: 240_000 }, async (t) => {
  const mosquitto = await startMosquitto();
  t.after(() => mosquitto.stop());
  const view = await viewBroker(mosquitto.port, 'fuzz/quiet/#');
  t.after(() => view.close());
  const results = await viewBroker(mosquitto.port, 'fuzz/+/call_result/#');
  t.after(() => results.close());
  const events = await viewBroker(mosquitto.port, 'fuzz/+/event/+');
  t.after(() => events.close());
  const gateway = await startLocalGateway(mosquitto.port, {
    MQTT_BASEPATH: 'fuzz/',
    MQTT_USESTATIONNAME: 'true',
    OCPP_JOIN: 'open',
    LOG_LEVEL: 'error',
  });
  t.after(() => gateway.stop());

  const quiet = await connectStation(`${gateway.url}/quiet`);
  t.after(() => quiet.socket.terminate());
  let transactionId = 0;
  for (const [action, payload] of stationMessages16.slice(0, 6)) {
    const answer = await quiet.call(
      action,
      'transactionId' in payload ? { ...payload, transactionId } : payload,
    );
    if (action === 'StartTransaction') transactionId = Number(answer['transactionId']);
  }
  await view.value('fuzz/quiet/evse/1/state/transaction_active', 'ON');
  await view.until('its last event', () => view.json('fuzz/quiet/event/meter')[0]);
  // the last that meter values show
  await view.value('fuzz/quiet/evse/1/state/temperature', (text) => text !== '');
  await view.value('fuzz/quiet/state/temperature', (text) => text !== '');
  const before = new Map(view.values);

  // the transaction of another station is named, too
  const seeds = [
    ...vectors.map(({ text }) => text),
    ...stationMessages16.map(([action, payload], index) =>
      JSON.stringify([
        2,
        `seed-${index}`,
        action,
        'transactionId' in payload ? { ...payload, transactionId } : payload,
      ]),
    ),
  ];
  await Promise.all(Array.from({ length: stations }, (_, index) => shout(index)));

  assertGapless(events);
  assert.deepEqual(contractFaults(events.messages, 'fuzz').slice(0, 5), []);

  await results.until('a result for each command', () =>
    results.messages.length >= stations * commands ? true : undefined,
  );
  assert.equal(results.messages.length, stations * commands);
  await quiet.call('Heartbeat', {});
  assert.deepEqual(withoutNews(view.values), withoutNews(before));
  assert.equal(view.json('fuzz/quiet/event/meter').length, 1);
  assert.deepEqual(gateway.lines, []);
  const retained = await readRetained(mosquitto.port, 'fuzz/#');
  const unreadable = [...retained].filter(([topic, text]) => topic.includes('/state/') && isNoValue(text));
  assert.deepEqual(unreadable, []);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);

  /** One station that talks nonsense, also in its answers, and comes back when it is sent away. */
  async function shout(index: number): Promise<void> {
    const random = createRandom(0x0cbb + index);
    const any = (): string => mutate(seeds[random(seeds.length)] ?? '', seeds, random);
    const topic = `fuzz/loud-${index}`;
    let station = await comeIn();
    t.after(() => station.socket.terminate());
    for (let sent = 0; sent < frames / stations; sent += 1) {
      if (random(5000) === 0) station.socket.send(Buffer.from([0x5b, 0xff, 0xc0]), { binary: false });
      else station.socket.send(any(), { binary: random(100) === 0 });
      if (sent % (frames / stations / commands) === 0) {
        const [action, payload] = commands16[random(commands16.length)] ?? ['Reset', {}];
        await results.publish(`${topic}/call/${action}`, { payload, timeout: 1 });
      }
      if (sent % burst === burst - 1) await stillHeard();
    }
    await station.call('StatusNotification', { ...lastWord });
    await events.value(`${topic}/event/status`, (text) => text.includes(lastWord.info));
    await station.close();

    async function comeIn(): Promise<WireStation> {
      const next = await connectStation(`${gateway.url}/loud-${index}`);
      next.socket.on('message', (data: Buffer) => {
        const [type, messageId] = JSON.parse(data.toString()) as unknown[];
        if (type !== 2) return;
        const answer = JSON.stringify([3, messageId, { status: 'Accepted', listVersion: 1 }]);
        next.socket.send(mutate(answer, seeds, random));
      });
      return next;
    }

    async function stillHeard(): Promise<void> {
      try {
        await station.ask('Heartbeat', {}, `sign-${random(2 ** 30)}`);
      } catch {
        await station.closed;
        station = await comeIn();
      }
    }
  }
});

/** Whatever was said, each event has the next number of its station. */
function assertGapless({ messages }: BrokerView): void {
  const last = new Map<string, number>();
  for (const { text } of messages) {
    const { station, seq } = JSON.parse(text) as { station: string; seq: number };
    assert.equal(seq, (last.get(station) ?? 0) + 1, station);
    last.set(station, seq);
  }
}

/** What a sensor could not show. */
function isNoValue(text: string): boolean {
  return /^(?:NaN|-?Infinity|null|undefined|\[object \w+\]|)$/.test(text);
}

/** Without the heartbeat's own, and the time of a ping. */
function withoutNews(values: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...values].filter(([topic]) => !/\/(?:last_seen|latency|heartbeat)$/.test(topic)));
}
