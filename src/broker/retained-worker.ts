import { parentPort, workerData } from 'node:worker_threads';

import { messageOf } from '../errors.ts';
import type { RetainedRow } from './retained-file.ts';
import { createRetainedWriter } from './retained-file.ts';

/** Writes batches of retained messages: a checkpoint's fsync takes as long as the disk likes, here. */
export interface WriterAnswer {
  /** Null when the batch is committed. */
  error: string | null;
}

const { file } = workerData as { file: string };
const writer = createRetainedWriter(file);

parentPort?.on('message', (rows: RetainedRow[] | null) => {
  if (rows === null) {
    writer.close();
    parentPort?.close();
    return;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
  parentPort?.postMessage(write(rows));
});

function write(rows: RetainedRow[]): WriterAnswer {
  try {
    writer.write(rows);
    return { error: null };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
