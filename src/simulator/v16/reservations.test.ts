import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench, type Bench } from '../test-bench.ts';

function reserve({ csms }: Bench, reservationId: number, connectorId: number, idTag = 'GUEST', minutes = 30) {
  const expiryDate = new Date(Date.UTC(2026, 0, 5, 8, minutes)).toISOString();
  return csms
    .call('ReserveNow', { reservationId, connectorId, idTag, expiryDate })
    .then(({ status }) => status);
}

test('a reserved connector is for its card only, and the transaction names the reservation', async (t) => {
  const bench = await buildAcceptedBench(t);
  const { csms, station, settle, statuses } = bench;
  assert.equal(await reserve(bench, 7, 1), 'Accepted');
  await settle();
  assert.equal(statuses().at(-1), 'Reserved');
  assert.equal(await reserve(bench, 8, 1), 'Occupied');
  assert.equal(await station.presentCard('STRANGER'), 'refused');
  assert.equal(
    (await csms.call('RemoteStartTransaction', { idTag: 'STRANGER', connectorId: 1 })).status,
    'Rejected',
  );
  assert.equal(await station.presentCard('GUEST'), 'waiting for cable');
  station.plug();
  await settle();
  assert.equal(csms.all('StartTransaction')[0]?.reservationId, 7);
  assert.equal((await csms.call('CancelReservation', { reservationId: 7 })).status, 'Rejected');
});

test('a reservation ends by itself, or when it is cancelled', async (t) => {
  const bench = await buildAcceptedBench(t);
  const { csms, pass, settle, statuses } = bench;
  await reserve(bench, 1, 1, 'GUEST', 1);
  await pass(60);
  assert.deepEqual(statuses(), ['Available', 'Reserved', 'Available']);
  await reserve(bench, 2, 1);
  assert.equal((await csms.call('CancelReservation', { reservationId: 2 })).status, 'Accepted');
  await settle();
  assert.equal(statuses().at(-1), 'Available');
});

test('a reservation is answered with what hinders it', async (t) => {
  const bench = await buildAcceptedBench(t, { connectors: 2 });
  const { csms, station } = bench;
  station.fault('GroundFailure', 1);
  assert.equal(await reserve(bench, 1, 1), 'Faulted');
  station.clearFault(1);
  await csms.call('ChangeAvailability', { connectorId: 1, type: 'Inoperative' });
  assert.equal(await reserve(bench, 1, 1), 'Unavailable');
  station.plug(2);
  assert.equal(await reserve(bench, 1, 2), 'Occupied');
  assert.equal(await reserve(bench, 1, 3), 'Rejected');
  assert.equal(await reserve(bench, 1, 2, 'GUEST', 0), 'Rejected');
});

test('a reservation of connector 0 keeps one connector free', async (t) => {
  const bench = await buildAcceptedBench(t, { connectors: 2 });
  const { station } = bench;
  assert.equal(await reserve(bench, 1, 0), 'Accepted');
  station.plug(1);
  assert.equal(await station.presentCard('STRANGER', 1), 'started');
  station.plug(2);
  assert.equal(await station.presentCard('OTHER', 2), 'refused');
  assert.equal(await station.presentCard('GUEST', 2), 'started');
});
