import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { installLine, missingPackages } from './requirements.ts';

const requirements = [
  { programs: ['no-such-program-1', 'no-such-program-2'], debianPackage: 'one' },
  { programs: ['no-such-program-3'], debianPackage: 'two' },
];

test('what is missing is told as packages, and any of several programs will do', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'requirements-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.deepEqual(missingPackages(requirements, folder), ['one', 'two']);
  writeFileSync(join(folder, 'no-such-program-2'), '');
  assert.deepEqual(missingPackages(requirements, folder), ['one', 'two']);
  chmodSync(join(folder, 'no-such-program-2'), 0o755);
  assert.deepEqual(missingPackages(requirements, `/nowhere:${folder}`), ['two']);
});

test('one line installs them', () => {
  assert.equal(
    installLine(['mosquitto', 'chromium']),
    'sudo apt-get update && sudo apt-get install -y --no-install-recommends mosquitto chromium',
  );
});
