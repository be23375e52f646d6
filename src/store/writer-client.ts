import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { GatewayError, messageOf } from '../errors.ts';
import type { FromWriter, OpenedPartition, ToWriter, WriterData } from './messages.ts';
import { startThread } from './threads.ts';

/** The writing thread as the main thread sees it, from its start to its first failure or its end. */
export interface WriterThread {
  readonly logId: string;
  readonly partitions: OpenedPartition[];
  send(message: ToWriter): void;
  /** Resolves when everything sent before is done, or the thread has ended. */
  sync(): Promise<void>;
  /** Writes nothing more; resolves when the files are closed. */
  close(): Promise<void>;
}

export interface WriterEvents {
  committed(partition: number, saved: number): void;
  saved(partition: number, saved: number): void;
  checkpointDue(partition: number): void;
  /** Nothing that was sent and not reported as committed will be. */
  failed(error: GatewayError): void;
}

/** @throws GatewayError `store_newer`, `store_failed`. */
export async function startWriterThread(data: WriterData, events: WriterEvents): Promise<WriterThread> {
  const port = startThread('writer', data);
  const opened = await firstMessage(port);
  if (opened.type === 'failed') {
    await port.terminate();
    throw new GatewayError(opened.code, opened.message, { details: { dir: data.dir } });
  }
  if (opened.type !== 'ready') throw new GatewayError('internal', `The writer began with ${opened.type}.`);

  const exited = new Promise<void>((resolve) => {
    port.once('exit', () => resolve());
  });
  const syncs = new Map<number, () => void>();
  let lastSync = 0;
  let ended = false;

  function endSyncs(): void {
    ended = true;
    for (const done of syncs.values()) done();
    syncs.clear();
  }

  port.on('message', (message: FromWriter) => {
    switch (message.type) {
      case 'committed':
        events.committed(message.partition, message.saved);
        if (message.checkpointDue) events.checkpointDue(message.partition);
        break;
      case 'saved':
        events.saved(message.partition, message.saved);
        break;
      case 'synced':
        syncs.get(message.id)?.();
        syncs.delete(message.id);
        break;
      case 'failed':
        events.failed(new GatewayError(message.code, message.message, { details: { dir: data.dir } }));
        break;
      case 'ready':
        break;
    }
  });
  port.on('error', (cause) => {
    events.failed(new GatewayError('store_failed', `The writer ended: ${messageOf(cause)}`, { cause }));
  });
  port.on('exit', endSyncs);

  return {
    logId: opened.logId,
    partitions: opened.partitions,
    send: (message) => port.postMessage(message),
    sync() {
      if (ended) return Promise.resolve();
      lastSync += 1;
      const id = lastSync;
      return new Promise((resolve) => {
        syncs.set(id, resolve);
        port.postMessage({ type: 'sync', id } satisfies ToWriter);
      });
    },
    async close() {
      port.postMessage({ type: 'close' } satisfies ToWriter);
      await exited;
    },
  };
}

async function firstMessage(port: Worker): Promise<FromWriter> {
  try {
    const [message] = (await once(port, 'message')) as [FromWriter];
    return message;
  } catch (cause) {
    throw new GatewayError('store_failed', `The writer did not start: ${messageOf(cause)}`, { cause });
  }
}
