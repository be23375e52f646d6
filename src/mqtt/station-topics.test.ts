import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { GatewayError } from '../errors.ts';
import { type StationTopics, type TopicOptions, createStationTopics, layoutOf } from './station-topics.ts';
import { matches } from './topics.ts';

function topicsOf(options: Partial<TopicOptions>): StationTopics {
  return createStationTopics(
    layoutOf({ basePath: null, basePathIsEnvironment: true, useStationName: false, ...options }),
  );
}

const allFilters = (topics: StationTopics, stations: string[]): string[] => [
  ...topics.commonFilters,
  ...stations.flatMap((station) => topics.filtersOf(station)),
];

test('without a base the stations are below ocpp', () => {
  const topics = topicsOf({});
  assert.equal(topics.base, 'ocpp');
  assert.equal(topics.of('charger 1'), 'ocpp/charger%201');
});

test('a base of the environment alone is the topic of the one station', () => {
  const topics = topicsOf({ basePath: 'home/wallbox/' });
  topics.place('CP1', null);
  assert.equal(topics.of('CP1'), 'home/wallbox');
  assert.deepEqual(topics.parse('home/wallbox/cmd'), {
    kind: 'command',
    evse: null,
    action: null,
    root: 'home/wallbox',
    station: 'CP1',
    isRegistered: true,
  });
  assert.deepEqual(topics.parse('home/wallbox/bridge/cmd'), { kind: 'bridge_command' });
});

test('a base of the yaml file has a level for each station', () => {
  assert.equal(topicsOf({ basePath: 'home', basePathIsEnvironment: false }).of('CP1'), 'home/CP1');
});

test('MQTT_USESTATIONNAME joins base and identity as they stand', () => {
  assert.equal(topicsOf({ basePath: 'home/', useStationName: true }).of('CP1'), 'home/CP1');
  const joined = topicsOf({ basePath: 'home', useStationName: true });
  joined.place('CP1', null);
  assert.equal(joined.base, 'home');
  assert.equal(joined.of('CP1'), 'homeCP1');
  assert.deepEqual(joined.filtersOf('CP1').slice(0, 1), ['homeCP1/cmd/#']);
  assert.deepEqual(joined.parse('homeCP1/call/Reset'), {
    kind: 'call',
    action: 'Reset',
    root: 'homeCP1',
    station: 'CP1',
    isRegistered: true,
  });
});

test('a base that is no topic is a configuration error', () => {
  for (const basePath of ['/', 'a/+', '$SYS']) {
    assert.throws(() => topicsOf({ basePath }), GatewayError);
  }
});

test('a station is found without case, and answered at its own topic', () => {
  const topics = topicsOf({});
  topics.place('Charger1', null);
  const incoming = topics.parse('ocpp/charger1/cmd');
  assert.deepEqual(incoming, {
    kind: 'command',
    evse: null,
    action: null,
    root: 'ocpp/charger1',
    station: 'Charger1',
    isRegistered: true,
  });
});

test('a station called bridge does not reach the topics of the gateway', () => {
  const topics = topicsOf({});
  topics.place('bridge', null);
  assert.equal(topics.of('bridge'), 'ocpp/%62ridge');
  assert.deepEqual(topics.parse('ocpp/bridge/cmd'), { kind: 'bridge_command' });
  assert.equal(topics.parse('ocpp/bridge/set/authorization'), null);
  const incoming = topics.parse('ocpp/%62ridge/cmd');
  assert.ok(
    incoming !== null && 'station' in incoming && incoming.station === 'bridge' && incoming.isRegistered,
  );
});

test('a station with a topic of its own is commanded there, and not at its old place', () => {
  const topics = topicsOf({});
  assert.equal(topics.place('CP1', 'garage/wallbox'), null);
  assert.equal(topics.of('CP1'), 'garage/wallbox');
  const there = topics.parse('garage/wallbox/evse/2/set/current_limit');
  assert.deepEqual(there, {
    kind: 'set',
    evse: 2,
    key: 'current_limit',
    root: 'garage/wallbox',
    station: 'CP1',
    isRegistered: true,
  });
  const here = topics.parse('ocpp/CP1/cmd');
  assert.ok(here !== null && 'isRegistered' in here && !here.isRegistered);
  topics.remove('CP1');
  assert.equal(topics.parse('garage/wallbox/cmd'), null);
});

test('a topic that takes another station’s, or the gateway’s, is not used', () => {
  const topics = topicsOf({});
  topics.place('CP1', null);
  topics.place('CP2', 'garage');
  for (const wanted of [
    'ocpp/CP1',
    'ocpp',
    'ocpp/bridge',
    'ocpp/a/b',
    'garage',
    'garage/left',
    'a/#',
    '',
    'x/',
  ]) {
    assert.notEqual(topics.place('CP3', wanted), null, wanted);
    assert.equal(topics.of('CP3'), 'ocpp/CP3');
  }
  assert.equal(topics.place('CP3', 'ocpp/left'), null);
  assert.deepEqual(topics.filtersOf('CP3'), []);
});

test('a response topic below ours is known as ours', () => {
  const topics = topicsOf({});
  topics.place('CP1', 'garage');
  for (const topic of ['ocpp', 'ocpp/x', 'ocpp/CP1/cmd', 'garage', 'garage/cmd_result'])
    assert.ok(topics.isOwn(topic));
  for (const topic of ['ocppx', 'home', 'garages/1']) assert.ok(!topics.isOwn(topic));
});

test('no message is delivered twice: filters never overlap', () => {
  const level = fc.constantFrom('CP1', 'cmd', 'evse', 'set', 'bridge', '1', 'call');
  const wanted = fc.option(fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/')));
  const layout = fc.record({
    basePath: fc.constantFrom(null, 'ocpp', 'ocpp/', 'a/b', 'cmd', 'evse/1'),
    basePathIsEnvironment: fc.boolean(),
    useStationName: fc.boolean(),
  });
  const anyTopic = fc.array(fc.oneof(level, fc.constantFrom('a', 'b', 'ocpp', 'x', '')), {
    minLength: 1,
    maxLength: 7,
  });
  fc.assert(
    fc.property(
      layout,
      wanted,
      wanted,
      fc.array(anyTopic, { minLength: 20, maxLength: 20 }),
      (options, first, second, topicsToTry) => {
        const topics = topicsOf(options);
        topics.place('CP1', first);
        topics.place('CP2', second);
        const filters = allFilters(topics, ['CP1', 'CP2']);
        const roots = ['CP1', 'CP2'].map((station) => topics.of(station));
        const parts = [
          'cmd',
          'cmd/',
          'cmd/start',
          'evse/1/cmd',
          'set/x',
          'evse/1/set/x',
          'call/x',
          'answer/x',
        ];
        const told = [
          ...roots.flatMap((root) => parts.map((part) => `${root}/${part}`)),
          `${topics.base}/bridge/cmd`,
        ];
        for (const topic of told) {
          assert.equal(filters.filter((filter) => matches(filter, topic)).length, 1, topic);
          assert.notEqual(topics.parse(topic), null, topic);
        }
        for (const levels of topicsToTry) {
          const topic = levels.join('/');
          assert.ok(filters.filter((filter) => matches(filter, topic)).length <= 1, topic);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
