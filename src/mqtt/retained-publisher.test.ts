import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { type RetainedSlot, type RetainedValue, createRetainedPublisher } from './retained-publisher.ts';

interface Value extends RetainedValue {
  text: string;
  place: string;
  key: string;
}

const turn = (): Promise<void> => new Promise(setImmediate);

/** A broker that keeps what is retained, and acknowledges when it is told. */
function setUp(limit = 1000) {
  const clock = createManualClock();
  const kept = new Map<string, string>();
  const sent: [topic: string, text: string][] = [];
  const refusals: [string, number | 'too_large'][] = [];
  const broker = { isConnected: true, inFlight: [] as RetainedSlot<Value>[] };
  const publisher = createRetainedPublisher<Value>({
    clock,
    topicOf: ({ place, key }) => `${place}/${key}`,
    limit: () => (broker.isConnected ? limit : 0),
    publish(topic, text, token) {
      if (!broker.isConnected) return 'full';
      sent.push([topic.toString(), text]);
      if (text === '') kept.delete(topic.toString());
      else kept.set(topic.toString(), text);
      broker.inFlight.push(token);
      return 'accepted';
    },
    refused: (topic, reason) => refusals.push([topic, reason]),
  });
  const acknowledge = (reasonCode = 0): void => {
    for (const slot of broker.inFlight.splice(0)) publisher.acknowledged(slot, reasonCode);
  };
  return {
    clock,
    kept,
    sent,
    refusals,
    broker,
    publisher,
    acknowledge,
    value: (stationId: string, key: string, text = ''): Value => ({ stationId, place: stationId, key, text }),
    set(value: Value, text: string) {
      value.text = text;
      publisher.changed(value);
    },
    disconnect() {
      broker.isConnected = false;
      for (const slot of broker.inFlight.splice(0)) publisher.lost(slot);
    },
    connect() {
      broker.isConnected = true;
      publisher.republishAll();
    },
    async settle() {
      while (!publisher.isIdle) {
        acknowledge();
        await turn();
      }
    },
  };
}

test('what changes several times in a turn is published once, with its newest text', async () => {
  const { value, set, sent } = setUp();
  const power = value('CP1', 'power');
  for (const text of ['1', '2', '3']) set(power, text);
  assert.deepEqual(sent, []);
  await turn();
  assert.deepEqual(sent, [['CP1/power', '3']]);
});

test('while there is no room changes are coalesced, and the newest follow when there is', async () => {
  const { value, set, sent, acknowledge, publisher } = setUp(2);
  const values = ['a', 'b', 'c'].map((key) => value('CP1', key));
  for (const each of values) set(each, '1');
  await turn();
  assert.equal(sent.length, 2);
  for (const text of ['2', '3', '4']) for (const each of values) set(each, text);
  acknowledge();
  await turn();
  acknowledge();
  await turn();
  assert.deepEqual(sent.slice(2), [
    ['CP1/c', '4'],
    ['CP1/a', '4'],
    ['CP1/b', '4'],
  ]);
  acknowledge();
  assert.ok(publisher.isIdle);
});

test('at most 64 stations leave in one turn', async () => {
  const { value, set, sent } = setUp();
  for (let at = 0; at < 100; at++) {
    set(value(`CP${at}`, 'power'), '1');
  }
  await turn();
  assert.equal(sent.length, 64);
  await turn();
  assert.equal(sent.length, 100);
});

test('everything is published again after a reconnect', async () => {
  const { value, set, sent, settle, disconnect, connect } = setUp();
  const power = value('CP1', 'power');
  const energy = value('CP1', 'energy');
  set(power, '1');
  set(energy, '5');
  await turn();
  disconnect();
  set(power, '2');
  sent.length = 0;
  connect();
  await turn();
  assert.deepEqual(Object.fromEntries(sent), { 'CP1/power': '2', 'CP1/energy': '5' });
  await settle();
});

test('a refused value is told, and tried again later', async () => {
  const { value, set, sent, refusals, acknowledge, clock } = setUp();
  set(value('CP1', 'power'), '1');
  await turn();
  acknowledge(0x97);
  assert.deepEqual(refusals, [['CP1/power', 0x97]]);
  clock.advance(30_000);
  await turn();
  assert.equal(sent.length, 2);
});

test('a moved station is cleared at its old topics; what was never published needs no clearing', async () => {
  const { value, set, kept, sent, publisher, settle } = setUp();
  const power = value('CP1', 'power');
  set(power, '1');
  await settle();
  const energy = value('CP1', 'energy');
  set(energy, '2');
  power.place = energy.place = 'garage';
  publisher.move('CP1');
  await settle();
  assert.deepEqual(
    [...kept],
    [
      ['garage/power', '1'],
      ['garage/energy', '2'],
    ],
  );
  assert.deepEqual(
    sent.filter(([, text]) => text === ''),
    [['CP1/power', '']],
  );
});

test('a clearing that was lost does not remove the first value of the topic’s next owner', async () => {
  const { value, set, kept, publisher, settle, disconnect, connect } = setUp();
  const old = value('base', 'power');
  set(old, '1');
  await settle();
  const next: Value = { stationId: 'CP2', place: 'base', key: 'power', text: '' };
  set(next, '7');
  publisher.clear([old]);
  await turn();
  disconnect();
  connect();
  await settle();
  assert.deepEqual([...kept], [['base/power', '7']]);
});

test('whatever happens, the broker keeps the newest of everything in the end', async () => {
  const step = fc.oneof(
    fc.record({ set: fc.integer({ min: 0, max: 7 }), text: fc.constantFrom('1', '2', '3') }),
    fc.constantFrom('turn', 'acknowledge', 'disconnect', 'connect', 'clear', 'move'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const it = setUp(3);
      let values = Array.from({ length: 8 }, (_, at) => it.value(`CP${at % 3}`, `key${at}`));
      for (const [at, what] of steps.entries()) {
        if (typeof what === 'object') it.set(values[what.set] as Value, what.text);
        else if (what === 'turn') await turn();
        else if (what === 'acknowledge') it.acknowledge();
        else if (what === 'disconnect') it.disconnect();
        else if (what === 'connect') it.connect();
        else if (what === 'clear') {
          it.publisher.clear(values.filter(({ stationId }) => stationId === 'CP0'));
          values = values.map((value) => (value.stationId === 'CP0' ? { ...value, text: '' } : value));
        } else {
          for (const value of values) if (value.stationId === 'CP1') value.place = `moved${at}`;
          it.publisher.move('CP1');
        }
      }
      it.connect();
      await it.settle();
      const wanted = values
        .filter(({ text }) => text !== '')
        .map(({ place, key, text }): [string, string] => [`${place}/${key}`, text]);
      assert.deepEqual(it.kept, new Map(wanted));
    }),
    { numRuns: 500 },
  );
});
