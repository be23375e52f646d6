import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench, type Bench } from '../test-bench.ts';
import { createVehicle } from '../vehicle.ts';
import type { Profile } from './messages.ts';

function profile(change: Partial<Profile> = {}, limit = 10): Profile {
  return {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    ...change,
  };
}

async function set({ csms }: Bench, connectorId: number, csChargingProfiles: Profile): Promise<string> {
  return (await csms.call('SetChargingProfile', { connectorId, csChargingProfiles })).status;
}

test('a profile limits the current that is then metered; below 6 A the station suspends', async (t) => {
  const bench = await buildAcceptedBench(t, { meterInterval: 60 });
  const { csms, station, pass, settle, statuses } = bench;
  await csms.call('ChangeConfiguration', {
    key: 'MeterValuesSampledData',
    value: 'Current.Import.L1,Current.Offered',
  });
  station.plug(1, createVehicle({ soc: 20, maxCurrent: 16 }));
  await station.presentCard('CARD');
  const metered = async () => {
    await pass(60);
    return csms
      .all('MeterValues')
      .at(-1)
      ?.meterValue[0]?.sampledValue.map(({ value }) => value);
  };
  assert.deepEqual(await metered(), ['16.00', '32.0']);
  assert.equal(await set(bench, 0, profile()), 'Accepted');
  assert.deepEqual(await metered(), ['10.00', '10.0']);
  const transaction = profile(
    { chargingProfileId: 2, chargingProfilePurpose: 'TxProfile', transactionId: 101 },
    5,
  );
  assert.equal(await set(bench, 1, transaction), 'Accepted');
  await settle();
  assert.equal(statuses().at(-1), 'SuspendedEVSE');
  assert.deepEqual(await metered(), ['0.00', '0.0']);
  assert.deepEqual(await csms.call('ClearChargingProfile', { id: 2 }), { status: 'Accepted' });
  await settle();
  assert.equal(statuses().at(-1), 'Charging');
  assert.deepEqual(await csms.call('ClearChargingProfile', {}), { status: 'Accepted' });
  assert.deepEqual(await csms.call('ClearChargingProfile', {}), { status: 'Unknown' });
  assert.deepEqual(await metered(), ['16.00', '32.0']);
});

test('the limit changes at the very second a period begins', async (t) => {
  const bench = await buildAcceptedBench(t);
  const { station, pass } = bench;
  await set(
    bench,
    1,
    profile({
      chargingSchedule: {
        chargingRateUnit: 'W',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 6900 },
          { startPeriod: 33, limit: 4140 },
        ],
      },
    }),
  );
  station.plug();
  await station.presentCard('CARD');
  await pass(32);
  assert.equal(station.view.connectors[0]?.offered, 10);
  await pass(1);
  assert.equal(station.view.connectors[0]?.offered, 6);
});

test('the limit of the station is shared by the connectors that charge', async (t) => {
  const bench = await buildAcceptedBench(t, { connectors: 2 });
  const { station } = bench;
  const maximum = profile({ chargingProfilePurpose: 'ChargePointMaxProfile' }, 20);
  assert.equal(await set(bench, 1, maximum), 'Rejected');
  assert.equal(await set(bench, 0, maximum), 'Accepted');
  station.plug(1);
  await station.presentCard('CARD-1', 1);
  assert.equal(station.view.connectors[0]?.offered, 20);
  station.plug(2);
  await station.presentCard('CARD-2', 2);
  assert.deepEqual(
    station.view.connectors.map(({ offered }) => offered),
    [10, 10],
  );
});

test('a profile that the station cannot follow is refused', async (t) => {
  const bench = await buildAcceptedBench(t);
  const schedule = (starts: number[]): Profile['chargingSchedule'] => ({
    chargingRateUnit: 'A',
    chargingSchedulePeriod: starts.map((startPeriod) => ({ startPeriod, limit: 10 })),
  });
  const refused: Partial<Profile>[] = [
    { chargingProfilePurpose: 'TxProfile' },
    { stackLevel: 99 },
    { chargingSchedule: schedule([]) },
    { chargingSchedule: schedule([10]) },
    { chargingSchedule: schedule([0, 60, 30]) },
    { chargingSchedule: schedule(Array.from({ length: 100 }, (_, index) => index)) },
    { chargingProfileKind: 'Recurring' },
  ];
  for (const change of refused)
    assert.equal(await set(bench, 1, profile(change)), 'Rejected', JSON.stringify(change));
  await assert.rejects(set(bench, 5, profile()), /PropertyConstraintViolation/);
  bench.station.plug();
  await bench.station.presentCard('CARD');
  const other = profile({ chargingProfilePurpose: 'TxProfile', transactionId: 999 });
  assert.equal(await set(bench, 1, other), 'Rejected');
  assert.equal(await set(bench, 0, profile({ chargingProfilePurpose: 'TxProfile' })), 'Rejected');
});

test('the composite schedule is what the station will do, in the unit asked for', async (t) => {
  const bench = await buildAcceptedBench(t);
  const { csms, station } = bench;
  await set(bench, 0, profile({ chargingProfilePurpose: 'ChargePointMaxProfile' }, 16.5));
  station.plug();
  await station.presentCard('CARD');
  const answer = await csms.call('GetCompositeSchedule', {
    connectorId: 1,
    duration: 600,
    chargingRateUnit: 'W',
  });
  assert.equal(answer.status, 'Accepted');
  assert.deepEqual(answer.chargingSchedule?.chargingSchedulePeriod, [
    { startPeriod: 0, limit: 11_385, numberPhases: 3 },
  ]);
  assert.deepEqual(await csms.call('GetCompositeSchedule', { connectorId: 4, duration: 60 }), {
    status: 'Rejected',
  });
});
