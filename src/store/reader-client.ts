import type { Worker } from 'node:worker_threads';
import { GatewayError, messageOf } from '../errors.ts';
import type { FromReader, ReaderRequest } from './messages.ts';
import { createReader } from './reader.ts';
import { startThread } from './threads.ts';

/** The reader as the main thread sees it. */
export interface ReaderClient {
  /** @throws GatewayError `store_failed`, `store_newer`. The type of the answer is the request's. */
  ask<Answer>(request: ReaderRequest): Promise<Answer>;
  /** Something is written from now on: reading happens beside it. */
  leaveStart(): void;
  close(): Promise<void>;
}

/** A thread costs 14 MB: it ends when nothing was asked for so long, ms. */
const idleMs = 30_000;

/**
 * Before anything is written the caller's own thread reads: nobody waits for it yet, and a gateway without
 * stations never needs another. Behind `leaveStart` a thread starts with the first request, ends when it is idle,
 * and starts again with the next one.
 */
export function createReaderClient(dir: string): ReaderClient {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let atStart: ReturnType<typeof createReader> | undefined = createReader(dir);
  let thread: Worker | undefined;
  let ending: Promise<unknown> = Promise.resolve();
  let idleTimer: NodeJS.Timeout | undefined;
  let lastId = 0;
  let closed = false;

  function start(): Worker {
    const started = startThread('reader', dir);
    started.on('message', (message: FromReader) => {
      const request = waiting.get(message.id);
      waiting.delete(message.id);
      if ('code' in message) request?.reject(new GatewayError(message.code, message.message));
      else request?.resolve(message.answer);
      if (waiting.size === 0 && thread === started) idleTimer = setTimeout(endThread, idleMs).unref();
    });
    started.on('error', (cause) => rejectAll(cause));
    started.on('exit', () => {
      if (thread === started) thread = undefined;
    });
    return started;
  }

  function rejectAll(cause: unknown): void {
    const error = new GatewayError('store_failed', `Reading the store failed: ${messageOf(cause)}`, {
      cause,
    });
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    thread = undefined;
  }

  function post<Answer>(port: Worker, request: ReaderRequest): Promise<Answer> {
    clearTimeout(idleTimer);
    lastId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    waiting.set(lastId, { promise, resolve: (answer) => resolve(answer as Answer), reject });
    port.postMessage({ ...request, id: lastId });
    return promise;
  }

  /** The thread closes its files before it ends; who asks meanwhile gets another one. */
  function endThread(): void {
    const ended = thread;
    thread = undefined;
    if (ended === undefined) return;
    const terminate = (): Promise<number> => ended.terminate();
    ending = post(ended, { type: 'forget' }).then(terminate, terminate);
  }

  function leaveStart(): void {
    atStart?.close();
    atStart = undefined;
  }

  return {
    async ask<Answer>(request: ReaderRequest): Promise<Answer> {
      if (closed) throw new GatewayError('store_failed', 'The store is closed.');
      if (atStart !== undefined) return answerAtStart(atStart, request) as Answer;
      return post<Answer>((thread ??= start()), request);
    },
    leaveStart,
    async close() {
      leaveStart();
      endThread();
      await ending;
      closed = true;
      rejectAll('the store is closed');
    },
  };
}

function answerAtStart(reader: ReturnType<typeof createReader>, request: ReaderRequest): unknown {
  try {
    return reader.answer(request);
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('store_failed', `Reading the store failed: ${messageOf(cause)}`, { cause });
  }
}
