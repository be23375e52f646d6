import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { GatewayError, messageOf } from '../errors.ts';

/** Starts `<name>-thread` of this folder, which is TypeScript here and JavaScript in the published package. */
export function startThread(name: 'writer' | 'reader' | 'packing', data: unknown): Worker {
  // No flags of the process: some that fit its main program (--input-type) stop a thread from starting.
  const extension = extname(new URL(import.meta.url).pathname);
  return new Worker(new URL(`./${name}-thread${extension}`, import.meta.url), {
    workerData: data,
    execArgv: [],
  });
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
