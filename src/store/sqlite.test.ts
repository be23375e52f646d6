import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from './sqlite.ts';
import { describeStore } from './store.contract.ts';

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
