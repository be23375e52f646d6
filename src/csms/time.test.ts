import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readTime } from './time.ts';

const fallback = Date.parse('2026-11-22T10:00:00Z');

describe('a timestamp', () => {
  for (const [text, ms, anomaly] of [
    ['2026-02-28T23:59:59Z', '2026-02-28T23:59:59Z', null],
    ['2024-02-29T01:00:00.123456Z', '2024-02-29T01:00:00.123Z', null],
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00Z', null],
    ['2026-03-01T12:00:00', '2026-03-01T12:00:00Z', 'timestamp_without_zone'],
    ['2026-03-01 12:00:00', '2026-03-01T12:00:00Z', 'timestamp_without_zone'],
    ['2026-03-01T12:00:00+02', '2026-03-01T10:00:00Z', 'timestamp_short_offset'],
    ['2026-03-01T12:00:00-0330', '2026-03-01T15:30:00Z', 'timestamp_short_offset'],
    ['2026-02-29T12:00:00Z', '2026-11-22T10:00:00Z', 'timestamp_invalid'],
    ['2026-04-31T12:00:00Z', '2026-11-22T10:00:00Z', 'timestamp_invalid'],
    ['1', '2026-11-22T10:00:00Z', 'timestamp_invalid'],
    ['yesterday', '2026-11-22T10:00:00Z', 'timestamp_invalid'],
  ] as const)
    it(`${text} is ${anomaly ?? 'as the specification wants it'}`, () => {
      const read = readTime(text, fallback);
      assert.equal(read.anomaly, anomaly);
      assert.equal(read.ms, Date.parse(ms));
      assert.equal(Date.parse(read.text), read.ms);
      assert.match(read.text, /Z$/);
    });

  it('is always read as a time in UTC, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { text: utc, ms } = readTime(text, fallback);
        return Date.parse(utc) === ms && utc.endsWith('Z');
      }),
    );
  });
});
