import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCsms } from '../simulator/test-csms.ts';
import type { ProcessEdge } from './context.ts';
import { runProgram } from './program.ts';
import { registerSimulate } from './simulate.ts';

interface Run {
  exitCode: Promise<number>;
  stop: AbortController;
  out: string[];
  err: string[];
  /** Resolves when the output so far has this. */
  printed(part: string): Promise<void>;
}

function run(argv: string[], files: Record<string, string> = {}): Run {
  const out: string[] = [];
  const err: string[] = [];
  const stop = new AbortController();
  const waiting = new Set<() => void>();
  const edge: ProcessEdge = {
    env: {},
    cwd: '/',
    stdout: {
      write(text: string) {
        out.push(text);
        for (const check of waiting) check();
      },
    },
    stderr: { write: (text: string) => err.push(text) },
    readFile: (path) => files[path],
    version: '0.0.0',
    listenForStop: () => stop.signal,
  };
  const exitCode = runProgram(['simulate', ...argv], edge, [registerSimulate]);
  return {
    exitCode,
    stop,
    out,
    err,
    printed: (part) =>
      new Promise((resolve) => {
        function check(): void {
          if (!out.join('').includes(part)) return;
          waiting.delete(check);
          resolve();
        }
        waiting.add(check);
        check();
      }),
  };
}

test('stations boot, charge and leave properly when the process is asked to stop', async (t) => {
  const csms = await startTestCsms(() => Date.now());
  t.after(() => csms.close());
  const { exitCode, stop, printed } = run([csms.url, '--count', '2', '--speed', '100']);
  await printed('SIM-1 > StartTransaction');
  await printed('SIM-2 > StartTransaction');
  stop.abort();
  assert.equal(await exitCode, 0);
  assert.equal(csms.all('StopTransaction').length, 2);
  assert.deepEqual(csms.violations, []);
});

test('with --json each frame is one line', async (t) => {
  const csms = await startTestCsms(() => Date.now());
  t.after(() => csms.close());
  const { exitCode, stop, printed, out } = run([csms.url, '--json', '--scenario', 'idle', '--id', 'BOX']);
  await printed('StatusNotification');
  stop.abort();
  assert.equal(await exitCode, 0);
  const first: unknown = JSON.parse(out[0] ?? '');
  assert.ok(typeof first === 'object' && first !== null && 'frame' in first && 'station' in first);
  assert.equal(first.station, 'BOX');
  assert.match(String(first.frame), /BootNotification/);
});

test('what cannot work is one clear line and exit code 2', async () => {
  const cases: [string[], RegExp][] = [
    [['http://localhost'], /ws:\/\//],
    [['nonsense'], /nonsense cannot be used/],
    [['ws://localhost', '--count', '0'], /--count is 0/],
    [['ws://localhost', '--ocpp', '1.5'], /1\.5/],
    [['wss://localhost', '--ca', 'missing.pem'], /there is no file missing\.pem/],
  ];
  for (const [argv, message] of cases) {
    const { exitCode, err } = run(argv);
    assert.equal(await exitCode, 2, argv.join(' '));
    assert.match(err.join(''), message);
  }
});
