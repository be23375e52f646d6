import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench } from '../test-bench.ts';

test('a remote start authorizes, charges, and a remote stop ends it', async (t) => {
  const { csms, station, settle, statuses } = await buildAcceptedBench(t);
  station.plug();
  assert.equal(
    (await csms.call('RemoteStartTransaction', { idTag: 'APP', connectorId: 1 })).status,
    'Accepted',
  );
  await settle();
  assert.equal(csms.all('Authorize')[0]?.idTag, 'APP');
  assert.equal(statuses().at(-1), 'Charging');
  assert.equal((await csms.call('RemoteStopTransaction', { transactionId: 5 })).status, 'Rejected');
  assert.equal((await csms.call('RemoteStopTransaction', { transactionId: 101 })).status, 'Accepted');
  await settle();
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'Remote');
  assert.equal(statuses().at(-1), 'Finishing');
});

test('without a connector the one with a vehicle is taken, and without authorization nobody is asked', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t, { connectors: 2 });
  await csms.call('ChangeConfiguration', { key: 'AuthorizeRemoteTxRequests', value: 'false' });
  station.plug(2);
  await csms.call('RemoteStartTransaction', { idTag: 'APP' });
  await settle();
  assert.equal(csms.all('Authorize').length, 0);
  assert.equal(csms.all('StartTransaction')[0]?.connectorId, 2);
});

test('a remote start is refused where it cannot work', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  const start = async (connectorId?: number) =>
    (await csms.call('RemoteStartTransaction', { idTag: 'APP', connectorId })).status;
  assert.equal(await start(0), 'Rejected');
  assert.equal(await start(2), 'Rejected');
  station.fault('GroundFailure');
  assert.equal(await start(1), 'Rejected');
  station.clearFault();
  station.plug();
  await station.presentCard('CARD');
  await settle();
  assert.equal(await start(), 'Rejected');
});

test('a profile that comes with a remote start holds for that transaction only', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  const profile = (chargingProfilePurpose: 'TxProfile' | 'TxDefaultProfile') => ({
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose,
    chargingProfileKind: 'Relative' as const,
    chargingSchedule: {
      chargingRateUnit: 'A' as const,
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }],
    },
  });
  const wrong = { idTag: 'APP', chargingProfile: profile('TxDefaultProfile') };
  assert.equal((await csms.call('RemoteStartTransaction', wrong)).status, 'Rejected');
  station.plug();
  await csms.call('RemoteStartTransaction', { idTag: 'APP', chargingProfile: profile('TxProfile') });
  await settle();
  assert.equal(station.view.connectors[0]?.offered, 8);
  await station.presentCard('APP');
  await station.presentCard('APP');
  assert.equal(station.view.connectors[0]?.offered, 32);
});

test('an availability change waits for the transaction, and survives a reset', async (t) => {
  const { csms, station, settle, pass, statuses } = await buildAcceptedBench(t, { connectors: 2 });
  const change = async (connectorId: number, type: 'Operative' | 'Inoperative') =>
    (await csms.call('ChangeAvailability', { connectorId, type })).status;
  station.plug();
  await station.presentCard('CARD');
  assert.equal(await change(0, 'Inoperative'), 'Scheduled');
  await settle();
  assert.equal(statuses(2).at(-1), 'Unavailable');
  assert.equal(statuses(0).at(-1), 'Unavailable');
  assert.equal(statuses(1).at(-1), 'Charging');
  await station.presentCard('CARD');
  await settle();
  assert.equal(statuses(1).at(-1), 'Unavailable');
  await csms.call('Reset', { type: 'Soft' });
  await pass(10);
  assert.equal(csms.all('BootNotification').length, 2);
  assert.deepEqual([statuses(0).at(-1), statuses(1).at(-1)], ['Unavailable', 'Unavailable']);
  assert.equal(await change(0, 'Operative'), 'Accepted');
  assert.equal(await change(3, 'Operative'), 'Rejected');
  await settle();
  assert.deepEqual([statuses(0).at(-1), statuses(1).at(-1)], ['Available', 'Preparing']);
});

test('unlocking ends the transaction first', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  station.plug();
  await station.presentCard('CARD');
  assert.deepEqual(await csms.call('UnlockConnector', { connectorId: 1 }), { status: 'Unlocked' });
  await settle();
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'UnlockCommand');
  assert.deepEqual(await csms.call('UnlockConnector', { connectorId: 9 }), { status: 'NotSupported' });
});

test('a soft reset tells the end of the transaction before it, a hard one after it', async (t) => {
  const { csms, station, pass, statuses } = await buildAcceptedBench(t);
  const actions = () => csms.received.map(({ action }) => action);
  station.plug();
  await station.presentCard('CARD');
  assert.deepEqual(await csms.call('Reset', { type: 'Soft' }), { status: 'Accepted' });
  await pass(10);
  assert.equal(csms.all('StopTransaction')[0]?.reason, 'SoftReset');
  assert.ok(actions().indexOf('StopTransaction') < actions().lastIndexOf('BootNotification'));
  assert.equal(
    csms.all('SecurityEventNotification').some(({ type }) => type === 'ResetOrReboot'),
    true,
  );
  assert.equal(statuses().at(-1), 'Preparing');
  await station.presentCard('CARD');
  await csms.call('Reset', { type: 'Hard' });
  await pass(10);
  assert.equal(csms.all('StopTransaction')[1]?.reason, 'HardReset');
  assert.ok(actions().lastIndexOf('StopTransaction') > actions().lastIndexOf('BootNotification'));
});

test('every message that can be triggered comes, after the answer', async (t) => {
  const { csms, settle } = await buildAcceptedBench(t, { connectors: 2 });
  const count = csms.received.length;
  const trigger = async (
    requestedMessage: Parameters<typeof csms.call<'TriggerMessage'>>[1]['requestedMessage'],
    connectorId?: number,
  ) => (await csms.call('TriggerMessage', { requestedMessage, connectorId })).status;
  assert.equal(await trigger('BootNotification'), 'Rejected');
  assert.equal(await trigger('Heartbeat'), 'Accepted');
  assert.equal(await trigger('StatusNotification'), 'Accepted');
  assert.equal(await trigger('StatusNotification', 7), 'Rejected');
  assert.equal(await trigger('MeterValues', 2), 'Accepted');
  assert.equal(await trigger('FirmwareStatusNotification'), 'Accepted');
  assert.equal(await trigger('DiagnosticsStatusNotification'), 'Accepted');
  const { status } = await csms.call('ExtendedTriggerMessage', { requestedMessage: 'LogStatusNotification' });
  assert.equal(status, 'Accepted');
  await settle();
  assert.deepEqual(
    csms.received.slice(count).map(({ action }) => action),
    [
      'Heartbeat',
      'StatusNotification',
      'StatusNotification',
      'StatusNotification',
      'MeterValues',
      'FirmwareStatusNotification',
      'DiagnosticsStatusNotification',
      'LogStatusNotification',
    ],
  );
  assert.equal(csms.all('MeterValues')[0]?.meterValue[0]?.sampledValue[0]?.context, 'Trigger');
  assert.deepEqual(await csms.call('DataTransfer', { vendorId: 'org.example' }), {
    status: 'UnknownVendorId',
  });
});

test('a boot can be triggered on a connection that began without one', async (t) => {
  const { csms, station, settle } = await buildAcceptedBench(t);
  station.goOffline();
  station.goOnline();
  await station.until((view) => view.online);
  const { status } = await csms.call('TriggerMessage', { requestedMessage: 'BootNotification' });
  assert.equal(status, 'Accepted');
  await settle();
  assert.equal(csms.all('BootNotification').length, 2);
});
