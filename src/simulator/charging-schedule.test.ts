import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChargingProfiles } from './charging-profiles.ts';
import { limitAt, nextChange, type ChargingProfile } from './charging-schedule.ts';

const midnight = Date.UTC(2026, 0, 5);
const hours = (count: number) => midnight + count * 3_600_000;

function profile(change: Partial<ChargingProfile> = {}): ChargingProfile {
  return {
    id: 1,
    evseId: 1,
    stackLevel: 0,
    purpose: 'TxDefaultProfile',
    kind: 'Absolute',
    installedAt: midnight,
    schedule: { startSchedule: midnight, unit: 'A', periods: [{ startPeriod: 0, limit: 10 }] },
    ...change,
  };
}

const stepped = {
  startSchedule: hours(8),
  unit: 'A' as const,
  duration: 7200,
  periods: [
    { startPeriod: 0, limit: 16 },
    { startPeriod: 3600, limit: 8 },
    { startPeriod: 10_800, limit: 32 },
  ],
};

test('an absolute schedule holds from its start until its duration is over', () => {
  const absolute = profile({ schedule: stepped });
  const at = (time: number) => limitAt(absolute, time, undefined);
  assert.equal(at(hours(7.99)), undefined);
  assert.equal(at(hours(8)), 16);
  assert.equal(at(hours(9)), 8);
  assert.equal(at(hours(9.99)), 8);
  assert.equal(at(hours(10)), undefined);
  assert.equal(nextChange(absolute, hours(7), undefined), hours(8));
  assert.equal(nextChange(absolute, hours(8), undefined), hours(9));
  assert.equal(nextChange(absolute, hours(9), undefined), hours(10));
});

test('a daily schedule comes back, a weekly one after seven days', () => {
  const daily = profile({ kind: 'Recurring', recurrency: 'Daily', schedule: stepped });
  const weekly = profile({ kind: 'Recurring', recurrency: 'Weekly', schedule: stepped });
  assert.equal(limitAt(daily, hours(24 + 9), undefined), 8);
  assert.equal(limitAt(daily, hours(24 + 11), undefined), undefined);
  assert.equal(limitAt(weekly, hours(24 + 9), undefined), undefined);
  assert.equal(limitAt(weekly, hours(7 * 24 + 8), undefined), 16);
  assert.equal(nextChange(daily, hours(20), undefined), hours(32));
});

test('a relative schedule counts from the start of the transaction', () => {
  const relative = profile({ kind: 'Relative', schedule: { ...stepped, startSchedule: undefined } });
  assert.equal(limitAt(relative, hours(12.5), hours(12)), 16);
  assert.equal(limitAt(relative, hours(13.5), hours(12)), 8);
});

test('a profile says nothing before validFrom and from validTo on', () => {
  const short = profile({ validFrom: hours(1), validTo: hours(2) });
  assert.deepEqual(
    [0.5, 1, 1.5, 2].map((hour) => limitAt(short, hours(hour), undefined)),
    [undefined, 10, 10, undefined],
  );
});

test('power is divided by the nominal voltage and the number of phases', () => {
  const watts = (numberPhases?: number) =>
    profile({
      schedule: {
        startSchedule: midnight,
        unit: 'W',
        periods: [{ startPeriod: 0, limit: 6900, numberPhases }],
      },
    });
  assert.equal(limitAt(watts(), hours(1), undefined), 10);
  assert.equal(limitAt(watts(1), hours(1), undefined), 30);
});

test('the highest stack level that says something prevails, and TxProfile overrules TxDefaultProfile', () => {
  const profiles = createChargingProfiles();
  profiles.set(profile({ id: 1, evseId: 0 }));
  profiles.set(profile({ id: 2, evseId: 0, stackLevel: 1, schedule: stepped }));
  const at = (hour: number) => profiles.limit('transaction', 1, hours(hour), hours(0));
  assert.deepEqual([7, 8, 9, 10].map(at), [10, 16, 8, 10]);
  profiles.set(
    profile({
      id: 3,
      purpose: 'TxProfile',
      schedule: { unit: 'A', periods: [{ startPeriod: 0, limit: 25 }] },
    }),
  );
  assert.equal(at(8), 25);
});

test('a default of the connector replaces that of the station only there', () => {
  const profiles = createChargingProfiles();
  profiles.set(profile({ id: 1, evseId: 0 }));
  profiles.set(
    profile({
      id: 2,
      evseId: 2,
      schedule: { startSchedule: midnight, unit: 'A', periods: [{ startPeriod: 0, limit: 20 }] },
    }),
  );
  assert.equal(profiles.limit('transaction', 1, hours(1), undefined), 10);
  assert.equal(profiles.limit('transaction', 2, hours(1), undefined), 20);
});

test('a profile replaces the one of its id, and that of its purpose and stack level', () => {
  const profiles = createChargingProfiles();
  profiles.set(profile({ id: 1 }));
  profiles.set(profile({ id: 2 }));
  assert.equal(profiles.count, 1);
  profiles.set(profile({ id: 2, stackLevel: 3 }));
  assert.equal(profiles.count, 1);
  profiles.set(profile({ id: 3, evseId: 2 }));
  assert.equal(profiles.clear({ evseId: 2, stackLevel: 3 }), 0);
  assert.equal(profiles.clear({ purpose: 'TxDefaultProfile' }), 2);
});

test('the composite schedule is the lowest of all, piece by piece', () => {
  const profiles = createChargingProfiles();
  profiles.set(profile({ id: 1, evseId: 0, schedule: stepped }));
  profiles.set(
    profile({
      id: 2,
      evseId: 0,
      purpose: 'ChargingStationMaxProfile',
      schedule: { startSchedule: hours(8.5), unit: 'A', periods: [{ startPeriod: 0, limit: 12 }] },
    }),
  );
  const periods = profiles.composite({
    evseId: 1,
    from: hours(7.5),
    duration: 4 * 3600,
    transactionStart: hours(7),
    hardwareLimit: 32,
  });
  assert.deepEqual(periods, [
    { startPeriod: 0, limit: 32 },
    { startPeriod: 1800, limit: 16 },
    { startPeriod: 3600, limit: 12 },
    { startPeriod: 5400, limit: 8 },
    { startPeriod: 9000, limit: 12 },
  ]);
});
