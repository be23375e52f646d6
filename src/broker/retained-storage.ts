import { once } from 'node:events';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { GatewayError } from '../errors.ts';
import { loadRetained } from './retained-file.ts';
import type { RetainedStorage } from './retained.ts';
import type { WriterAnswer } from './retained-worker.ts';

/** Retained messages in `broker.db` under `dir`, written by a thread of their own. */
export function createRetainedStorage(dir: string, warn: (text: string) => void): RetainedStorage {
  const file = join(dir, 'broker.db');
  let worker: Worker | undefined;

  function start(): Worker {
    // `.ts` in the repository, `.js` in the published package.
    const url = new URL(`./retained-worker${extname(import.meta.url)}`, import.meta.url);
    const started = new Worker(url, { workerData: { file } });
    started.on('error', () => (worker = undefined));
    started.unref();
    return started;
  }

  return {
    load: () => loadRetained(file, warn),
    async write(rows) {
      const writer = (worker ??= start());
      writer.ref();
      const answered = once(writer, 'message') as Promise<[WriterAnswer]>;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
      writer.postMessage(rows);
      const [{ error }] = await answered;
      writer.unref();
      if (error !== null) throw new GatewayError('store_failed', `${file}: ${error}`);
    },
    async close() {
      if (worker === undefined) return;
      const ended = once(worker, 'exit');
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
      worker.postMessage(null);
      await ended;
      worker = undefined;
    },
  };
}
