import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MosquittoOptions {
  /** Keeps retained messages and sessions in its folder, written at every change. */
  persistence?: boolean;
  /** Lines `name:password` in plain text; without it everybody may connect. */
  passwordFile?: string;
  /** Text of an ACL file. */
  aclFile?: string;
  /** Bytes; announced to MQTT 5 clients. */
  maxPacketSize?: number;
  /** Further lines of mosquitto.conf: general ones, then those of the TCP listener, then further listeners. */
  conf?: string[];
  listenerConf?: string[];
}

/** A real broker on the loopback address: one process, one folder below the system's temporary one. */
export interface Mosquitto {
  readonly port: number;
  readonly pid: number;
  readonly folder: string;
  /** What it logged so far. */
  log(): string;
  /** SIGKILL: no DISCONNECT, no persistence file. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port with the same folder. */
  restart(): Promise<void>;
  /** Ends the process and removes the folder. */
  stop(): Promise<void>;
}

interface RunningBroker {
  process: ChildProcess;
  pid: number;
  log(): string;
}

/** A TCP port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function configure(folder: string, port: number, options: MosquittoOptions): Promise<void> {
  const lines = [...(options.conf ?? [])];
  if (options.passwordFile === undefined) lines.push('allow_anonymous true');
  else {
    const file = join(folder, 'passwords');
    await writeFile(file, options.passwordFile, { mode: 0o600 });
    const hashing = spawn('mosquitto_passwd', ['-U', file], { stdio: 'ignore' });
    await once(hashing, 'exit');
    lines.push('allow_anonymous false', `password_file ${file}`);
  }
  if (options.aclFile !== undefined) {
    await writeFile(join(folder, 'acl'), options.aclFile, { mode: 0o600 });
    lines.push(`acl_file ${join(folder, 'acl')}`);
  }
  if (options.persistence) {
    lines.push('persistence true', `persistence_location ${folder}/`);
    lines.push('autosave_on_changes true', 'autosave_interval 1');
  }
  if (options.maxPacketSize !== undefined) lines.push(`max_packet_size ${options.maxPacketSize}`);
  // Started by root it would change to a user who cannot read the folder.
  if (process.getuid?.() === 0) lines.push('user root');
  lines.push(`listener ${port} 127.0.0.1`, ...(options.listenerConf ?? []));
  await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
}

/** Resolves when the broker says that it runs. */
function run(folder: string): Promise<RunningBroker> {
  const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
  const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH },
  });
  const endWithUs = () => broker.kill('SIGKILL');
  process.once('exit', endWithUs);
  broker.once('exit', () => process.off('exit', endWithUs));
  let log = '';
  return new Promise((resolve, reject) => {
    broker.once('error', (cause) =>
      reject(new Error('The tests need mosquitto on the PATH: run `npm run setup`.', { cause })),
    );
    broker.once('exit', () => reject(new Error(`mosquitto ended:\n${log}`)));
    broker.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (/mosquitto version \S+ running/.test(log) && broker.pid !== undefined) {
        resolve({ process: broker, pid: broker.pid, log: () => log });
      }
    });
  });
}

async function end(broker: RunningBroker, signal: NodeJS.Signals): Promise<void> {
  if (broker.process.exitCode !== null || broker.process.signalCode !== null) return;
  const exit = once(broker.process, 'exit');
  broker.process.kill(signal);
  // A process that was stopped with SIGSTOP takes a signal only when it goes on.
  broker.process.kill('SIGCONT');
  await exit;
}

/**
 * Starts a real Mosquitto and resolves when it accepts connections. Rejects with the way out when the program
 * is not installed, and with its log when it ends at once.
 */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
  const port = await findFreePort();
  try {
    await configure(folder, port, options);
    let broker = await run(folder);
    return {
      port,
      folder,
      get pid() {
        return broker.pid;
      },
      log: () => broker.log(),
      kill: () => end(broker, 'SIGKILL'),
      async restart() {
        broker = await run(folder);
      },
      async stop() {
        await end(broker, 'SIGTERM');
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
