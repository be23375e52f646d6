import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';

const main = resolve(import.meta.dirname, '../../src/main.ts');

interface Run {
  process: ChildProcessByStdio<null, Readable, Readable>;
  lines: Interface;
}

function run(cwd: string, ...args: string[]): Run {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  return { process: child, lines: createInterface({ input: child.stdout }) };
}

async function finish({ process: child, lines }: Run): Promise<{ code: number; out: string; err: string }> {
  let err = '';
  child.stderr.on('data', (text) => (err += String(text)));
  const out: string[] = [];
  lines.on('line', (line) => out.push(line));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out: out.join('\n'), err };
}

/** The first line that is JSON and fits. */
async function jsonLine(
  lines: Interface,
  fits: (value: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  for await (const line of lines) {
    const value = JSON.parse(line) as Record<string, unknown>;
    if (fits(value)) return value;
  }
  throw new Error('the output ended before the line came');
}

describe('the demo and the commands beside it', () => {
  let folder: string;
  let demo: Run;
  let broker: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'command-line-'));
    demo = run(folder, 'demo', '--json');
    const started = await jsonLine(demo.lines, (value) => 'mqtt' in value);
    broker = ['--mqtt-url', String(started['mqtt'])];
  });
  after(async () => {
    demo.process.kill('SIGINT');
    if (demo.process.exitCode === null) await once(demo.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  });

  it('shows two stations charging, and watch their events', async () => {
    const watching = run(folder, 'watch', '--json', ...broker);
    const charging = new Set<unknown>();
    await jsonLine(watching.lines, (event) => {
      if (event['kind'] === 'meter') charging.add(event['station']);
      return charging.size === 2;
    });
    watching.process.kill('SIGTERM');
    assert.deepEqual(charging, new Set(['demo-1', 'demo-2']));
  });

  it('sends a command, whatever the case of the id, and prints its result', async () => {
    const { code, out } = await finish(
      run(folder, 'send', 'DEMO-1', 'set_limit', '{"current":10}', ...broker),
    );
    assert.equal(code, 0);
    assert.match(out, /set_limit accepted/);
  });

  it('sends raw OCPP where the action begins with a capital letter', async () => {
    const { code, out } = await finish(
      run(folder, 'send', '--json', 'demo-2', 'GetLocalListVersion', ...broker),
    );
    assert.equal(code, 0);
    assert.equal((JSON.parse(out) as { status: string }).status, 'ok');
  });

  it('says what is wrong by its exit code and one line', async () => {
    const unknown = await finish(run(folder, 'send', 'demo-1', 'strat', ...broker));
    assert.equal(unknown.code, 1);
    assert.match(unknown.out, /did you mean start\?/);
    const json = await finish(run(folder, 'send', 'demo-1', 'start', '{', ...broker));
    assert.equal(json.code, 2);
    assert.match(json.err, /not readable JSON/);
    const away = await finish(run(folder, 'send', 'demo-1', 'start', '--mqtt-url', 'mqtt://127.0.0.1:1'));
    assert.equal(away.code, 1);
    assert.match(away.err, /ECONNREFUSED/);
  });
});
