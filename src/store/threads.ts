import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { GatewayError, messageOf } from '../errors.ts';
import type { FromReader, ReaderRequest } from './messages.ts';

/** Starts `<name>-thread` of this folder, which is TypeScript here and JavaScript in the published package. */
export function startThread(name: 'writer' | 'reader' | 'packing', data: unknown): Worker {
  // No flags of the process: some that fit its main program (--input-type) stop a thread from starting.
  const extension = extname(new URL(import.meta.url).pathname);
  return new Worker(new URL(`./${name}-thread${extension}`, import.meta.url), {
    workerData: data,
    execArgv: [],
  });
}

/** The reading thread as a function. */
export interface ReaderThread {
  /** @throws GatewayError `store_failed`, `store_newer`. The type of the answer is the request's. */
  ask<Answer>(request: ReaderRequest): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts with the first request; again with the next one should the thread ever end by itself. */
export function createReaderThread(dir: string): ReaderThread {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let port: Worker | undefined;
  let lastId = 0;
  let closed = false;

  function start(): Worker {
    const started = startThread('reader', dir);
    started.on('message', (message: FromReader) => {
      const request = waiting.get(message.id);
      waiting.delete(message.id);
      if ('code' in message) request?.reject(new GatewayError(message.code, message.message));
      else request?.resolve(message.answer);
    });
    started.on('error', (cause) => rejectAll(cause));
    started.on('exit', () => {
      if (port === started) port = undefined;
    });
    return started;
  }

  function rejectAll(cause: unknown): void {
    const error = new GatewayError('store_failed', `Reading the store failed: ${messageOf(cause)}`, {
      cause,
    });
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    port = undefined;
  }

  function ask<Answer>(request: ReaderRequest): Promise<Answer> {
    if (closed) return Promise.reject(new GatewayError('store_failed', 'The store is closed.'));
    port ??= start();
    lastId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    waiting.set(lastId, { promise, resolve: (answer) => resolve(answer as Answer), reject });
    port.postMessage({ ...request, id: lastId });
    return promise;
  }

  return {
    ask,
    async close() {
      const running = port;
      if (running !== undefined) await ask({ type: 'forget' });
      closed = true;
      await running?.terminate();
      rejectAll('the store is closed');
    },
  };
}

/** Packs sealed segments in a thread of low priority, which `signal` ends. @throws GatewayError `store_failed`. */
export async function packInThread(
  segments: { path: string; packedPath: string }[],
  signal: AbortSignal,
): Promise<void> {
  if (segments.length === 0 || signal.aborted) return;
  const port = startThread('packing', segments);
  const stop = (): void => void port.terminate();
  signal.addEventListener('abort', stop);
  try {
    await once(port, 'exit');
  } catch (cause) {
    throw new GatewayError('store_failed', `Packing the log failed: ${messageOf(cause)}`, { cause });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
