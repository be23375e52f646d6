import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Store } from '../csms/ports.ts';
import { createSqliteStore } from './sqlite.ts';
import { appendAll, row } from './store.contract.ts';

/** Appends without end, 50 rows at a time pending, and prints each `n` that is committed, or a failure. */
const appendingProgram = `
  import { createSqliteStore } from '${new URL('./sqlite.ts', import.meta.url).href}';
  const store = await createSqliteStore({
    dir: process.argv[1], retentionDays: 30, retentionMaxBytes: 1e9, segmentMaxBytes: 1e6,
  });
  const log = store.partition(0);
  let n = log.lastN;
  function append() {
    n += 1;
    log.append({
      n, station: 'S1', log: 'L1', seq: n, time: Date.now(), version: 'ocpp1.6',
      meta: '{}', frame: 'x'.repeat(1000), answer: '[3]',
    }, (row) => {
      store.state.project(0, {
        n: row.n, documents: [{ collection: 'setting', key: 'last', json: String(row.n) }], transactions: [],
      });
      console.log(row.n);
      append();
    });
  }
  store.onFailure(async (error) => {
    console.log('failed ' + error.code);
    try { await store.recover(); } catch { console.log('still failed'); }
    await store.close();
  });
  for (let i = 0; i < 50; i += 1) append();
`;

describe('durability of the SQLite store', () => {
  let dir: string;
  let child: ChildProcess | undefined;
  let stores: Store[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-durability-'));
    child = undefined;
    stores = [];
  });

  afterEach(async () => {
    child?.kill('SIGKILL');
    for (const store of stores) await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function open(): Promise<Store> {
    const store = await createSqliteStore({ dir, retentionDays: 30, retentionMaxBytes: 1e9 });
    stores.push(store);
    return store;
  }

  /** Runs the program above; `onLine` sees each line. Resolves with the lines when the process has ended. */
  async function runAppending(
    limit: string,
    onLine: (line: string, count: number) => void,
  ): Promise<string[]> {
    const command = `ulimit -f ${limit}; exec "$0" --input-type=module -e "$1" "$2"`;
    const running = spawn('bash', ['-c', command, process.execPath, appendingProgram, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = running;
    const ended = once(running, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface(running.stdout)) {
      lines.push(line);
      onLine(line, lines.length);
    }
    await ended;
    return lines;
  }

  async function readAllNumbers(store: Store): Promise<number[]> {
    const seen: number[] = [];
    for (let page = await store.partition(0).read(0, 1000); page.length > 0;) {
      seen.push(...page.map(({ n }) => n));
      page = await store.partition(0).read(seen.at(-1) ?? 0, 1000);
    }
    return seen;
  }

  it('after kill -9 every row that was reported is in the log, without a gap, and the lock is free', async () => {
    let reported = 0;
    for (let run = 0; run < 3; run += 1) {
      const lines = await runAppending('unlimited', (_line, count) => {
        if (count === 1500) child?.kill('SIGKILL');
      });
      reported = Number(lines.at(-1));
      const store = await open();
      const numbers = await readAllNumbers(store);
      assert.deepEqual(
        numbers,
        numbers.map((_n, index) => index + 1),
      );
      assert.ok(numbers.length >= reported, `${reported} reported, ${numbers.length} found`);
      assert.equal(store.partition(0).lastN, numbers.length);
      const projected = await store.state.projectedN(0);
      assert.ok(projected > 0 && projected <= numbers.length);
      assert.deepEqual(await store.state.documents('setting'), [{ key: 'last', json: String(projected) }]);
      await store.maintain(Date.now());
      assert.deepEqual(await readAllNumbers(store), numbers);
      await store.close();
    }
    assert.ok(reported >= 4500);
  });

  it('a disk that takes no more fails the store once, and loses nothing that was reported', async () => {
    // The size of a file is limited to 600 KB: less than a segment.
    const lines = await runAppending('600', () => undefined);
    const reported = lines.filter((line) => /^\d+$/.test(line)).map(Number);
    assert.deepEqual(
      reported,
      reported.map((_n, index) => index + 1),
    );
    assert.ok(reported.length > 0);
    const rest = lines.slice(reported.length);
    assert.equal(rest[0], 'failed store_failed');
    assert.equal(rest.filter((line) => line.startsWith('failed')).length, 1);
    const store = await open();
    const numbers = await readAllNumbers(store);
    assert.deepEqual(numbers.slice(0, reported.length), reported);
    await appendAll(store.partition(0), [row(numbers.length + 1)]);
    await store.close();
  });

  it('a log locked by somebody else fails the store, and it recovers when the lock is gone', async () => {
    const store = await open();
    const log = store.partition(0);
    await appendAll(log, [row(1)]);
    const other = new DatabaseSync(join(dir, 'partition-0', 'log-0000000000000001.db'));
    other.exec('BEGIN IMMEDIATE');
    const failed = new Promise((resolve) => {
      store.onFailure(resolve);
    });
    const refused: number[] = [];
    log.append(row(2), ({ n }) => refused.push(n));
    await failed;
    await assert.rejects(store.recover(), { code: 'store_failed' });
    other.exec('ROLLBACK');
    other.close();
    await store.recover();
    assert.equal(log.lastN, 1);
    await appendAll(log, [row(2), row(3)]);
    assert.deepEqual([await readAllNumbers(store), refused], [[1, 2, 3], []]);
    await store.close();
  });

  it('a state database that cannot be written fails the store, and what was projected is written later', async () => {
    const store = await open();
    const log = store.partition(0);
    await appendAll(log, [row(1)]);
    const other = new DatabaseSync(join(dir, 'state.db'));
    other.exec('BEGIN IMMEDIATE');
    const failed = new Promise((resolve) => {
      store.onFailure(resolve);
    });
    const change = {
      n: 1,
      documents: [{ collection: 'setting' as const, key: 'a', json: '1' }],
      transactions: [],
    };
    store.state.project(0, change);
    await failed;
    other.exec('ROLLBACK');
    other.close();
    await store.recover();
    assert.deepEqual(await store.state.documents('setting'), [{ key: 'a', json: '1' }]);
    assert.equal(await store.state.projectedN(0), 1);
    await store.close();
  });

  it('a folder that is taken away fails the store, and nothing is reported as committed', async () => {
    const store = await open();
    const log = store.partition(0);
    await appendAll(log, [row(1)]);
    const away = `${dir}-away`;
    renameSync(dir, away);
    const failed = new Promise((resolve) => {
      store.onFailure(resolve);
    });
    const refused: number[] = [];
    log.append(row(2), ({ n }) => refused.push(n));
    await failed;
    await assert.rejects(store.recover(), { code: 'store_failed' });
    renameSync(away, dir);
    await store.recover();
    assert.deepEqual(refused, []);
    await appendAll(log, [row(log.lastN + 1)]);
    await store.close();
  });

  it('a folder has one store at a time', async () => {
    const store = await open();
    await assert.rejects(open(), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'store_failed');
      assert.ok(error.message.includes(dir));
      return true;
    });
    await store.close();
    const again = await open();
    await again.close();
  });
});
