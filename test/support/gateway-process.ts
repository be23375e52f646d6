import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createWatch } from './watch.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface GatewayProcessOptions {
  /** Working directory, of a gateway before; else a new one. */
  folder?: string;
  /** Text of its `.env`. */
  dotenv?: string;
  /** The whole environment but PATH. */
  env?: Record<string, string>;
  args?: string[];
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A real gateway: one process, one working directory, its own data. */
export interface GatewayProcess {
  readonly folder: string;
  readonly pid: number;
  /** What it wrote to standard output and standard error. */
  output(): string;
  /** Resolves with the first match of its output, as soon as there is one; rejects when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** SIGTERM when it still runs; resolves when the process has ended. */
  stop(): Promise<Ended>;
}

/** Starts `serve`; resolves as soon as the process is there, whatever becomes of it. */
export async function spawnGateway(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
  const folder = options.folder ?? (await temporaryFolder());
  if (options.dotenv !== undefined) await writeFile(join(folder, '.env'), options.dotenv);
  const child: ChildProcessWithoutNullStreams = spawn(
    process.execPath,
    [program, 'serve', ...(options.args ?? [])],
    { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...options.env } },
  );
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  let output = '';
  let isOver = false;
  const watch = createWatch();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      watch.changed();
    });
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    isOver = true;
    process.off('exit', endWithUs);
    watch.changed();
    return { code, signal } as Ended;
  });

  return {
    folder,
    pid: child.pid ?? 0,
    output: () => output,
    says: (pattern) =>
      watch.until(String(pattern), () => {
        const match = pattern.exec(output);
        if (match === null && isOver)
          throw new Error(`the gateway ended without saying ${String(pattern)}:\n${output}`);
        return match ?? undefined;
      }),
    signal: (name) => void child.kill(name),
    ended,
    stop() {
      if (!isOver) child.kill('SIGTERM');
      return ended;
    },
  };
}

const folders = new Set<string>();
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** It goes with this process, so that one gateway after the other can run in it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  folders.add(folder);
  return folder;
}
