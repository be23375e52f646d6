/**
 * Installs what the tests need beside npm packages: on Debian, as root. Elsewhere it prints the one line to run
 * and fails; it does nothing when all is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium, installLine, missingPackages, mosquitto } from './requirements.ts';

const requirements = [...mosquitto, chromium];
const apt = '/usr/bin/apt-get';
const path = process.env['PATH'] ?? '';

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const missing = missingPackages(requirements, path);
if (missing.length > 0) {
  if (process.getuid?.() === 0 && existsSync(apt)) {
    run(apt, ['update']);
    run(apt, ['install', '-y', '--no-install-recommends', ...missing]);
  }
  const left = missingPackages(requirements, path);
  if (left.length > 0) {
    console.error(`The tests need ${left.join(', ')}: ${installLine(left)}`);
    process.exitCode = 1;
  }
}
