import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  type AddressName,
  addresses,
  decodeLevel,
  encodeIdentity,
  encodeLevel,
  matches,
  parseStationPart,
  stationFilters,
  topicFault,
  topicOf,
} from './topics.ts';

const text = fc.string({ unit: 'binary', maxLength: 48 });
const name = text.filter((value) => value !== '');
const evse = fc.integer({ min: 1, max: 99_999 });

test('a level is what its text was, and different texts give different levels', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      assert.equal(decodeLevel(encodeLevel(one)), one);
      assert.equal(decodeLevel(encodeIdentity(one)), one);
      assert.equal(encodeIdentity(one) === encodeIdentity(other), one === other);
    }),
  );
});

test('a level holds only bytes that every broker takes', () => {
  fc.assert(fc.property(text, (value) => assert.match(encodeIdentity(value), /^[A-Za-z0-9_.:=@|~%-]*$/)));
});

test('no identity and no key leaves its level', () => {
  const hostile = fc.string({
    unit: fc.constantFrom('+', '#', '/', '$', '%', '\u0000', 'ü', 'a'),
    maxLength: 20,
  });
  fc.assert(
    fc.property(hostile, hostile, (identity, key) => {
      const topic = topicOf('station_state', `ocpp/${encodeIdentity(identity)}`, { key });
      assert.equal(topic.split('/').length, 4);
      assert.doesNotMatch(topic, /[+#\0]/);
    }),
  );
});

test('an identity of plain characters stands as it is; others are written byte by byte', () => {
  assert.equal(encodeIdentity('CP-1_a.b:c=d@e|f~g'), 'CP-1_a.b:c=d@e|f~g');
  assert.equal(encodeIdentity('a b/ü%'), 'a%20b%2F%C3%BC%25');
  assert.equal(encodeIdentity('bridge'), '%62ridge');
  assert.equal(encodeIdentity('Bridge'), 'Bridge');
});

test('a level that is no encoding of a text is none', () => {
  assert.equal(decodeLevel('%ZZ'), null);
  assert.equal(decodeLevel('%C3'), null);
  assert.equal(decodeLevel('%2f'), '/');
});

test('what is told to a station is parsed as it was built', () => {
  const part = (topic: string) => parseStationPart(topic.slice('S/'.length));
  fc.assert(
    fc.property(name, evse, (value, evse) => {
      assert.deepEqual(part(topicOf('command', 'S')), { kind: 'command', evse: null, action: null });
      assert.deepEqual(part(topicOf('evse_command', 'S', { evse })), { kind: 'command', evse, action: null });
      assert.deepEqual(part(topicOf('action_command', 'S', { action: value })), {
        kind: 'command',
        evse: null,
        action: value,
      });
      assert.deepEqual(part(topicOf('station_set', 'S', { key: value })), {
        kind: 'set',
        evse: null,
        key: value,
      });
      assert.deepEqual(part(topicOf('evse_set', 'S', { evse, key: value })), {
        kind: 'set',
        evse,
        key: value,
      });
      assert.deepEqual(part(topicOf('call', 'S', { action: value })), { kind: 'call', action: value });
      assert.deepEqual(part(topicOf('answer', 'S', { id: value })), { kind: 'answer', id: value });
    }),
  );
});

test('S/cmd/ is S/cmd', () => {
  assert.deepEqual(parseStationPart('cmd/'), { kind: 'command', evse: null, action: null });
});

test('deeper topics and wrong EVSE numbers are nobody’s', () => {
  for (const part of [
    'cmd/a/b',
    'evse/0/cmd',
    'evse/x/cmd',
    'evse/1/cmd/start',
    'evse/1/call/Reset',
    'set',
    'evse/1',
  ]) {
    assert.equal(parseStationPart(part), null, part);
  }
});

/** Every address, filled in. */
const example = (address: AddressName): string =>
  addresses[address]
    .replace('{station}', 'S')
    .replace('{base}', 'S')
    .replace('{evse}', '1')
    .replaceAll(/\{\w+\}/g, 'x');

const inbound = new Set<AddressName>([
  'command',
  'action_command',
  'evse_command',
  'station_set',
  'evse_set',
  'call',
  'answer',
]);

test('the filters of a station match what is told to it, once, and nothing that it says', () => {
  for (const address of Object.keys(addresses) as AddressName[]) {
    if (address.startsWith('bridge')) continue;
    const topic = example(address);
    const hits = stationFilters('S').filter((filter) => matches(filter, topic));
    assert.equal(hits.length, inbound.has(address) ? 1 : 0, topic);
    assert.equal(parseStationPart(topic.slice(2)) !== null, inbound.has(address), topic);
  }
});

test('a filter matches as the specification says', () => {
  assert.ok(matches('a/#', 'a'));
  assert.ok(matches('a/#', 'a/b/c'));
  assert.ok(matches('a/+', 'a/'));
  assert.ok(!matches('a/+', 'a'));
  assert.ok(!matches('a/+', 'a/b/c'));
  assert.ok(!matches('a', 'a/b'));
});

test('a text that cannot be a topic is told why', () => {
  assert.equal(topicFault('home/ocpp'), null);
  for (const topic of ['', 'a/+', 'a/#', '$SYS/x', 'a\u0000b', 'x'.repeat(1025)]) {
    assert.notEqual(topicFault(topic), null, topic);
  }
});
