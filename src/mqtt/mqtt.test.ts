import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createMemoryEventLog, exampleRow } from '../../test/support/memory-event-log.ts';
import { startMosquitto } from '../../test/support/mosquitto.ts';
import { listenTo } from '../../test/support/mqtt-listener.ts';
import { useMqtt } from '../../test/support/mqtt-tests.ts';

const mqtt = useMqtt();

test('events arrive in order with the text of the log', async () => {
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp();
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

  const later = await listenTo(mqtt.port, [`${S}/evse/1/state/power`]);
  mqtt.cleanUp(() => later.close());
  const retained = await later.next(`${S}/evse/1/state/power`);
  assert.equal(retained.text, '2');
  assert.equal(retained.packet.retain, true);
});

test('COMPAT_TOPICS=false drops the earlier program’s topics', async () => {
  const { base, side, client } = await mqtt.setUp({ compatible: false });
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

test('live events, frames, replays and the gateway’s own words have their topics', async () => {
  const { base, side, client } = await mqtt.setUp();
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

test('a stale will is contradicted, and the last word is offline', async () => {
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp({ basePathIsEnvironment: true });
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
  const { base, side, client } = await mqtt.setUp();
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
  const { base, side, client } = await mqtt.setUp();
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
  mqtt.cleanUp(() => own.stop());
  const eventLog = createMemoryEventLog();
  const { base, side, client } = await mqtt.setUp({ port: own.port, eventLog });
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
  mqtt.cleanUp(() => own.stop());
  const { base, side, client } = await mqtt.setUp({ port: own.port });
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
  mqtt.cleanUp(() => own.stop());
  const { base, side, client } = await mqtt.setUp({ port: own.port, basePath: 'test' });
  side.addStation('CP1');
  side.eventLog.append(exampleRow(1), side.outlet.event);
  const alarm = await client.json(`${base}/bridge/event`);
  assert.deepEqual([alarm['event'], alarm['alarm'], alarm['reason_code']], ['alarm', 'events_refused', 0x87]);
  assert.equal(side.eventLog.acknowledged, 0);
});

test('MQTT 3.1.1 carries everything but response topics', async () => {
  const { base, side, client } = await mqtt.setUp({ protocol: '3.1.1' });
  side.addStation('CP1').set(1, 'power', 11);
  await client.next(`${base}/CP1/evse/1/state/power`);
  await client.publish(`${base}/CP1/cmd`, { action: 'start' });
  assert.equal((await client.json(`${base}/CP1/cmd_result`))['status'], 'accepted');
});
