import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { EventLog, LogRow, Store, TransactionRow } from '../csms/ports.ts';

/** What the suite needs of a driver. */
export interface StoreFixture {
  /** Opens the same, at first empty, store; `open` after `close` is a restart. */
  open(): Promise<Store>;
  /** Removes what the store left. */
  remove(): Promise<void>;
}

/** A row of a station; the suite gives `n` and `seq`. */
export function row(n: number, values: Partial<LogRow> = {}): LogRow {
  return {
    n,
    station: 'S1',
    log: 'L1',
    seq: n,
    time: 1_750_000_000_000 + n * 1000,
    version: 'ocpp1.6',
    meta: '{"kind":"status"}',
    frame: `[2,"${n}","StatusNotification",{}]`,
    answer: `[3,"${n}",{}]`,
    ...values,
  };
}

/** Appends rows; resolves when the last one is durable. */
export function appendAll(log: EventLog, rows: LogRow[]): Promise<void> {
  return new Promise((resolve) => {
    const last = rows.at(-1);
    for (const one of rows) log.append(one, (done) => done === last && resolve());
  });
}

const numbers = (rows: LogRow[]): number[] => rows.map(({ n }) => n);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** What every driver of the port `Store` must do, for each of its partitions. */
export function describeStore(name: string, partitions: number, createFixture: () => StoreFixture): void {
  describe(`${name} with ${partitions} partition(s)`, () => {
    const fixtures: StoreFixture[] = [];
    after(() => Promise.all(fixtures.map((fixture) => fixture.remove())));

    function fixture(): StoreFixture {
      const created = createFixture();
      fixtures.push(created);
      return created;
    }

    async function withStore(test: (store: Store) => Promise<void>, opened = fixture()): Promise<void> {
      const store = await opened.open();
      try {
        await test(store);
      } finally {
        await store.close();
      }
    }

    for (const partition of range(0, partitions - 1)) {
      describe(`partition ${partition}`, () => describePartition(partition));
    }

    function describePartition(partition: number): void {
      it('an empty log has no rows and no cursor', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          assert.deepEqual(
            [log.partition, log.lastN, log.acknowledged, log.pendingBytes],
            [partition, 0, 0, 0],
          );
          assert.deepEqual(await log.read(0, 10), []);
          assert.equal(await store.state.projectedN(partition), 0);
        }));

      it('callbacks run in order of n, each once, after append has returned', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          const seen: number[] = [];
          const done = Promise.withResolvers<void>();
          for (const n of range(1, 3000)) {
            log.append(row(n), (committed) => {
              seen.push(committed.n);
              if (n === 3000) done.resolve();
            });
          }
          assert.ok(log.pendingBytes > 0);
          assert.deepEqual(seen, []);
          await done.promise;
          assert.deepEqual(seen, range(1, 3000));
          assert.equal(log.pendingBytes, 0);
        }));

      it('a callback finds its row in the log', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          for (const n of range(1, 20)) {
            const found = await new Promise<Promise<LogRow[]>[]>((resolve) => {
              log.append(row(n), () => resolve([log.read(n - 1, 10)]));
            });
            assert.deepEqual(await found[0], [row(n)]);
          }
        }));

      it('rows appended from a callback are committed too', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          await new Promise<void>((resolve) => {
            const next = ({ n }: LogRow): void => (n === 100 ? resolve() : log.append(row(n + 1), next));
            log.append(row(1), next);
          });
          assert.deepEqual(numbers(await log.read(0, 1000)), range(1, 100));
        }));

      it('rows come back byte for byte after a restart, and n goes on', async () => {
        const opened = fixture();
        const rows = [
          row(1, { frame: '[2,"ä€😀","X",{"a":"\\u0000 \\n"}]', meta: '{"a":1}' }),
          row(2, { station: '', seq: null, version: null, frame: null, answer: null }),
          row(3, { station: "O'Neill/ü", version: 'ocpp2.1', frame: 'x'.repeat(300_000) }),
        ];
        await withStore((store) => appendAll(store.partition(partition), rows), opened);
        await withStore(async (store) => {
          const log = store.partition(partition);
          assert.equal(log.lastN, 3);
          assert.deepEqual(await log.read(0, 10), rows);
          await appendAll(log, [row(4)]);
          assert.deepEqual(numbers(await log.read(2, 10)), [3, 4]);
        }, opened);
      });

      it('a read ends at its limit, or at a few MB, and the next one goes on behind it', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          await appendAll(
            log,
            range(1, 30).map((n) => row(n, { frame: 'x'.repeat(1024 * 1024) })),
          );
          assert.deepEqual(numbers(await log.read(0, 2)), [1, 2]);
          const seen: number[] = [];
          for (
            let page = await log.read(0, 1000);
            page.length > 0;
            page = await log.read(seen.at(-1) ?? 0, 1000)
          ) {
            assert.ok(page.length < 10, `${page.length} MB in one answer`);
            seen.push(...numbers(page));
          }
          assert.deepEqual(seen, range(1, 30));
        }));

      it('events of one station are read by seq, by time, and from the newest', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          const rows = range(1, 60).map((n) => row(n, { station: `S${n % 2}`, seq: Math.ceil(n / 2) }));
          rows.push(row(61, { station: 'S1', seq: null }), row(62, { station: 'S1', log: 'L0', seq: 5 }));
          await appendAll(log, rows);
          const query = { station: 'S1', log: 'L1', limit: 100 };
          const seqs = (found: LogRow[]): (number | null)[] => found.map(({ seq }) => seq);
          assert.deepEqual(
            seqs(await log.readStation({ ...query, by: 'seq', from: 3, to: 6 })),
            [3, 4, 5, 6],
          );
          assert.deepEqual(
            seqs(await log.readStation({ ...query, by: 'seq', from: 1, to: 99, limit: 2 })),
            [1, 2],
          );
          const [from, to] = [row(11).time, row(15).time];
          assert.deepEqual(numbers(await log.readStation({ ...query, by: 'time', from, to })), [11, 13, 15]);
          assert.deepEqual(numbers(await log.latest('S1', 'L1', 3)), [55, 57, 59]);
          assert.deepEqual(numbers(await log.latest('S1', 'L0', 3)), [62]);
          assert.deepEqual(await log.latest('unknown', 'L1', 3), []);
        }));

      it('the cursor survives a restart and never goes back', async () => {
        const opened = fixture();
        await withStore(async (store) => {
          const log = store.partition(partition);
          await appendAll(
            log,
            range(1, 9).map((n) => row(n)),
          );
          log.acknowledge(7);
          log.acknowledge(3);
          assert.equal(log.acknowledged, 7);
        }, opened);
        await withStore(async (store) => {
          const log = store.partition(partition);
          assert.equal(log.acknowledged, 7);
          log.acknowledge(5);
          assert.equal(log.acknowledged, 7);
        }, opened);
        await withStore(async (store) => assert.equal(store.partition(partition).acknowledged, 7), opened);
      });

      it('a projection is written once its row is committed, in order, and names how far it went', async () => {
        const opened = fixture();
        await withStore(async (store) => {
          const log = store.partition(partition);
          const document = (key: string, json: string | null) => ({
            collection: 'station' as const,
            key,
            json,
          });
          const done = appendAll(
            log,
            range(1, 3).map((n) => row(n)),
          );
          store.state.project(partition, {
            n: 1,
            documents: [document('a', '1'), document('b', '1')],
            transactions: [],
          });
          store.state.project(partition, { n: 2, documents: [document('a', '2')], transactions: [] });
          store.state.project(partition, { n: 3, documents: [document('b', null)], transactions: [] });
          store.state.project(partition, { n: 4, documents: [document('c', '4')], transactions: [] });
          await done;
          assert.equal(await store.state.projectedN(partition), 3);
          assert.deepEqual(await store.state.documents('station'), [{ key: 'a', json: '2' }]);
          assert.deepEqual(await store.state.documents('token'), []);
        }, opened);
        await withStore(async (store) => {
          assert.equal(await store.state.projectedN(partition), 3);
          assert.deepEqual(await store.state.documents('station'), [{ key: 'a', json: '2' }]);
        }, opened);
      });

      it('transactions are found by station, id and start, newest first', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          const transaction = (station: string, id: string, start: number): TransactionRow => ({
            station,
            id,
            start,
            end: null,
            idToken: 'ABC',
            json: `{"id":"${id}"}`,
          });
          const [one, two, other] = [
            transaction('S1', '1', 100),
            transaction('S1', '2', 200),
            transaction('S2', '1', 300),
          ];
          const ended = { ...one, end: 150, idToken: null };
          await appendAll(log, [row(1), row(2)]);
          store.state.project(partition, { n: 1, documents: [], transactions: [one, two, other] });
          store.state.project(partition, { n: 2, documents: [], transactions: [ended] });
          assert.deepEqual(await store.state.transactions({ limit: 10 }), [other, two, ended]);
          assert.deepEqual(await store.state.transactions({ limit: 1 }), [other]);
          assert.deepEqual(await store.state.transactions({ station: 'S1', limit: 10 }), [two, ended]);
          assert.deepEqual(await store.state.transactions({ station: 'S1', id: '1', limit: 10 }), [ended]);
          assert.deepEqual(await store.state.transactions({ since: 200, limit: 10 }), [other, two]);
        }));

      it('a second row of one seq fails the store: nothing pending is committed, until it recovers', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          await appendAll(log, [row(1), row(2)]);
          const failures: Error[] = [];
          const failed = new Promise<void>((resolve) => {
            store.onFailure((error) => {
              failures.push(error);
              resolve();
            });
          });
          const refused: number[] = [];
          log.append(row(3, { seq: 2 }), ({ n }) => refused.push(n));
          log.append(row(4), ({ n }) => refused.push(n));
          store.state.project(partition, {
            n: 3,
            documents: [{ collection: 'setting', key: 'lost', json: '1' }],
            transactions: [],
          });
          await failed;
          log.append(row(5), ({ n }) => refused.push(n));
          assert.equal(log.pendingBytes, 0);
          await store.recover();
          assert.equal(log.lastN, 2);
          await appendAll(log, [row(3), row(4)]);
          assert.deepEqual(numbers(await log.read(0, 10)), [1, 2, 3, 4]);
          assert.deepEqual(await store.state.documents('setting'), []);
          assert.deepEqual([refused, failures.length], [[], 1]);
        }));

      it('a callback that throws does not stop the others', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          await new Promise<void>((resolve) => {
            log.append(row(1), () => {
              throw new Error('a callback failed');
            });
            log.append(row(2), () => resolve());
          });
        }));

      it('closing commits what is pending', async () => {
        const opened = fixture();
        const store = await opened.open();
        const seen: number[] = [];
        for (const n of range(1, 500)) store.partition(partition).append(row(n), () => seen.push(n));
        store.state.project(partition, {
          n: 500,
          documents: [{ collection: 'setting', key: 'k', json: '1' }],
          transactions: [],
        });
        await store.close();
        await store.close();
        assert.deepEqual(seen, range(1, 500));
        await withStore(async (again) => {
          assert.equal(again.partition(partition).lastN, 500);
          assert.equal(await again.state.projectedN(partition), 500);
        }, opened);
      });

      it('maintenance keeps what is not acknowledged, and every row of it readable', () =>
        withStore(async (store) => {
          const log = store.partition(partition);
          await appendAll(
            log,
            range(1, 1000).map((n) => row(n)),
          );
          await store.maintain(Date.now());
          assert.deepEqual(
            await log.read(0, 2000),
            range(1, 1000).map((n) => row(n)),
          );
        }));
    }

    it('partitions number their rows on their own', () =>
      withStore(async (store) => {
        const logs = range(0, partitions - 1).map((partition) => store.partition(partition));
        await Promise.all(
          logs.map((log, index) =>
            appendAll(
              log,
              range(1, 5 + index).map((n) => row(n)),
            ),
          ),
        );
        for (const [index, log] of logs.entries()) {
          assert.deepEqual(numbers(await log.read(0, 100)), range(1, 5 + index));
        }
      }));

    it('the id of the log stays, and is another one in another store', async () => {
      const opened = fixture();
      const ids: string[] = [];
      await withStore(async (store) => void ids.push(store.logId), opened);
      await withStore(async (store) => void ids.push(store.logId), opened);
      await withStore(async (store) => void ids.push(store.logId));
      assert.equal(ids[0], ids[1]);
      assert.notEqual(ids[0], ids[2]);
    });
  });
}
