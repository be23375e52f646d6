import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSystemClock } from './clock.ts';

describe('the clock of the machine', () => {
  it('stands still while the time goes back a little, and follows a larger step', (t) => {
    const start = Date.UTC(2026, 10, 22, 10);
    t.mock.timers.enable({ apis: ['Date'], now: start });
    const jumps: number[] = [];
    const clock = createSystemClock((backMs) => jumps.push(backMs));
    const at = (ms: number): number => {
      t.mock.timers.setTime(start + ms);
      return clock.now() - start;
    };
    assert.deepEqual(
      [at(0), at(20_000), at(10_000), at(15_000), at(21_000)],
      [0, 20_000, 20_000, 20_000, 21_000],
    );
    assert.deepEqual(jumps, []);
    assert.deepEqual([at(10_000), at(10_001)], [10_000, 10_001]);
    assert.deepEqual(jumps, [11_000]);
  });

  it('waits as long as it is told, also for more than 24 days', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const clock = createSystemClock();
    const days = 86_400_000;
    let ran = 0;
    clock.after(60 * days, () => ran++);
    const cancel = clock.after(60 * days, () => assert.fail('it was cancelled'));
    for (let day = 0; day < 59; day++) t.mock.timers.tick(days);
    assert.equal(ran, 0);
    cancel();
    for (let day = 59; day < 61; day++) t.mock.timers.tick(days);
    assert.equal(ran, 1);
  });
});
