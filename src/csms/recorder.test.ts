import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryEventLog } from '../../test/support/memory-event-log.ts';
import { createOutside } from '../../test/support/csms.ts';
import { createRecorder } from './recorder.ts';
import { createStateTable } from './state.ts';
import { newStation } from './station.ts';

const head = { kind: 'status', event: 'changed' } as const;

describe('the recorder', () => {
  it('numbers rows without a gap, of each station and over all', () => {
    const log = createMemoryEventLog();
    const recorder = createRecorder(log, createOutside().outlet, () => {});
    const [one, two] = ['ONE', 'TWO'].map((id) =>
      newStation(
        id,
        'k3f9',
        0,
        createStateTable(id, () => {}),
      ),
    );
    assert.ok(one && two);
    recorder.event(one, { head, time: 1 });
    recorder.event(two, { head, time: 2 });
    recorder.note(one, { record: 'setting' }, 3);
    recorder.event(one, { head, time: 4 });
    assert.deepEqual(
      log.rows.map(({ n, station, seq }) => [n, station, seq]),
      [
        [1, 'ONE', 1],
        [2, 'TWO', 1],
        [3, 'ONE', null],
        [4, 'ONE', 2],
      ],
    );
  });

  it('records nothing and confirms nothing after a halt: a gap would look like a loss', () => {
    const log = createMemoryEventLog();
    const outside = createOutside();
    const recorder = createRecorder(log, outside.outlet, () => {});
    const station = newStation(
      'ONE',
      'k3f9',
      0,
      createStateTable('ONE', () => {}),
    );
    recorder.halt();
    recorder.event(station, { head, time: 1 }, () => assert.fail('it is not durable'));
    assert.deepEqual(log.rows, []);
    assert.deepEqual(outside.events, []);
  });
});
