/** Runs every test, or those whose file names contain one of the arguments: `npm test -- config`. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installLine, missingPackages, mosquitto } from './requirements.ts';

const missing = missingPackages(mosquitto, process.env['PATH'] ?? '');
if (missing.length > 0) {
  console.error(`The tests need ${missing.join(', ')}: ${installLine(missing)}`);
  process.exit(1);
}
if ((process.env['OCPP_FRAMES'] ?? '') === '') {
  console.log('OCPP_FRAMES names no folder: the replay of recorded traffic is left out.');
}

const root = fileURLToPath(new URL('..', import.meta.url));
const filters = process.argv.slice(2);
const files = globSync('{src,test,scripts}/**/*.test.ts', { cwd: root })
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${filters.join(' ')}`);
  process.exit(1);
}

// Two at a time: the tests start brokers and browsers of their own. What hangs ends with its name.
const tests = spawn(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=180000', ...files], {
  cwd: root,
  stdio: 'inherit',
});
tests.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
