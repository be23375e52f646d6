import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { findFreePort, startMosquitto } from '../../test/support/mosquitto.ts';
import { tryFolder, tryPort } from './check-machine.ts';
import { registerCheck } from './check.ts';
import { runProgram } from './program.ts';

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function check(
  cwd: string,
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; stdout: string }> {
  let stdout = '';
  const code = await runProgram(
    ['check', ...args],
    {
      env: { LISTEN_ADDR: '127.0.0.1', LISTEN_PORT: '0', ...env },
      cwd,
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: () => undefined },
      readFile: () => undefined,
      version: '0.0.0',
      listenForStop: () => new AbortController().signal,
    },
    [registerCheck],
  );
  return { code, stdout };
}

async function takePort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

suite('check', () => {
  test('says ok in one line each when all is well, and exits with 0', async (t) => {
    const broker = await startMosquitto({ passwordFile: 'johnny:secret\n' });
    t.after(() => broker.stop());
    const folder = makeFolder(t);
    const env = {
      MQTT_HOSTNAME: '127.0.0.1',
      MQTT_PORT: String(broker.port),
      MQTT_USERNAME: 'johnny',
      MQTT_PASSWORD: 'secret',
    };
    const { code, stdout } = await check(folder, env);
    assert.deepEqual(stdout.split('\n'), [
      'ok  settings     valid, no warnings',
      `ok  broker       MQTT broker mqtt://127.0.0.1:${broker.port} (MQTT_HOSTNAME, environment)`,
      `ok  database     ${join(folder, 'data')} can be created`,
      'ok  LISTEN_PORT  a free one',
      '',
    ]);
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('says which broker refuses or is not there, with a hint, and exits with 1', async (t) => {
    const broker = await startMosquitto({ passwordFile: 'johnny:secret\n' });
    t.after(() => broker.stop());
    const folder = makeFolder(t);
    const wrong = { MQTT_URL: `mqtt://johnny:wrong@127.0.0.1:${broker.port}` };
    const refused = await check(folder, wrong);
    assert.match(
      refused.stdout,
      /^failed  broker .*: Connection refused: .* - is it running there, and are MQTT_USERNAME/m,
    );
    assert.equal(refused.code, 1);
    assert.ok(!refused.stdout.includes('wrong'));

    const absent = await check(folder, { MQTT_URL: `mqtt://127.0.0.1:${await findFreePort()}` });
    assert.match(absent.stdout, /^failed  broker .*ECONNREFUSED/m);
  });

  test('falls back to MQTT 3.1.1 as the gateway does', async (t) => {
    const broker = await startMosquitto();
    t.after(() => broker.stop());
    const url = { MQTT_URL: `mqtt://127.0.0.1:${broker.port}` };
    for (const version of ['auto', '5', '3.1.1']) {
      assert.equal((await check(makeFolder(t), { ...url, MQTT_PROTOCOL: version })).code, 0);
    }
  });

  test('prints JSON on request', async (t) => {
    const port = await takePort(t);
    const { code, stdout } = await check(
      makeFolder(t),
      { LISTEN_PORT: String(port), MQTT_URL: 'mqtt://127.0.0.1:1' },
      '--json',
    );
    const { ok, checks } = JSON.parse(stdout);
    assert.equal(code, 1);
    assert.equal(ok, false);
    assert.deepEqual(
      checks.map((result: { name: string; ok: boolean }) => [result.name, result.ok]),
      [
        ['settings', true],
        ['broker', false],
        ['database', true],
        ['LISTEN_PORT', false],
      ],
    );
  });
});

test('a port that is taken has a hint that names its setting', async (t) => {
  const port = await takePort(t);
  const result = await tryPort('LISTEN_PORT', '127.0.0.1', port);
  assert.equal(result.ok, false);
  assert.match(result.text, /EADDRINUSE/);
  assert.equal(result.hint, 'another program, or a running gateway, has it: stop it or set LISTEN_PORT');
});

test('an address that is not ours has a hint that names its setting', async () => {
  const result = await tryPort('BROKER_PORT', '192.0.2.1', 1883);
  assert.equal(result.hint, 'this machine has no such address: set BROKER_ADDR');
});

test('a database folder is tried without leaving anything', (t) => {
  const folder = makeFolder(t);
  assert.deepEqual(tryFolder(folder, '.'), { name: 'database', ok: true, text: `${folder} is writable` });
  assert.equal(tryFolder(folder, 'a/b').text, `${join(folder, 'a/b')} can be created`);
  assert.equal(existsSync(join(folder, 'a')), false);
  assert.deepEqual(readdirSync(folder), []);
});

test('a database folder that is a file, or below one, fails with a hint', (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, 'data'), '');
  for (const name of ['data', 'data/below']) {
    const { ok, hint } = tryFolder(folder, name);
    assert.equal(ok, false);
    assert.match(hint ?? '', /set DATA_DIR/);
  }
});
