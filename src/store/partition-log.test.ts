import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Batch } from './messages.ts';
import { createPartitionLog } from './partition-log.ts';
import type { PartitionLog } from './partition-log.ts';
import { row } from './store.contract.ts';

/** A partition whose writer is the test. */
function createFixture(): { log: PartitionLog; batches: Batch[]; errors: unknown[] } {
  const batches: Batch[] = [];
  const errors: unknown[] = [];
  const log = createPartitionLog({
    partition: 0,
    opened: { lastN: 0, acknowledged: 0 },
    reader: { read: async () => [], readStation: async () => [], latest: async () => [] },
    send: (batch) => batches.push(batch),
    day: () => 20_000,
    onError: (error) => errors.push(error),
  });
  return { log, batches, errors };
}

const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const numbersOf = ({ rows }: Batch): unknown[] => rows.filter((_value, index) => index % 9 === 0);
const ignore = (): void => undefined;

describe('group commit', () => {
  it('what is appended in one turn is one batch, and what comes while it is written the next', async () => {
    const { log, batches } = createFixture();
    log.append(row(1), ignore);
    log.append(row(2), ignore);
    assert.equal(batches.length, 0);
    await endOfTurn();
    log.append(row(3), ignore);
    await endOfTurn();
    log.append(row(4), ignore);
    assert.deepEqual(batches.map(numbersOf), [[1, 2]]);
    log.committed(0);
    assert.deepEqual(batches.map(numbersOf), [
      [1, 2],
      [3, 4],
    ]);
  });

  it('a batch ends at 2 MB', async () => {
    const { log, batches } = createFixture();
    for (let n = 1; n <= 5; n += 1) log.append(row(n, { frame: 'x'.repeat(1024 * 1024) }), ignore);
    await endOfTurn();
    log.committed(0);
    log.committed(1);
    assert.deepEqual(batches.map(numbersOf), [[1, 2], [3, 4], [5]]);
    assert.ok(log.pendingBytes > 1024 * 1024);
    log.committed(2);
    assert.equal(log.pendingBytes, 0);
  });

  it('a projection goes with the batch of its row, not with an earlier one', async () => {
    const { log, batches } = createFixture();
    const change = (n: number) => ({ n, documents: [], transactions: [] });
    log.append(row(1), ignore);
    log.project(change(1));
    log.project(change(2));
    await endOfTurn();
    log.append(row(2), ignore);
    log.committed(0);
    assert.deepEqual(
      batches.map(({ changes }) => changes),
      [
        [1, 0, 0],
        [2, 0, 0],
      ],
    );
  });

  it('after a failure the projections that may not be written yet are handed over again', async () => {
    const { log, batches } = createFixture();
    const change = (n: number) => ({ n, documents: [], transactions: [] });
    for (let n = 1; n <= 3; n += 1) {
      log.append(row(n), ignore);
      log.project(change(n));
      await endOfTurn();
      // The first batch's state is known to be written once the second one is committed.
      if (n < 3) log.committed(n - 1);
    }
    log.fail();
    log.project(change(4));
    batches.length = 0;
    log.resume({ lastN: 2, acknowledged: 0 });
    await endOfTurn();
    assert.deepEqual(
      batches.map(({ changes }) => changes),
      [[2, 0, 0]],
    );
  });

  it('the cursor is written 100 ms later, once, with whatever goes then', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { log, batches } = createFixture();
    log.append(row(1), ignore);
    log.append(row(2), ignore);
    await endOfTurn();
    log.committed(0);
    log.acknowledge(1);
    log.acknowledge(2);
    log.acknowledge(1);
    context.mock.timers.tick(99);
    await endOfTurn();
    assert.equal(batches.length, 1);
    context.mock.timers.tick(1);
    await endOfTurn();
    assert.deepEqual(
      batches.map(({ acknowledged }) => acknowledged),
      [null, 2],
    );
    context.mock.timers.tick(1000);
    await endOfTurn();
    assert.equal(batches.length, 2);
  });

  it('a row that is not behind the last one is refused', () => {
    const { log } = createFixture();
    log.append(row(5), ignore);
    assert.throws(() => log.append(row(5), ignore), { code: 'internal' });
  });

  it('what a callback throws is reported, and the next ones run', async () => {
    const { log, errors } = createFixture();
    const seen: number[] = [];
    const thrown = new Error('thrown by a callback');
    log.append(row(1), () => {
      throw thrown;
    });
    log.append(row(2), ({ n }) => seen.push(n));
    await endOfTurn();
    log.committed(0);
    assert.deepEqual([seen, errors], [[2], [thrown]]);
  });
});
