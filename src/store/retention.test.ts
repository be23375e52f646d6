import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countExpired } from './retention.ts';
import type { SegmentFacts } from './retention.ts';

const dayMs = 86_400_000;

/** One segment for each day given, ten rows and 100 bytes each. */
function segments(days: number[]): SegmentFacts[] {
  return days.map((day, index) => ({ lastN: (index + 1) * 10, lastTime: day * dayMs, bytes: 100 }));
}

const rules = { days: 8, maxBytes: 1e9, safeN: 1e9 };
const week = [20_000, 20_001, 20_002, 20_003, 20_004, 20_005, 20_006];

describe('retention', () => {
  it('keeps what is not older than the retention', () => {
    assert.equal(countExpired(segments([...week, 20_007, 20_008]), rules), 0);
  });

  it('lets go of what is older, counted from the newest row', () => {
    assert.equal(countExpired(segments([...week, 20_007, 20_008, 20_009, 20_010]), rules), 2);
  });

  it('a clock that jumps ahead by years expires nothing', () => {
    assert.equal(countExpired(segments([...week, 90_000]), rules), 0);
    assert.equal(countExpired(segments([...week, 90_000, 20_007]), rules), 0);
  });

  it('a clock that jumps back by years expires nothing, and does not end the retention', () => {
    assert.equal(countExpired(segments([...week, 0]), rules), 0);
    const later = [20_007, 20_008, 20_009, 20_010, 20_011, 20_012, 20_013, 20_014];
    assert.equal(countExpired(segments([90_000, ...week, ...later]), rules), 7);
  });

  it('above the size limit the oldest go', () => {
    assert.equal(countExpired(segments(week), { ...rules, maxBytes: 350 }), 4);
  });

  it('the open segment stays, however large', () => {
    assert.equal(countExpired(segments(week), { ...rules, maxBytes: 1 }), 6);
    assert.equal(countExpired(segments([20_000]), { ...rules, maxBytes: 1 }), 0);
    assert.equal(countExpired([], rules), 0);
  });

  it('what is not acknowledged or not projected stays, and everything behind it', () => {
    assert.equal(countExpired(segments(week), { ...rules, maxBytes: 1, safeN: 39 }), 3);
    assert.equal(countExpired(segments(week), { ...rules, maxBytes: 1, safeN: 9 }), 0);
  });

  it('a segment without rows has no age', () => {
    const empty = { lastN: 0, lastTime: null, bytes: 10 };
    assert.equal(countExpired([empty, ...segments(week)], rules), 0);
  });
});
