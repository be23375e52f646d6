import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench } from '../test-bench.ts';
import { createVehicle } from '../vehicle.ts';

test('a session goes Preparing, Charging, Finishing, Available, and its energy is what the power says', async (t) => {
  const { csms, station, settle, pass, statuses } = await buildAcceptedBench(t);
  station.plug(1, createVehicle({ soc: 20, maxCurrent: 16 }));
  assert.equal(await station.presentCard('CARD-1'), 'started');
  await pass(3600);
  assert.equal(await station.presentCard('card-1'), 'stopped');
  station.unplug();
  await settle();
  assert.deepEqual(statuses(), ['Available', 'Preparing', 'Charging', 'Finishing', 'Available']);
  const [start] = csms.all('StartTransaction');
  const [stop] = csms.all('StopTransaction');
  assert.equal(start?.meterStart, 1000);
  assert.equal(stop?.transactionId, 101);
  assert.equal(stop?.reason, 'Local');
  const energy = (stop?.meterStop ?? 0) - (start?.meterStart ?? 0);
  assert.ok(energy > 10_700 && energy < 11_300, `${energy} Wh in an hour of 3 x 16 A`);
});

test('the station authorizes the card first, and a refused one starts nothing', async (t) => {
  const { csms, station, settle, statuses } = await buildAcceptedBench(t);
  csms.answers.Authorize = () => ({ idTagInfo: { status: 'Blocked' } });
  station.plug();
  assert.equal(await station.presentCard('STOLEN'), 'refused');
  await settle();
  assert.equal(csms.all('Authorize').length, 1);
  assert.equal(csms.all('StartTransaction').length, 0);
  assert.deepEqual(statuses(), ['Available', 'Preparing']);
});

test('a card before the cable waits for it until the time is over, or the card is presented again', async (t) => {
  const { csms, station, pass, statuses } = await buildAcceptedBench(t);
  assert.equal(await station.presentCard('CARD'), 'waiting for cable');
  await pass(60);
  assert.deepEqual(statuses(), ['Available', 'Preparing', 'Available']);
  await station.presentCard('CARD');
  assert.equal(await station.presentCard('CARD'), 'cancelled');
  await station.presentCard('CARD');
  station.plug();
  await pass(1);
  assert.equal(csms.all('StartTransaction').length, 1);
  assert.equal(statuses().at(-1), 'Charging');
});

test('a cable without a card becomes Finishing after the connection time-out', async (t) => {
  const { station, pass, statuses } = await buildAcceptedBench(t);
  station.plug();
  await pass(61);
  assert.deepEqual(statuses(), ['Available', 'Preparing', 'Finishing']);
});

test('unplugging ends the transaction unless the configuration says otherwise', async (t) => {
  const { csms, station, settle, statuses } = await buildAcceptedBench(t);
  station.plug();
  await station.presentCard('CARD');
  station.unplug();
  await settle();
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'EVDisconnected');
  assert.deepEqual(statuses().slice(-3), ['Charging', 'Finishing', 'Available']);
  const finishing = csms.all('StatusNotification').find(({ status }) => status === 'Finishing');
  assert.equal(finishing?.info, 'EV side disconnected');

  await csms.call('ChangeConfiguration', { key: 'StopTransactionOnEVSideDisconnect', value: 'false' });
  station.plug();
  await station.presentCard('CARD');
  station.unplug();
  await settle();
  assert.equal(statuses().at(-1), 'SuspendedEV');
  assert.equal(csms.all('StopTransaction').length, 1);
});

test('a vehicle that is full suspends, and its charging tapers before', async (t) => {
  const { csms, station, pass, statuses } = await buildAcceptedBench(t);
  station.plug(1, createVehicle({ soc: 78, batteryWh: 20_000, maxCurrent: 16 }));
  await station.presentCard('CARD');
  await pass(4 * 3600);
  assert.equal(statuses().at(-1), 'SuspendedEV');
  const powers = csms
    .all('MeterValues')
    .flatMap(({ meterValue }) =>
      meterValue.flatMap(({ sampledValue }) =>
        sampledValue
          .filter(({ measurand, phase }) => measurand === 'Power.Active.Import' && phase === undefined)
          .map(({ value }) => Number(value)),
      ),
    );
  assert.ok((powers[0] ?? 0) > 10_500);
  assert.ok(powers.some((power) => power > 2000 && power < 6000));
  assert.equal(powers.at(-1), 0);
  assert.equal(station.view.connectors[0]?.soc, 100);
});

test('when the CSMS refuses the card of a running transaction, it is ended or goes without energy', async (t) => {
  const { csms, station, settle, statuses } = await buildAcceptedBench(t);
  csms.answers.StartTransaction = () => ({ transactionId: 7, idTagInfo: { status: 'Invalid' } });
  station.plug();
  await station.presentCard('CARD');
  await settle();
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'DeAuthorized');
  assert.equal(statuses().at(-1), 'Finishing');

  await csms.call('ChangeConfiguration', { key: 'StopTransactionOnInvalidId', value: 'false' });
  await station.presentCard('CARD');
  await settle();
  assert.equal(statuses().at(-1), 'SuspendedEVSE');
  assert.equal(csms.all('StopTransaction').length, 1);
});

test('another card of the same group ends a transaction, a stranger does not', async (t) => {
  const { csms, station } = await buildAcceptedBench(t);
  csms.answers.Authorize = ({ idTag }) => ({
    idTagInfo: { status: 'Accepted', ...(idTag.startsWith('FAM') && { parentIdTag: 'FAMILY' }) },
  });
  station.plug();
  await station.presentCard('FAM-1');
  assert.equal(await station.presentCard('OTHER'), 'refused');
  assert.equal(await station.presentCard('FAM-2'), 'stopped');
});

test('a fault ends the transaction, and with its end the connector is as before', async (t) => {
  const { csms, station, settle, statuses } = await buildAcceptedBench(t);
  station.plug();
  await station.presentCard('CARD');
  station.fault('GroundFailure');
  await settle();
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'Other');
  station.clearFault();
  station.fault('E-0815');
  await settle();
  const last = csms.all('StatusNotification').at(-1);
  assert.equal(last?.errorCode, 'OtherError');
  assert.equal(last?.vendorErrorCode, 'E-0815');
  assert.deepEqual(statuses().slice(-3), ['Faulted', 'Finishing', 'Faulted']);
});

test('short statuses are not told when a minimum duration is set', async (t) => {
  const { csms, station, pass, statuses } = await buildAcceptedBench(t);
  await csms.call('ChangeConfiguration', { key: 'MinimumStatusDuration', value: '5' });
  station.plug();
  await pass(2);
  await station.presentCard('CARD');
  await pass(4);
  assert.deepEqual(statuses(), ['Available']);
  await pass(1);
  assert.deepEqual(statuses(), ['Available', 'Charging']);
});
