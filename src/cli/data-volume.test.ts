import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { volumeWarning } from './data-volume.ts';

test('a data folder of the container itself is warned about, a mounted one is not', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'volume-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data');
  assert.match(volumeWarning(data, true) ?? '', /data is no volume/);
  assert.equal(volumeWarning('/proc', true), null, '/proc is a mount of its own');
});

test('outside a container nothing is said', () => {
  assert.equal(volumeWarning(tmpdir(), false), null);
});
