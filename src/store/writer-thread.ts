import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError, messageOf } from '../errors.ts';
import type { Batch, FromWriter, ToWriter, WriterData } from './messages.ts';
import { openWriter } from './writer.ts';
import type { Writer } from './writer.ts';

/** Entry of the writing thread: commits what arrives, in order, and stops for good at the first failure. */

const port = parentPort;
if (port === null) throw new Error('writer-thread.ts runs as a worker thread only.');

const tell = (message: FromWriter): void => port.postMessage(message);

function fail(error: unknown): void {
  const code = error instanceof GatewayError ? error.code : 'store_failed';
  tell({ type: 'failed', code, message: messageOf(error) });
}

function open(): Writer | undefined {
  try {
    return openWriter(workerData as WriterData);
  } catch (error) {
    fail(error);
    port?.close();
    return undefined;
  }
}

function serve(writer: Writer): void {
  let failed = false;
  /** Batches of each partition whose state is written. */
  const saved = writer.partitions.map(() => 0);
  const checkpointing = writer.partitions.map(() => false);

  function write(batch: Batch): void {
    const { partition } = batch;
    if (batch.rows.length > 0) {
      const due = writer.commit(batch) && checkpointing[partition] === false;
      if (due) checkpointing[partition] = true;
      // The answers wait for this, and for nothing behind it.
      tell({ type: 'committed', partition, saved: saved[partition] ?? 0, checkpointDue: due });
    }
    writer.saveState(batch);
    saved[partition] = (saved[partition] ?? 0) + 1;
    if (batch.rows.length === 0) tell({ type: 'saved', partition, saved: saved[partition] });
  }

  function handle(message: ToWriter): void {
    switch (message.type) {
      case 'batch':
        write(message);
        break;
      case 'seal':
        writer.seal(message.partition, message.day);
        break;
      case 'checkpointed':
        writer.finishCheckpoint(message.partition);
        checkpointing[message.partition] = false;
        break;
      case 'sync':
      case 'close':
        break;
    }
  }

  port?.on('message', (message: ToWriter) => {
    try {
      if (!failed) handle(message);
      if (message.type === 'close') writer.close();
    } catch (error) {
      failed = true;
      fail(error);
    }
    if (message.type === 'sync') tell({ type: 'synced', id: message.id });
    if (message.type === 'close') port.close();
  });

  tell({ type: 'ready', logId: writer.logId, partitions: writer.partitions });
}

const writer = open();
if (writer !== undefined) serve(writer);
