import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench } from '../test-bench.ts';

const transactional = new Set(['StartTransaction', 'MeterValues', 'StopTransaction']);

test('what happens offline is told in order when the network is back, with the id that the CSMS then gives', async (t) => {
  const { csms, station, pass, settle } = await buildAcceptedBench(t);
  await csms.call('SendLocalList', {
    listVersion: 1,
    updateType: 'Full',
    localAuthorizationList: [{ idTag: 'LOCAL', idTagInfo: { status: 'Accepted' } }],
  });
  station.goOffline();
  station.plug();
  assert.equal(await station.presentCard('UNKNOWN'), 'refused');
  assert.equal(await station.presentCard('LOCAL'), 'started');
  await pass(150);
  await station.presentCard('LOCAL');
  assert.equal(station.view.queued, 4);
  station.goOnline();
  await station.until((view) => view.queued === 0);
  await settle();
  const told = csms.received.filter(({ action }) => transactional.has(action));
  assert.deepEqual(
    told.map(({ action }) => action),
    ['StartTransaction', 'MeterValues', 'MeterValues', 'StopTransaction'],
  );
  assert.deepEqual(
    csms.all('MeterValues').map(({ transactionId }) => transactionId),
    [101, 101],
  );
  assert.equal(csms.all('StopTransaction')[0]?.transactionId, 101);
  assert.equal(csms.all('StartTransaction')[0]?.timestamp, '2026-01-05T08:00:00.000Z');
});

test('a message that fails is sent again after growing waits, and given up after the last attempt', async (t) => {
  const { csms, station, pass, settle } = await buildAcceptedBench(t);
  csms.answers.StartTransaction = () => 'error';
  await csms.call('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '0' });
  station.plug();
  await station.presentCard('CARD');
  await settle();
  assert.equal(csms.all('StartTransaction').length, 1);
  await pass(9);
  assert.equal(csms.all('StartTransaction').length, 1);
  await pass(1);
  assert.equal(csms.all('StartTransaction').length, 2);
  await pass(19);
  assert.equal(csms.all('StartTransaction').length, 2);
  await pass(1);
  assert.equal(csms.all('StartTransaction').length, 3);
  await pass(600);
  assert.equal(csms.all('StartTransaction').length, 3);
  // Errata sheet §3.18
  await station.presentCard('CARD');
  await settle();
  assert.equal(csms.all('StopTransaction')[0]?.transactionId, -1);
});

test('an answer that does not come is a failure too, and other messages do not wait for it', async (t) => {
  const { csms, station, clock, settle } = await buildAcceptedBench(t);
  csms.answers.StartTransaction = () => 'silence';
  station.plug();
  await station.presentCard('CARD');
  await clock.advance(30_000);
  await settle();
  assert.equal(csms.all('StatusNotification').at(-1)?.status, 'Charging');
  delete csms.answers.StartTransaction;
  await clock.advance(10_000, settle);
  assert.equal(csms.all('StartTransaction').length, 2);
  assert.equal(station.view.connectors[0]?.transactionId, '101');
});

test('cards the CSMS has accepted are accepted offline too, until the cache is cleared', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  station.plug();
  await station.presentCard('CARD');
  await station.presentCard('CARD');
  await settle();
  station.goOffline();
  assert.equal(await station.presentCard('CARD'), 'started');
  await station.presentCard('CARD');
  station.goOnline();
  await station.until((view) => view.online && view.queued === 0);
  assert.deepEqual(await csms.call('ClearCache', {}), { status: 'Accepted' });
  station.goOffline();
  assert.equal(await station.presentCard('CARD'), 'refused');
});

test('unknown cards are accepted offline where that is allowed, and stopped when the CSMS refuses them', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  await csms.call('ChangeConfiguration', { key: 'AllowOfflineTxForUnknownId', value: 'true' });
  csms.answers.StartTransaction = () => ({ transactionId: 9, idTagInfo: { status: 'Invalid' } });
  station.goOffline();
  station.plug();
  assert.equal(await station.presentCard('NEVER-SEEN'), 'started');
  station.goOnline();
  await station.until((view) => view.online && view.queued === 0);
  await settle();
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'DeAuthorized');
});

test('after a loss of power a transaction is ended with the meter of that moment', async (t) => {
  const { csms, station, pass, settle } = await buildAcceptedBench(t);
  station.plug();
  await station.presentCard('CARD');
  await pass(60);
  station.crash();
  assert.equal(station.view.registration, 'off');
  await pass(3600);
  station.start();
  await station.until((view) => view.registration === 'accepted' && view.queued === 0);
  await settle();
  const [stop] = csms.all('StopTransaction');
  assert.equal(stop?.reason, 'PowerLoss');
  assert.equal(stop?.timestamp, '2026-01-05T08:01:00.000Z');
  assert.equal(csms.all('BootNotification').length, 2);
});

test('switching off ends the transaction before the connection is closed', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  station.plug();
  await station.presentCard('CARD');
  await settle();
  await station.stop();
  assert.equal(csms.all('StopTransaction').length, 1);
  assert.equal(station.view.online, false);
});
