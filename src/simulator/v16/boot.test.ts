import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench, buildBench } from '../test-bench.ts';

test('a station boots, tells its statuses and then sends heartbeats at the interval of the answer', async (t) => {
  const { csms, pass, statuses } = await buildAcceptedBench(t, { connectors: 2 });
  assert.equal(csms.handshakes[0]?.url, '/ocpp/SIM-1');
  assert.equal(csms.received[0]?.action, 'BootNotification');
  assert.deepEqual([0, 1, 2].flatMap(statuses), ['Available', 'Available', 'Available']);
  assert.equal(csms.all('SecurityEventNotification')[0]?.type, 'StartupOfTheDevice');
  await pass(601);
  assert.equal(csms.all('Heartbeat').length, 2);
});

test('while its boot is Pending a station says only what it is asked for, and boots again after the interval', async (t) => {
  const { csms, station, settle, pass } = await buildBench(t);
  csms.answers.BootNotification = () => ({
    status: 'Pending',
    interval: 20,
    currentTime: '2026-01-05T08:00:00Z',
  });
  station.start();
  await station.until((view) => view.registration === 'pending');
  await settle();
  assert.deepEqual(
    csms.received.map(({ action }) => action),
    ['BootNotification'],
  );
  const { status } = await csms.call('RemoteStartTransaction', { idTag: 'CARD' });
  assert.equal(status, 'Rejected');
  await csms.call('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 });
  await settle();
  assert.equal(csms.all('StatusNotification').length, 1);
  delete csms.answers.BootNotification;
  await pass(20);
  assert.equal(station.view.registration, 'accepted');
  assert.equal(csms.all('BootNotification').length, 2);
});

test('a rejected station leaves and comes back after the interval', async (t) => {
  const { csms, station, pass } = await buildBench(t);
  csms.answers.BootNotification = () => ({
    status: 'Rejected',
    interval: 90,
    currentTime: '2026-01-05T08:00:00Z',
  });
  station.start();
  await station.until((view) => view.registration === 'rejected');
  assert.equal(station.view.online, false);
  delete csms.answers.BootNotification;
  await pass(89);
  assert.equal(csms.all('BootNotification').length, 1);
  await pass(2);
  assert.equal(station.view.registration, 'accepted');
});

test('a station that comes back without having booted sends no BootNotification', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  station.goOffline();
  assert.equal(station.view.online, false);
  station.fault('GroundFailure');
  station.clearFault();
  station.plug();
  station.goOnline();
  await station.until((view) => view.online);
  await settle();
  assert.equal(csms.all('BootNotification').length, 1);
  const statuses = csms.all('StatusNotification').map(({ status }) => status);
  // OCPP 1.6 §4.9: the current status, not what happened in between.
  assert.deepEqual(statuses, ['Available', 'Available', 'Preparing']);
});

test('a connection that breaks is built up again', async (t) => {
  const { csms, station, clock, settle } = await buildAcceptedBench(t);
  csms.drop();
  await station.until((view) => !view.online);
  const back = station.until((view) => view.online);
  await clock.advance(2000, settle);
  await back;
  assert.equal(csms.handshakes.length, 2);
});

test('a password goes out as Basic authentication, and a key set by the CSMS as the bytes it stands for', async (t) => {
  const { csms, station, pass } = await buildAcceptedBench(t, { password: 'a-long-enough-secret' });
  const basic = (key: string | Buffer) =>
    `Basic ${Buffer.concat([Buffer.from('SIM-1:'), Buffer.from(key)]).toString('base64')}`;
  assert.equal(csms.handshakes[0]?.authorization, basic('a-long-enough-secret'));
  const key = '00112233445566778899aabbccddeeff00112233';
  const { status } = await csms.call('ChangeConfiguration', { key: 'AuthorizationKey', value: key });
  assert.equal(status, 'Accepted');
  await station.until((view) => !view.online);
  const back = station.until((view) => view.online);
  await pass(3);
  await back;
  assert.equal(csms.handshakes[1]?.authorization, basic(Buffer.from(key, 'hex')));
});
