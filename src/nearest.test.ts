import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest, nearestName } from './nearest.ts';

const names = ['start', 'stop', 'reset', 'remote_start_transaction'];

describe('the nearest name', () => {
  for (const [written, meant] of [
    ['strat', 'start'],
    ['Reest', 'reset'],
    ['remote_start', 'remote_start_transaction'],
    ['xyzzy', null],
  ] as const)
    it(`to ${written} is ${meant}`, () => assert.equal(nearestName(written, names), meant));

  it('is given however far it is, where something has to be said', () => {
    assert.equal(nearest('xyzzy', names), 'start');
    assert.equal(nearest('x', []), undefined);
  });
});
