import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { FilterTree, matches } from './topic-filter.ts';

// MQTT 5 §4.7.1, §4.7.2: the standard's own examples.
const cases: [filter: string, topic: string, expected: boolean][] = [
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/#', 'sport', true],
  ['#', 'sport/tennis', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['#', '$SYS/uptime', false],
  ['+/monitor/Clients', '$SYS/monitor/Clients', false],
  ['$SYS/#', '$SYS/uptime', true],
  ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
];

for (const [filter, topic, expected] of cases) {
  void test(`${filter} ${expected ? 'matches' : 'does not match'} ${topic}`, () => {
    assert.equal(matches(filter, topic), expected);
  });
}

const level = fc.constantFrom('a', 'b', '', '$s');
const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'));

void test('the tree finds what matching filter by filter finds, and is empty after all were deleted', () => {
  fc.assert(
    fc.property(fc.uniqueArray(filters), topics, (all, topic) => {
      const tree = new FilterTree<string>();
      for (const filter of all) tree.set(filter, 'owner', filter);
      assert.deepEqual(tree.match(topic).sort(), all.filter((filter) => matches(filter, topic)).sort());
      for (const filter of all) tree.delete(filter, 'owner');
      assert.deepEqual(tree.match(topic), []);
      assert.equal(tree.size, 0);
    }),
  );
});
