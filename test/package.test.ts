import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

describe('the npm package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  after(() => rmSync(folder, { recursive: true }));

  function run(cwd: string, command: string, ...args: string[]): string {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        npm_config_prefer_offline: 'true',
      },
    });
    assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Packs a copy of the repository: what packing makes must not change under the other tests. */
  function pack(): string {
    const copy = join(folder, 'repository');
    mkdirSync(copy);
    for (const name of [
      'src',
      'scripts',
      'docs',
      'deploy',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ])
      cpSync(join(root, name), join(copy, name), {
        recursive: true,
        filter: (path) => !path.includes('generated'),
      });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    run(copy, 'npm', 'pack', '--pack-destination', folder);
    return join(folder, `ocpp2mqtt-${version}.tgz`);
  }

  it('holds the program with its generated code and without tests, and runs where it is installed', () => {
    const tarball = pack();
    const files = run(folder, 'tar', '-tzf', tarball).trim().split('\n');
    for (const file of [
      'dist/main.js',
      'dist/store/writer-thread.js',
      'dist/store/reader-thread.js',
      'dist/store/packing-thread.js',
      'dist/broker/retained-worker.js',
      'dist/ocpp/generated/v16/validators.js',
      'dist/ocpp/generated/v21/actions.js',
      'docs/migration.md',
    ])
      assert.ok(files.includes(`package/${file}`), file);
    assert.deepEqual(
      files.filter((file) => /\.test\.|\.contract\.|\.ts$/.test(file)),
      [],
    );

    const app = join(folder, 'app');
    mkdirSync(app);
    run(app, 'npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', tarball);
    const program = join(app, 'node_modules/.bin/ocpp2mqtt');
    assert.match(run(app, program, 'version'), new RegExp(`^ocpp2mqtt ${version} `));
    assert.match(run(app, program, 'config'), /LISTEN_PORT/);
  });
});
