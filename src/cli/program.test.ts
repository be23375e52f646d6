import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test, suite } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GatewayError } from '../errors.ts';
import type { RegisterCommand } from './context.ts';
import { registerConfig } from './config.ts';
import { runProgram } from './program.ts';
import { registerVersion } from './version.ts';

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

interface Given {
  env?: Record<string, string>;
  isTTY?: boolean;
  commands?: readonly RegisterCommand[];
  files?: Record<string, string>;
}

const registerServe: RegisterCommand = (program, context) => {
  program
    .command('serve', { isDefault: true })
    .option('--quick')
    .action(() => {
      context.output.line(`port ${context.loadConfig().config.values.LISTEN_PORT}`);
    });
};

async function run(line: string, given: Given = {}): Promise<Run> {
  const {
    env = {},
    isTTY = false,
    commands = [registerServe, registerConfig, registerVersion],
    files = {},
  } = given;
  const written = { stdout: '', stderr: '' };
  const code = await runProgram(
    line.split(' ').filter((word) => word !== ''),
    {
      env,
      cwd: '/',
      stdout: { isTTY, write: (text) => (written.stdout += text) },
      stderr: { isTTY, write: (text) => (written.stderr += text) },
      readFile: (path) => files[path],
      version: '1.2.3',
      listenForStop: () => new AbortController().signal,
    },
    commands,
  );
  return { code, ...written };
}

suite('the command line', () => {
  test('runs the default command, with settings as flags before or after a command', async () => {
    assert.equal((await run('')).stdout, 'port 3000\n');
    assert.equal((await run('--listen-port 4000')).stdout, 'port 4000\n');
    assert.equal((await run('serve --listen-port=4000')).stdout, 'port 4000\n');
    assert.equal((await run('--listen-port 4000 serve')).stdout, 'port 4000\n');
  });

  for (const [line, message] of [
    ['sevre', 'unknown command sevre, did you mean serve?'],
    ['--mqtt-hostnam x', 'unknown option --mqtt-hostnam (command line), did you mean --mqtt-hostname?'],
    ['serve --qick', 'unknown option --qick (command line), did you mean --quick?'],
    ['version --jsn', 'unknown option --jsn (command line), did you mean --json?'],
    ['--mqtt-port', "option '--mqtt-port <value>' argument missing"],
    ['--mqtt-port abc', 'MQTT_PORT=abc (command line --mqtt-port): must be a whole number from 1 to 65535'],
    [
      '--database-url postgres://db',
      'DATABASE_URL=postgres://db (command line --database-url): this version has no driver for it; leave it unset to use SQLite in DATA_DIR',
    ],
  ] as const) {
    test(`"${line}" is one line and exit code 2`, async () => {
      assert.deepEqual(await run(line), { code: 2, stdout: '', stderr: `ocpp2mqtt: ${message}\n` });
    });
  }

  test('says each wrong value on a line of its own', async () => {
    const { code, stderr } = await run('--mqtt-port abc --listen-port x');
    assert.equal(code, 2);
    assert.match(stderr, /^(?:ocpp2mqtt: \w+=.*\n){2}$/);
  });

  test('says an error as JSON with --json', async () => {
    const { code, stdout } = await run('--mqtt-port abc --json');
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(stdout), {
      error: {
        code: 'config_invalid',
        details: { options: ['MQTT_PORT'] },
        message: 'MQTT_PORT=abc (command line --mqtt-port): must be a whole number from 1 to 65535',
      },
    });
  });

  test('ends with 1 when a command fails, and masks what it says', async () => {
    const failing: RegisterCommand = (program) => {
      program.command('fail').action(() => {
        throw new GatewayError('broker_unreachable', 'mqtt://me:secret@host is not there');
      });
    };
    assert.deepEqual(await run('fail', { commands: [failing] }), {
      code: 1,
      stdout: '',
      stderr: 'ocpp2mqtt: mqtt://***@host is not there\n',
    });
  });

  test('prints its help on request, with exit code 0', async () => {
    const { code, stdout } = await run('--help');
    assert.equal(code, 0);
    assert.match(stdout, /Every setting is a flag too/);
    assert.ok(!stdout.includes('--mqtt-hostname <value>'));
  });
});

test('version prints the version', async () => {
  assert.match((await run('version')).stdout, /^ocpp2mqtt 1\.2\.3 \(node 24\./);
  assert.equal(JSON.parse((await run('version --json')).stdout).version, '1.2.3');
});

suite('config', () => {
  const given = {
    env: { MQTT_URL: 'mqtt://me:s3cret@broker', MQTT_PASSWORD: 's3cret' },
    files: { '/.env': 'LISTEN_PORT=4000\nMQTT_HOSTNAM=x\n' },
  };

  test('prints every setting with its value and where it was set, and no secret', async () => {
    const { stdout, stderr } = await run('config', given);
    assert.match(stdout, /^LISTEN_PORT +4000 +\.env line 1$/m);
    assert.match(stdout, /^MQTT_URL +mqtt:\/\/\*\*\*@broker +environment$/m);
    assert.match(stdout, /^MQTT_PASSWORD +\*\*\* +environment$/m);
    assert.match(stdout, /^MQTT_PORT +1883 +default$/m);
    assert.match(stdout, /^LOG_FILE +- +default$/m);
    assert.equal(stderr, '.env line 2: unknown name MQTT_HOSTNAM, did you mean MQTT_HOSTNAME?\n');
    assert.ok(!stdout.includes('s3cret'));
  });

  test('prints the same as JSON', async () => {
    const { stdout } = await run('config --json', given);
    const { options, warnings } = JSON.parse(stdout);
    assert.deepEqual(options.LISTEN_PORT, { value: 4000, source: '.env', where: '.env line 1' });
    assert.deepEqual(options.LOG_FILE, { value: null, source: 'default', where: 'default' });
    assert.equal(options.MQTT_PASSWORD.value, '***');
    assert.equal(warnings.length, 1);
    assert.ok(!stdout.includes('s3cret'));
  });

  test('has colours on a terminal, and none when piped or with NO_COLOR', async () => {
    assert.ok((await run('config', { isTTY: true })).stdout.includes('\u001b['));
    assert.ok(!(await run('config')).stdout.includes('\u001b['));
    assert.ok(!(await run('config', { isTTY: true, env: { NO_COLOR: '1' } })).stdout.includes('\u001b['));
  });
});

suite('the process', () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));

  const execute = (...args: string[]): Promise<Run> =>
    new Promise((resolve) => {
      execFile(process.execPath, [main, ...args], { cwd: '/' }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });

  test('exits with 0 after a command, and knows its version', async () => {
    const { code, stdout } = await execute('version', '--json');
    assert.equal(code, 0);
    assert.match(JSON.parse(stdout).version, /^\d+\.\d+\.\d+/);
  });

  test('exits with 2 and one line for a wrong setting', async () => {
    assert.deepEqual(await execute('config', '--mqtt-port', 'abc'), {
      code: 2,
      stdout: '',
      stderr: 'ocpp2mqtt: MQTT_PORT=abc (command line --mqtt-port): must be a whole number from 1 to 65535\n',
    });
  });
});
