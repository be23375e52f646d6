import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program under test, started by us and ended by its id. */
export interface Program {
  readonly pid: number;
  /** From the start to the first connection its port took, ms. */
  readonly startMs: number;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
  /** Where it will listen. */
  port: number;
}

const startLimitMs = 20_000;
const stopLimitMs = 10_000;

/** Starts Node with these arguments and resolves when the port takes connections. */
export async function startProgram({ args, cwd, env = {}, port }: ProgramOptions): Promise<Program> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended:\n${output}`);
    if (performance.now() - started > startLimitMs) {
      child.kill('SIGKILL');
      throw new Error(`${args.join(' ')} does not listen on ${port}:\n${output}`);
    }
    await sleep(5);
  }
  const startMs = performance.now() - started;
  return { pid: child.pid ?? 0, startMs, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await exit;
  clearTimeout(late);
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** CPU time of a process with its threads and children so far, µs. Linux: /proc/PID/task/TID/schedstat, in ns. */
export function cpuMicros(pid: number): number {
  let nanoseconds = 0;
  for (const process of family(pid))
    for (const task of list(`/proc/${process}/task`))
      nanoseconds += Number.parseInt(read(`/proc/${process}/task/${task}/schedstat`), 10) || 0;
  return nanoseconds / 1000;
}

/** Resident memory of a process with its children, KiB. */
export function residentKiB(pid: number): number {
  let total = 0;
  for (const process of family(pid))
    total += Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${process}/status`))?.[1] ?? 0);
  return total;
}

/** A process, its children and theirs. */
function family(pid: number): number[] {
  const all = [pid];
  for (const member of all)
    for (const task of list(`/proc/${member}/task`))
      for (const child of read(`/proc/${member}/task/${task}/children`).split(' '))
        if (child !== '') all.push(Number(child));
  return all;
}

/** A thread may end between two looks at it. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
