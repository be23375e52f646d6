import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { LogRow, Store } from '../csms/ports.ts';
import { createSqliteStore } from './sqlite.ts';
import type { SqliteStoreOptions } from './sqlite.ts';
import { appendAll, row } from './store.contract.ts';

const dayMs = 86_400_000;
const firstDay = 20_000 * dayMs;

describe('segments of the SQLite log', () => {
  let dir: string;
  let store: Store;
  let time: number;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-segments-'));
    time = firstDay;
    await open();
  });

  afterEach(async () => {
    await store.close();
    rmSync(dir, { recursive: true });
  });

  async function open(options: Partial<SqliteStoreOptions> = {}): Promise<void> {
    store = await createSqliteStore({
      dir,
      retentionDays: 30,
      retentionMaxBytes: 1e9,
      now: () => time,
      ...options,
    });
  }

  async function restart(options: Partial<SqliteStoreOptions> = {}): Promise<void> {
    await store.close();
    await open(options);
  }

  const folder = (): string => join(dir, 'partition-0');
  const files = (): string[] => readdirSync(folder()).filter((name) => name.endsWith('.db'));
  const file = (n: number, kind = 'log'): string => `${kind}-${String(n).padStart(16, '0')}.db`;

  /** Two stations in turn, with internal records between them. */
  function rowsOf(from: number, to: number): LogRow[] {
    const rows: LogRow[] = [];
    for (let n = from; n <= to; n += 1) {
      const values = n % 10 === 0 ? { station: '', seq: null, frame: null } : { station: `S${n % 2}` };
      rows.push(row(n, { time, frame: `[2,"${n}","MeterValues",{"ä":"${'x'.repeat(n % 50)}"}]`, ...values }));
    }
    return rows;
  }

  const append = (from: number, to: number): Promise<void> => appendAll(store.partition(0), rowsOf(from, to));

  /** Ten rows on each of some days. */
  async function appendDays(days: number): Promise<LogRow[]> {
    const rows: LogRow[] = [];
    for (let day = 0; day < days; day += 1) {
      time = firstDay + day * dayMs;
      rows.push(...rowsOf(day * 10 + 1, day * 10 + 10));
      await append(day * 10 + 1, day * 10 + 10);
    }
    return rows;
  }

  async function acknowledgeAll(n: number): Promise<void> {
    store.partition(0).acknowledge(n);
    store.state.project(0, { n, documents: [], transactions: [] });
    assert.equal(await store.state.projectedN(0), n);
  }

  it('a new file begins with the first row of a UTC day', async () => {
    await append(1, 5);
    time += dayMs;
    await append(6, 7);
    assert.deepEqual(files(), [file(1), file(6)]);
    assert.equal((await store.partition(0).read(0, 100)).length, 7);
  });

  it('a clock that jumps back begins a new file and appends to no sealed one', async () => {
    await append(1, 5);
    time += 1000 * dayMs;
    await append(6, 7);
    time = firstDay;
    await append(8, 9);
    await restart();
    await append(10, 11);
    assert.deepEqual(files(), [file(1), file(6), file(8)]);
    assert.deepEqual(
      (await store.partition(0).read(0, 100)).map(({ n }) => n),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
  });

  it('a file above the size limit is followed by a new one', async () => {
    await restart({ segmentMaxBytes: 60_000 });
    await append(1, 500);
    await append(501, 502);
    assert.deepEqual(files(), [file(1), file(501)]);
  });

  it('n goes on behind an empty file, whose day becomes that of its first row', async () => {
    await append(1, 5);
    time += dayMs;
    await store.maintain(time);
    assert.deepEqual(files(), [file(6), file(1, 'packed')]);
    time += dayMs;
    await restart();
    assert.equal(store.partition(0).lastN, 5);
    await append(6, 8);
    assert.deepEqual(files(), [file(6), file(1, 'packed')]);
  });

  it('packed rows come back byte for byte, in every way of reading', async () => {
    await append(1, 1000);
    const log = store.partition(0);
    const read = async (): Promise<LogRow[][]> => [
      await log.read(0, 2000),
      await log.read(256, 10),
      await log.read(255, 300),
      await log.readStation({ station: 'S1', log: 'L1', from: 250, to: 777, by: 'seq', limit: 1000 }),
      await log.readStation({ station: 'S0', log: 'L1', from: time, to: time, by: 'time', limit: 1000 }),
      await log.readStation({ station: 'S0', log: 'L1', from: 0, to: time - 1, by: 'time', limit: 1000 }),
      await log.latest('S1', 'L1', 300),
      await log.latest('nobody', 'L1', 300),
    ];
    const before = await read();
    assert.deepEqual(before[0], rowsOf(1, 1000));
    await store.maintain(time + dayMs);
    assert.deepEqual(files(), [file(1001), file(1, 'packed')]);
    assert.deepEqual(await read(), before);
  });

  it('reads span packed, sealed and open files', async () => {
    const rows = await appendDays(2);
    await store.maintain(time);
    time = firstDay + 2 * dayMs;
    rows.push(...rowsOf(21, 30));
    await append(21, 30);
    assert.deepEqual(files(), [file(11), file(21), file(1, 'packed')]);
    const log = store.partition(0);
    assert.deepEqual(await log.read(0, 100), rows);
    const ofStation = rows.filter(({ station }) => station === 'S1');
    assert.deepEqual(await log.latest('S1', 'L1', 100), ofStation);
    assert.deepEqual(await log.latest('S1', 'L1', 7), ofStation.slice(-7));
    assert.deepEqual(
      await log.readStation({ station: 'S1', log: 'L1', from: 7, to: 23, by: 'seq', limit: 100 }),
      ofStation.filter(({ seq }) => seq !== null && seq >= 7 && seq <= 23),
    );
  });

  it('packing that was interrupted is done again, whatever it left', async () => {
    const rows = await appendDays(2);
    writeFileSync(join(folder(), `${file(1, 'packed')}.tmp`), 'half a file');
    const original = join(dir, 'copy.db');
    copyFileSync(join(folder(), file(1)), original);
    await restart();
    await store.maintain(time);
    // As if the process had ended between the rename and the removal of the original.
    copyFileSync(original, join(folder(), file(1)));
    await restart();
    assert.deepEqual(await store.partition(0).read(0, 100), rows);
    await store.maintain(time);
    assert.deepEqual(files(), [file(11), file(1, 'packed')]);
    assert.deepEqual(await store.partition(0).read(0, 100), rows);
  });

  it('retention drops whole files that are acknowledged and projected, and n goes on', async () => {
    await restart({ retentionDays: 4 });
    const rows = await appendDays(8);
    await store.maintain(time);
    assert.deepEqual(await store.partition(0).read(0, 100), rows);
    store.partition(0).acknowledge(80);
    await store.maintain(time);
    assert.deepEqual(await store.partition(0).read(0, 100), rows, 'not projected');
    await acknowledgeAll(80);
    await store.maintain(time);
    assert.deepEqual(await store.partition(0).read(0, 100), rows.slice(30));
    await restart({ retentionDays: 4, retentionMaxBytes: 1 });
    await store.maintain(time + dayMs);
    assert.deepEqual(files(), [file(81)]);
    await restart();
    assert.equal(store.partition(0).lastN, 80);
  });

  it('a log above its limit with unacknowledged rows stops the store until they are acknowledged', async () => {
    await restart({ retentionMaxBytes: 1000 });
    await appendDays(3);
    const failures: Error[] = [];
    store.onFailure((error) => failures.push(error));
    await assert.rejects(store.maintain(time), { code: 'store_failed' });
    await assert.rejects(store.recover(), { code: 'store_failed' });
    assert.equal(failures.length, 1);
    store.partition(0).acknowledge(30);
    store.state.project(0, { n: 30, documents: [], transactions: [] });
    await store.recover();
    assert.deepEqual(files(), [file(21)]);
    await append(31, 31);
  });

  it('a file of a newer version is refused by name', async () => {
    await append(1, 5);
    await store.close();
    for (const path of [join(folder(), file(1)), join(dir, 'state.db')]) {
      setVersion(path, 99);
      await assert.rejects(open(), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'store_newer');
        assert.ok(error.message.includes(path));
        return true;
      });
      setVersion(path, 1);
    }
    await open();
  });

  it('closing leaves databases and nothing else', async () => {
    await appendDays(3);
    await store.maintain(time);
    await store.close();
    assert.deepEqual(readdirSync(dir), ['lock.db', 'partition-0', 'state.db']);
    assert.deepEqual(readdirSync(folder()), files());
  });
});

function setVersion(path: string, version: number): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA user_version = ${version}`);
  db.close();
}
