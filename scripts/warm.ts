/** Loads what a gateway loads, its threads too, so that Node keeps the compiled code in NODE_COMPILE_CACHE. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDialect } from '../src/csms/v16/dialect.ts';
import { createSqliteStore } from '../src/store/sqlite.ts';
import '../src/broker/broker.ts';
import '../src/gateway.ts';

const dir = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-warm-'));
try {
  await loadDialect();
  const store = await createSqliteStore({ dir, retentionDays: 1, retentionMaxBytes: 1024 ** 3 });
  const row = { n: 1, station: '', log: '', seq: null, time: 0, version: null, meta: '{}' };
  const log = store.partition(0);
  await new Promise((resolve) => {
    log.append({ ...row, frame: null, answer: null }, resolve);
  });
  // read behind the first row: by the reading thread
  await log.read(0, 1);
  await store.close();
} finally {
  rmSync(dir, { recursive: true });
}
