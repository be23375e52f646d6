import { after, afterEach, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createMemoryEventLog, exampleRow } from '../../test/support/memory-event-log.ts';
import { type Mosquitto, startMosquitto } from '../../test/support/mosquitto.ts';
import { type MqttListener, listenTo } from '../../test/support/mqtt-listener.ts';
import { type MqttSide, type MqttSideOptions, createMqttSide } from '../../test/support/mqtt-side.ts';

let broker: Mosquitto;
const cleanUp: (() => Promise<void>)[] = [];

before(async () => {
  broker = await startMosquitto();
});
after(() => broker.stop());
afterEach(async () => {
  for (const run of cleanUp.splice(0)) await run();
});

let bases = 0;

/** Each test has a base of its own on the one broker. */
async function setUp(
  options: Partial<MqttSideOptions> = {},
): Promise<{ base: string; side: MqttSide; client: MqttListener }> {
  const base = options.basePath ?? `test${++bases}`;
  const port = options.port ?? broker.port;
  const client = await listenTo(port, [`${base}/#`, 'elsewhere/#', 'replies/#']);
  const side = createMqttSide({ port, basePath: base, basePathIsEnvironment: false, ...options });
  cleanUp.push(
    () => side.stop(2),
    () => client.close(),
  );
  await side.connected();
  return { base, side, client };
}

const codeOf = (result: Record<string, unknown> | undefined): string =>
  (result?.['error'] as { code: string } | undefined)?.code ?? '';

test('events arrive in order with the text of the log', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  for (let n = 1; n <= 50; n++) side.eventLog.append(exampleRow(n), side.outlet.event);
  for (let n = 1; n <= 50; n++) {
    const { text, packet } = await client.next(`${base}/CP1/event/meter`);
    assert.equal((JSON.parse(text) as { seq: number }).seq, n);
    assert.equal(packet.qos, 1);
    assert.equal(packet.retain, false);
  }
});

test('state is retained at the topic of its form, and coalesced to the newest value', async () => {
  const { base, side, client } = await setUp();
  const state = side.addStation('CP 1');
  state.setForm('availability', 0, 'online');
  state.setForm('info', 0, '{"vendor":"Acme"}');
  state.setForm('session', 2, '{"id":"4711"}');
  state.set(0, 'station_status', 'idle');
  state.set(1, 'power', 1);
  state.set(1, 'power', 2);
  state.setConnector(1, 2, 'status', 'available');
  state.setCompatible('heartbeat', true);
  const S = `${base}/CP%201`;
  assert.equal((await client.next(`${S}/availability`)).text, 'online');
  assert.equal((await client.next(`${S}/info`)).text, '{"vendor":"Acme"}');
  assert.equal((await client.next(`${S}/evse/2/session`)).text, '{"id":"4711"}');
  assert.equal((await client.next(`${S}/state/station_status`)).text, 'idle');
  assert.equal((await client.next(`${S}/evse/1/state/power`)).text, '2');
  assert.equal((await client.next(`${S}/evse/1/connector/2/state/status`)).text, 'available');
  assert.equal((await client.next(`${S}/state/heartbeat`)).text, 'ON');

  const later = await listenTo(broker.port, [`${S}/evse/1/state/power`]);
  cleanUp.push(() => later.close());
  const retained = await later.next(`${S}/evse/1/state/power`);
  assert.equal(retained.text, '2');
  assert.equal(retained.packet.retain, true);
});

test('COMPAT_TOPICS=false drops the earlier program’s topics', async () => {
  const { base, side, client } = await setUp({ compatible: false });
  const state = side.addStation('CP1');
  side.result = () => ({
    ocpp: [{ version: 'ocpp1.6', action: 'Reset', request: {}, response: { status: 'Accepted' } }],
  });
  state.setCompatible('heartbeat', true);
  await client.publish(`${base}/CP1/cmd`, { action: 'reset' });
  await client.json(`${base}/CP1/cmd_result`);
  state.set(0, 'last', 'one');
  await client.next(`${base}/CP1/state/last`);
  const topics = new Set(client.received.map(({ topic }) => topic));
  assert.ok(!topics.has(`${base}/CP1/state/heartbeat`));
  assert.ok(!topics.has(`${base}/CP1/cmd_result/status`));
});

test('a command ends in one result, and its answer’s fields are retained for the earlier program’s users', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  side.result = () => ({
    result: { values: 1 },
    ocpp: [
      {
        version: 'ocpp1.6',
        action: 'GetConfiguration',
        request: {},
        response: { configurationKey: [{ key: 'a', readonly: true }], status: 'Accepted' },
      },
    ],
  });
  await client.publish(`${base}/CP1/cmd`, { action: 'get_configuration', id: 'a1', timeout: 5 });
  const { packet, text } = await client.next(`${base}/CP1/cmd_result`);
  const result = JSON.parse(text) as Record<string, unknown>;
  assert.deepEqual(
    [result['id'], result['action'], result['status']],
    ['a1', 'get_configuration', 'accepted'],
  );
  assert.equal(packet.retain, false);
  assert.equal(packet.qos, 1);
  assert.equal((await client.next(`${base}/CP1/cmd_result/status`)).text, 'Accepted');
  const list = await client.next(`${base}/CP1/cmd_result/configuration_key`);
  assert.equal(list.text, '[{"key":"a","readonly":true}]');
  assert.deepEqual(side.requests, [
    {
      station: 'CP1',
      action: 'get_configuration',
      args: undefined,
      id: 'a1',
      timeoutSeconds: 5,
      expiresAt: null,
      fingerprint: '["get_configuration",null]',
      by: 'mqtt',
      ownTopic: false,
      redelivered: false,
    },
  ]);
});

test('a failure shows as status, action and error, as in the earlier program', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  side.result = () => ({ status: 'offline', error: { code: 'internal', message: 'not connected' } });
  await client.publish(`${base}/CP1/cmd`, { action: 'reset' });
  assert.equal((await client.next(`${base}/CP1/cmd_result/status`)).text, 'error');
  assert.equal((await client.next(`${base}/CP1/cmd_result/action`)).text, 'reset');
  assert.equal((await client.next(`${base}/CP1/cmd_result/error`)).text, 'not connected');
});

test('S/cmd/, S/cmd/<action> and X/cmd are S/cmd; other suffixes are nobody’s', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  await client.publish(`${base}/CP1/cmd/nonsense`, { action: 'nonsense' });
  await client.publish(`${base}/CP1/cmd/`, { action: 'stop' });
  await client.publish(`${base}/CP1/cmd/start`, { args: { evse: 2 } });
  await client.publish(`${base}/CP1/evse/3/cmd`, { action: 'start' });
  await client.publish(`${base}/CP1/cmd/start`, { action: 'stop' });
  const results = [];
  for (let at = 0; at < 4; at++) results.push(await client.json(`${base}/CP1/cmd_result`));
  assert.deepEqual(
    side.requests.map((request) => [request.action, request.args, request.ownTopic]),
    [
      ['stop', undefined, false],
      ['start', { evse: 2 }, true],
      ['start', { evse: 3 }, false],
    ],
  );
  assert.equal(codeOf(results[3]), 'invalid_payload');
});

test('what cannot be read ends in a result that says why', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  const S = `${base}/CP1`;
  const cases: [string, string, string][] = [
    [`${S}/cmd`, '{"action":', 'invalid_json'],
    [`${S}/cmd`, '[1]', 'invalid_payload'],
    [`${S}/cmd`, '{}', 'invalid_payload'],
    [`${S}/cmd`, '{"action":"start","timeout":-1}', 'invalid_payload'],
    [`${S}/evse/1/cmd`, '{"action":"start","args":{"evse":2}}', 'invalid_payload'],
    [`${S}/evse/1/set/current_limit`, 'lots', 'invalid_args'],
    [`${S}/set/nothing`, '1', 'unknown_action'],
  ];
  for (const [topic, payload, code] of cases) {
    await client.publish(topic, payload);
    const result = await client.json(`${S}/cmd_result`);
    assert.equal(result['status'], 'error', payload);
    assert.equal(codeOf(result), code, payload);
  }
  assert.deepEqual(side.requests, []);
});

test('the answer goes to the Response Topic with its Correlation Data, and to the station’s topic', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  const properties = { responseTopic: 'replies/me', correlationData: Buffer.from('42') };
  await client.publish(`${base}/CP1/cmd`, { action: 'start', id: 'r1' }, { properties });
  const reply = await client.next('replies/me');
  assert.equal(reply.packet.properties?.correlationData?.toString(), '42');
  assert.equal((JSON.parse(reply.text) as { id: string }).id, 'r1');
  await client.next(`${base}/CP1/cmd_result`);
});

test('a Response Topic below our own topics is refused, and nothing is executed', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  const properties = { responseTopic: `${base}/CP1/cmd` };
  await client.publish(`${base}/CP1/cmd`, { action: 'start', id: 'r1' }, { properties });
  const result = await client.json(`${base}/CP1/cmd_result`);
  assert.equal(result['id'], 'r1');
  assert.equal(codeOf(result), 'response_topic');
  assert.deepEqual(side.requests, []);
});

test('for a station that is not registered nothing is retained', async () => {
  const { base, side, client } = await setUp();
  side.result = () => ({ status: 'error', error: { code: 'unknown_station', message: 'no such station' } });
  await client.publish(`${base}/nobody/cmd`, { action: 'start' });
  const result = await client.json(`${base}/nobody/cmd_result`);
  assert.equal(result['status'], 'error');
  await client.publish(`${base}/nobody/cmd`, { action: 'start' });
  await client.json(`${base}/nobody/cmd_result`);
  assert.deepEqual(
    client.received.filter(({ topic }) => topic.startsWith(`${base}/nobody/cmd_result/`)),
    [],
  );
});

test('a retained command is logged once and ignored', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  await client.publish(`${base}/CP1/cmd`, { action: 'start' }, { retain: true });
  await client.json(`${base}/CP1/cmd_result`);
  assert.equal(side.requests.length, 1, 'it was new to those who listened');

  const other = createMqttSide({ port: broker.port, basePath: base, basePathIsEnvironment: false });
  cleanUp.push(() => other.stop(2));
  await other.connected();
  await client.publish(`${base}/CP1/cmd`, { action: 'stop' });
  await client.json(`${base}/CP1/cmd_result`);
  await client.json(`${base}/CP1/cmd_result`);
  assert.deepEqual(
    other.requests.map(({ action }) => action),
    ['stop'],
  );
  assert.equal(other.logged.filter(({ message }) => message.includes('retained')).length, 1);
  await client.publish(`${base}/CP1/cmd`, '', { retain: true });
});

test('a scalar becomes a command, and the real state is published again, also after a refusal', async () => {
  const { base, side, client } = await setUp();
  const state = side.addStation('CP1');
  state.set(1, 'current_limit', 16);
  state.set(0, 'authorization', 'list');
  const X = `${base}/CP1/evse/1`;
  await client.next(`${X}/state/current_limit`);
  await client.next(`${base}/CP1/state/authorization`);

  await client.publish(`${X}/set/current_limit`, '10.5');
  await client.next(`${X}/state/current_limit`);
  await client.publish(`${X}/set/current_limit`, 'none');
  await client.next(`${X}/state/current_limit`);
  side.result = () => ({ status: 'rejected' });
  await client.publish(`${base}/CP1/set/authorization`, 'open');
  assert.equal((await client.next(`${base}/CP1/state/authorization`)).text, 'list');
  await client.publish(`${X}/set/current_limit`, 'much');
  assert.equal((await client.next(`${X}/state/current_limit`)).text, '16');
  await client.publish(`${X}/set/charging`, 'ON');
  await client.publish(`${X}/set/phases`, '3');
  for (let at = 0; at < 6; at++) await client.json(`${base}/CP1/cmd_result`);
  assert.deepEqual(
    side.requests.map(({ action, args }) => [action, args]),
    [
      ['set_limit', { evse: 1, current: 10.5 }],
      ['clear_limit', { evse: 1 }],
      ['set_authorization', { mode: 'open' }],
      ['start', { evse: 1 }],
      ['set_phases', { evse: 1, phases: 3 }],
    ],
  );
  const others = client.received.map(({ topic }) => topic);
  assert.deepEqual(
    others.filter((topic) => topic.includes('cmd_result/') || topic.endsWith('transaction_active')),
    [],
  );
});

test('a raw call is answered in the words of OCPP-J', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  side.result = () => ({ result: { status: 'Accepted' } });
  await client.publish(`${base}/CP1/call/Reset`, { type: 'Soft' });
  assert.deepEqual(await client.json(`${base}/CP1/call_result/Reset`), {
    id: null,
    status: 'ok',
    payload: { status: 'Accepted' },
  });
  const error = { code: 'NotSupported', description: 'no', details: {} };
  side.result = () => ({
    status: 'error',
    error: { code: 'call_error', message: 'no' },
    ocpp: [{ version: 'ocpp1.6', action: 'Reset', request: {}, error }],
  });
  await client.publish(`${base}/CP1/call/Reset`, { id: 'x1', timeout: 3, payload: { type: 'Hard' } });
  assert.deepEqual(await client.json(`${base}/CP1/call_result/Reset`), { id: 'x1', status: 'error', error });
  assert.deepEqual(
    side.requests.map(({ action, args, id, timeoutSeconds, ownTopic }) => [
      action,
      args,
      id,
      timeoutSeconds,
      ownTopic,
    ]),
    [
      ['Reset', { type: 'Soft' }, null, null, true],
      ['Reset', { type: 'Hard' }, 'x1', 3, true],
    ],
  );
});

test('an outside decision is asked and its answer taken; without one the deadline ends it', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  const question = {
    stationId: 'CP1',
    action: 'Authorize',
    request: { idTag: 'A' },
    evse: 1,
    timeoutMs: 5000,
  };
  const decision = side.outlet.ask(question);
  const ask = await client.json(`${base}/CP1/ask/Authorize`);
  assert.deepEqual([ask['request'], ask['evse']], [{ idTag: 'A' }, 1]);
  await client.publish(`${base}/CP1/answer/someone-else`, {});
  await client.publish(`${base}/CP1/answer/${String(ask['id'])}`, 'not JSON');
  await client.publish(`${base}/CP1/answer/${String(ask['id'])}`, { idTagInfo: { status: 'Accepted' } });
  assert.deepEqual(await decision, { idTagInfo: { status: 'Accepted' } });
  assert.equal(await side.outlet.ask({ ...question, timeoutMs: 1 }), null);
});

test('live events, frames, replays and the gateway’s own words have their topics', async () => {
  const { base, side, client } = await setUp();
  side.addStation('CP1');
  const payload = { event_type: 'accepted', id_token: '04A3', evse: 1 };
  side.outlet.live({ stationId: 'CP1', evse: null, topic: 'rfid', payload });
  side.outlet.live({ stationId: 'CP1', evse: 2, topic: 'session_event', payload: { event_type: 'plugged' } });
  side.outlet.raw('CP1', 'in', '[2,"1","Heartbeat",{}]');
  await side.outlet.replay(exampleRow(7));
  side.outlet.bridgeEvent({ event: 'takeover', station: 'CP1' });
  side.info({ version: '1.0.0' });
  side.logLine({ level: 'warn', time: '2026-11-22T10:00:00Z', message: 'hello' });
  assert.deepEqual(await client.json(`${base}/CP1/rfid`), payload);
  assert.equal((await client.json(`${base}/CP1/evse/2/session_event`))['event_type'], 'plugged');
  assert.equal((await client.next(`${base}/CP1/raw/in`)).packet.qos, 0);
  assert.equal((await client.json(`${base}/CP1/replay/meter`))['seq'], 7);
  assert.equal((await client.json(`${base}/bridge/event`))['event'], 'takeover');
  assert.equal((await client.json(`${base}/bridge/info`))['version'], '1.0.0');
  assert.equal((await client.json(`${base}/bridge/log`))['message'], 'hello');
  const station = await client.json(`${base}/bridge/stations/CP1`);
  assert.deepEqual([station['online'], station['topic'], station['joined']], [true, `${base}/CP1`, true]);
});

test('a command of the gateway has its own topics', async () => {
  const { base, side, client } = await setUp();
  await client.publish(`${base}/bridge/cmd`, { action: 'permit_join', args: { seconds: 60 }, id: 'b1' });
  assert.equal((await client.json(`${base}/bridge/cmd_result`))['id'], 'b1');
  assert.deepEqual([side.requests[0]?.action, side.requests[0]?.args], ['permit_join', { seconds: 60 }]);
});

test('a stale will is contradicted, and the last word is offline', async () => {
  const { base, side, client } = await setUp();
  await client.next(`${base}/bridge/state`, ({ text }) => text === 'online');
  await client.publish(`${base}/bridge/state`, 'offline', { retain: true });
  await client.next(`${base}/bridge/state`, ({ text }) => text === 'offline');
  await client.next(`${base}/bridge/state`, ({ text }) => text === 'online');
  const state = side.addStation('CP1');
  state.setForm('availability', 0, 'offline');
  await side.stop(2);
  await client.next(`${base}/CP1/availability`, ({ text }) => text === 'offline');
  await client.next(`${base}/bridge/state`, ({ text }) => text === 'offline');
});

test('in single-station mode the base is the station’s topic', async () => {
  const { base, side, client } = await setUp({ basePathIsEnvironment: true });
  side.addStation('CP1').set(0, 'station_status', 'idle');
  assert.equal((await client.next(`${base}/state/station_status`)).text, 'idle');
  await client.publish(`${base}/cmd/`, { action: 'start' });
  await client.json(`${base}/cmd_result`);
  await client.publish(`${base}/bridge/cmd`, { action: 'token_list' });
  await client.json(`${base}/bridge/cmd_result`);
  assert.deepEqual(
    side.requests.map((request) => ('station' in request ? request.station : null)),
    ['CP1', null],
  );
});

test('a station that moves is cleared at its old topics and published at the new ones', async () => {
  const { base, side, client } = await setUp();
  const state = side.addStation('CP1');
  state.set(1, 'power', 7);
  await client.next(`${base}/CP1/evse/1/state/power`);
  side.addStation('CP1', { topic: 'elsewhere/wallbox' });
  assert.equal((await client.next(`${base}/CP1/evse/1/state/power`)).text, '');
  assert.equal((await client.next('elsewhere/wallbox/evse/1/state/power')).text, '7');
  await client.publish('elsewhere/wallbox/cmd', { action: 'start' });
  await client.json('elsewhere/wallbox/cmd_result');
  assert.equal(side.requests.length, 1);
});

test('the topics of a removed station are cleared', async () => {
  const { base, side, client } = await setUp();
  const state = side.addStation('CP1');
  side.result = () => ({
    ocpp: [{ version: 'ocpp1.6', action: 'Reset', request: {}, response: { status: 'Accepted' } }],
  });
  state.set(1, 'power', 7);
  await client.publish(`${base}/CP1/cmd`, { action: 'reset' });
  await client.next(`${base}/CP1/cmd_result/status`);
  await client.next(`${base}/CP1/evse/1/state/power`);
  side.outlet.cleared('CP1', state.entries());
  side.outlet.station('CP1', null);
  for (const topic of ['CP1/evse/1/state/power', 'CP1/cmd_result/status', 'bridge/stations/CP1']) {
    await client.next(`${base}/${topic}`, ({ text }) => text === '');
  }
});

test('a broker that is killed in the middle costs no event and no final state', async () => {
  const own = await startMosquitto();
  cleanUp.push(() => own.stop());
  const eventLog = createMemoryEventLog();
  const { base, side, client } = await setUp({ port: own.port, eventLog });
  const state = side.addStation('CP1');
  const total = 3000;
  let n = 0;
  const append = (until: number): void => {
    while (n < until) {
      eventLog.append(exampleRow(++n), side.outlet.event);
      state.set(1, 'energy', n);
    }
  };
  append(1000);
  await client.next(`${base}/CP1/event/meter`);
  await own.kill();
  append(2000);
  await own.restart();
  await side.connected();
  append(total);
  await client.next(`${base}/CP1/evse/1/state/energy`, ({ text }) => text === String(total));
  await eventLog.reached(total);
});

test('an event above the broker’s maximum packet is published without request and response', async () => {
  const own = await startMosquitto({ maxPacketSize: 2000 });
  cleanUp.push(() => own.stop());
  const { base, side, client } = await setUp({ port: own.port });
  side.addStation('CP1');
  const frame = JSON.stringify([2, '1', 'DataTransfer', { vendorId: 'Acme', data: 'x'.repeat(3000) }]);
  side.eventLog.append(exampleRow(1, { version: 'ocpp1.6', frame, answer: '[3,"1",{}]' }), side.outlet.event);
  side.eventLog.append(exampleRow(2), side.outlet.event);
  const event = await client.json(`${base}/CP1/event/meter`);
  assert.deepEqual([event['seq'], event['truncated'], 'ocpp' in event], [1, true, false]);
  assert.ok(Number(event['bytes']) > 3000);
  await side.eventLog.reached(2);
});

test('events that an ACL forbids are kept, with an alarm, and nothing is acknowledged', async () => {
  const own = await startMosquitto({ aclFile: 'topic readwrite #\ntopic deny test/CP1/event/meter\n' });
  cleanUp.push(() => own.stop());
  const { base, side, client } = await setUp({ port: own.port, basePath: 'test' });
  side.addStation('CP1');
  side.eventLog.append(exampleRow(1), side.outlet.event);
  const alarm = await client.json(`${base}/bridge/event`);
  assert.deepEqual([alarm['event'], alarm['alarm'], alarm['reason_code']], ['alarm', 'events_refused', 0x87]);
  assert.equal(side.eventLog.acknowledged, 0);
});

test('MQTT 3.1.1 carries everything but response topics', async () => {
  const { base, side, client } = await setUp({ protocol: '3.1.1' });
  side.addStation('CP1').set(1, 'power', 11);
  await client.next(`${base}/CP1/evse/1/state/power`);
  await client.publish(`${base}/CP1/cmd`, { action: 'start' });
  assert.equal((await client.json(`${base}/CP1/cmd_result`))['status'], 'accepted');
});
