import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createMqttSide } from '../../test/support/mqtt-side.ts';
import { useMqtt } from '../../test/support/mqtt-tests.ts';

const mqtt = useMqtt();

const codeOf = (result: Record<string, unknown>): string =>
  (result['error'] as { code: string } | undefined)?.code ?? '';

test('a command ends in one result, and its answer’s fields are retained for the earlier program’s users', async () => {
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp();
  side.addStation('CP1');
  side.result = () => ({ status: 'offline', error: { code: 'internal', message: 'not connected' } });
  await client.publish(`${base}/CP1/cmd`, { action: 'reset' });
  assert.equal((await client.next(`${base}/CP1/cmd_result/status`)).text, 'error');
  assert.equal((await client.next(`${base}/CP1/cmd_result/action`)).text, 'reset');
  assert.equal((await client.next(`${base}/CP1/cmd_result/error`)).text, 'not connected');
});

test('S/cmd/, S/cmd/<action> and X/cmd are S/cmd; other suffixes are nobody’s', async () => {
  const { base, side, client } = await mqtt.setUp();
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
  assert.equal(results.filter((result) => codeOf(result) === 'invalid_payload').length, 1);
});

test('what cannot be read ends in a result that says why', async () => {
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp();
  side.addStation('CP1');
  const properties = { responseTopic: 'replies/me', correlationData: Buffer.from('42') };
  await client.publish(`${base}/CP1/cmd`, { action: 'start', id: 'r1' }, { properties });
  const reply = await client.next('replies/me');
  assert.equal(reply.packet.properties?.correlationData?.toString(), '42');
  assert.equal((JSON.parse(reply.text) as { id: string }).id, 'r1');
  await client.next(`${base}/CP1/cmd_result`);
});

test('a Response Topic below our own topics is refused, and nothing is executed', async () => {
  const { base, side, client } = await mqtt.setUp();
  side.addStation('CP1');
  const properties = { responseTopic: `${base}/CP1/cmd` };
  await client.publish(`${base}/CP1/cmd`, { action: 'start', id: 'r1' }, { properties });
  const result = await client.json(`${base}/CP1/cmd_result`);
  assert.equal(result['id'], 'r1');
  assert.equal(codeOf(result), 'response_topic');
  assert.deepEqual(side.requests, []);
});

test('for a station that is not registered nothing is retained', async () => {
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp();
  side.addStation('CP1');
  await client.publish(`${base}/CP1/cmd`, { action: 'start' }, { retain: true });
  await client.json(`${base}/CP1/cmd_result`);
  assert.equal(side.requests.length, 1, 'it was new to those who listened');

  const other = createMqttSide({ port: mqtt.port, basePath: base, basePathIsEnvironment: false });
  mqtt.cleanUp(() => other.stop(2));
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
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp();
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

test('a command of the gateway has its own topics', async () => {
  const { base, side, client } = await mqtt.setUp();
  await client.publish(`${base}/bridge/cmd`, { action: 'permit_join', args: { seconds: 60 }, id: 'b1' });
  assert.equal((await client.json(`${base}/bridge/cmd_result`))['id'], 'b1');
  assert.deepEqual([side.requests[0]?.action, side.requests[0]?.args], ['permit_join', { seconds: 60 }]);
});
