import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createEvse } from './evse.ts';
import { createManualClock } from './manual-clock.ts';
import { createRandom } from './random.ts';
import { createVehicle } from './vehicle.ts';

test('whatever is offered and however time passes, the register never goes back and the limit is kept', async () => {
  const steps = fc.array(
    fc.tuple(fc.double({ min: 0, max: 40, noNaN: true }), fc.integer({ min: 0, max: 20_000 })),
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.integer(), async (offers, seed) => {
      const clock = createManualClock();
      const evse = createEvse({ clock, random: createRandom(seed), phases: 3, startEnergyWh: 5 });
      evse.plug(createVehicle({ soc: 50, maxCurrent: 32 }));
      let before = 5;
      for (const [current, seconds] of offers) {
        evse.offer(current);
        await clock.advance(seconds * 1000);
        const { energyWh, current: drawn, currentOffered } = evse.measure();
        assert.ok(energyWh >= before);
        for (const ampere of drawn) assert.ok(ampere <= currentOffered);
        assert.ok(currentOffered === 0 || currentOffered >= 6);
        before = energyWh;
      }
    }),
    { numRuns: 50 },
  );
});

test('a vehicle takes less the fuller it is, and nothing when it is full', () => {
  const vehicle = createVehicle({ soc: 80, batteryWh: 10_000, maxCurrent: 16 });
  assert.equal(vehicle.currentWanted, 16);
  vehicle.store(1000);
  const later = vehicle.currentWanted;
  assert.ok(later < 16 && later > 8);
  vehicle.store(5000);
  assert.equal(vehicle.soc, 100);
  assert.equal(vehicle.currentWanted, 0);
});

test('the same seed gives the same numbers', () => {
  const [one, other] = [createRandom(7), createRandom(7)];
  assert.deepEqual([one(), one(), one()], [other(), other(), other()]);
});
