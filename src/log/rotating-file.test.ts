import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createRotatingFile, type RotatingFile } from './rotating-file.ts';

function setUp(
  t: TestContext,
  { maxSize, backupCount }: { maxSize: number; backupCount: number },
): {
  open(): RotatingFile;
  path: string;
  read(suffix?: string): string;
  failures: Error[];
  names(): string[];
} {
  const folder = mkdtempSync(join(tmpdir(), 'rotating-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'gateway.log');
  const failures: Error[] = [];
  return {
    path,
    failures,
    open() {
      const file = createRotatingFile({
        path,
        maxSize,
        backupCount,
        onFailure: (error) => failures.push(error),
      });
      t.after(() => file.close());
      return file;
    },
    read: (suffix = '') => readFileSync(`${path}${suffix}`, 'utf8'),
    names: () => readdirSync(folder).sort(),
  };
}

test('a full file is set aside as .1, the older ones move on, the oldest goes', (t) => {
  const { open, read, names } = setUp(t, { maxSize: 10, backupCount: 2 });
  const file = open();
  for (const line of ['aaaaaa\n', 'bbbbbb\n', 'cccccc\n', 'dddddd\n']) file.write(line);
  assert.deepEqual(names(), ['gateway.log', 'gateway.log.1', 'gateway.log.2']);
  assert.deepEqual([read(), read('.1'), read('.2')], ['dddddd\n', 'cccccc\n', 'bbbbbb\n']);
});

test('the size is counted in bytes, and what was there before counts', (t) => {
  const { open, path, read } = setUp(t, { maxSize: 10, backupCount: 1 });
  writeFileSync(path, 'ää\n');
  open().write('öö\n');
  assert.equal(read('.1'), 'ää\n');
  assert.equal(read(), 'öö\n');
});

test('a line longer than a file is written whole', (t) => {
  const { open, read, names } = setUp(t, { maxSize: 4, backupCount: 1 });
  open().write('a long line\n');
  assert.equal(read(), 'a long line\n');
  assert.deepEqual(names(), ['gateway.log']);
});

for (const limits of [
  { maxSize: 0, backupCount: 5 },
  { maxSize: 4, backupCount: 0 },
]) {
  test(`a file with size ${limits.maxSize} and ${limits.backupCount} backups only grows`, (t) => {
    const { open, read, names } = setUp(t, limits);
    const file = open();
    file.write('one\n');
    file.write('two\n');
    assert.equal(read(), 'one\ntwo\n');
    assert.deepEqual(names(), ['gateway.log']);
  });
}

test('a failure is told once, and writing goes on as soon as it can', (t) => {
  const { open, path, read, failures } = setUp(t, { maxSize: 0, backupCount: 1 });
  mkdirSync(path);
  const file = open();
  file.write('lost\n');
  file.write('lost\n');
  assert.equal(failures.length, 1);
  rmSync(path, { recursive: true });
  assert.equal(existsSync(path), false);
  file.write('kept\n');
  assert.equal(read(), 'kept\n');
});
