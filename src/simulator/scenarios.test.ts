import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runConsoleLine } from './console.ts';
import { describeFrame } from './frame-lines.ts';
import { playScenario } from './scenarios.ts';
import { createStation } from './station.ts';
import { buildAcceptedBench } from './test-bench.ts';

test('the scenario charge charges within seconds, and again when the vehicle is full', async (t) => {
  const { csms, station, clock, pass, statuses } = await buildAcceptedBench(t);
  const end = playScenario(station, 'charge', { clock });
  t.after(end);
  await pass(8);
  assert.equal(statuses().at(-1), 'Charging');
  await pass(10 * 3600);
  assert.ok(csms.all('StartTransaction').length >= 2);
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'Local');
});

test('somebody else may end the transaction: the vehicle leaves and another one comes', async (t) => {
  const { csms, station, clock, pass, statuses } = await buildAcceptedBench(t);
  t.after(playScenario(station, 'charge', { clock }));
  await pass(8);
  await csms.call('RemoteStopTransaction', { transactionId: 101 });
  await pass(1);
  assert.equal(statuses().at(-1), 'Finishing');
  await pass(40);
  assert.equal(csms.all('StartTransaction').length, 2);
});

test('the scenario day has sessions of different length', async (t) => {
  const { csms, station, clock, pass } = await buildAcceptedBench(t, { meterInterval: 900 });
  t.after(playScenario(station, 'day', { clock }));
  await pass(24 * 3600);
  assert.ok(csms.all('StopTransaction').length >= 2);
});

test('the console acts on all stations or on the one that is named', async (t) => {
  const { station, settle } = await buildAcceptedBench(t);
  const say = (line: string) => runConsoleLine(line, [station]);
  assert.deepEqual(await say('plug'), []);
  assert.deepEqual(await say('SIM-1 card CARD'), ['SIM-1 card CARD: started']);
  await settle();
  assert.match(String(await say('status')), /connector 1: Charging/);
  assert.deepEqual(await say('offline'), ['SIM-1 is offline']);
  await say('online');
  await station.until((view) => view.online);
  await say('fault GroundFailure');
  assert.equal(station.view.connectors[0]?.status, 'Faulted');
  await say('clear');
  await say('unplug 1');
  assert.equal(station.view.connectors[0]?.status, 'Available');
  assert.match(String(await say('dance')), /unknown command dance/);
  assert.match(String(await say('plug two')), /two is no connector/);
  assert.match(String(await say('plug 2')), /has no connector 2/);
  assert.match(String(await say('card')), /say card <idTag>/);
  assert.match(String(await say('help')), /quit/);
  assert.equal(await say('quit'), 'quit');
});

test('a frame is one line for people', () => {
  assert.equal(
    describeFrame('[2,"1","StatusNotification",{"connectorId":1,"status":"Charging"}]'),
    'StatusNotification connectorId=1 status=Charging',
  );
  assert.equal(
    describeFrame('[3,"1",{"idTagInfo":{"status":"Accepted"}}]'),
    'answer idTagInfo.status=Accepted',
  );
  assert.equal(describeFrame('[3,"1",{}]'), 'answer');
  assert.match(describeFrame('[4,"1","InternalError","",{}]'), /^error .*InternalError/);
});

test('a URL that is none for a WebSocket is refused', () => {
  assert.throws(() => createStation({ id: 'A', url: 'http://localhost' }), /ws:\/\//);
  assert.throws(() => createStation({ id: 'A', url: 'localhost' }), TypeError);
});
