import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { createSqliteStore } from './sqlite.ts';
import { describeStore, row } from './store.contract.ts';

for (const partitions of [1, 2]) {
  describeStore('SQLite', partitions, () => {
    const dir = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-store-'));
    return {
      open: () =>
        createSqliteStore({
          dir,
          partitions,
          retentionDays: 30,
          retentionMaxBytes: 1e9,
          onError: (error) => assert.match(String(error), /a callback failed/),
        }),
      remove: async () => rmSync(dir, { recursive: true }),
    };
  });
}

it('a store that is closed refuses to read, and takes rows without a word', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-store-'));
  const store = await createSqliteStore({ dir, retentionDays: 30, retentionMaxBytes: 1e9 });
  await store.close();
  const log = store.partition(0);
  log.append(row(1), () => assert.fail('it cannot be committed'));
  assert.equal(log.pendingBytes, 0);
  await assert.rejects(log.read(0, 10), { code: 'store_failed' });
  await assert.rejects(store.recover(), { code: 'store_failed' });
  rmSync(dir, { recursive: true });
});
