import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSqliteStore } from './sqlite.ts';
import { appendAll, row } from './store.contract.ts';

test('the reading thread ends when it is idle, and the next read starts another', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'reader-'));
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const store = await createSqliteStore({ dir, retentionDays: 30, retentionMaxBytes: 1e9 });
  const log = store.partition(0);
  const rows = [row(1), row(2)];
  assert.deepEqual(await log.read(0, 10), [], 'before anything is written');
  const committed = appendAll(log, rows);
  await committed;
  assert.deepEqual(await log.read(0, 10), rows);
  context.mock.timers.tick(30_000);
  assert.deepEqual(await log.read(0, 10), rows);
  await store.close();
  rmSync(dir, { recursive: true });
});
