import { parentPort, workerData } from 'node:worker_threads';
import { GatewayError, messageOf } from '../errors.ts';
import type { FromReader, ToReader } from './messages.ts';
import { createReader } from './reader.ts';

/** Entry of the reading thread: answers one request after another. */

const port = parentPort;
if (port === null) throw new Error('reader-thread.ts runs as a worker thread only.');

const reader = createReader(workerData as string);

function answerTo(request: ToReader): FromReader {
  try {
    return { id: request.id, answer: reader.answer(request) };
  } catch (error) {
    const code = error instanceof GatewayError ? error.code : 'store_failed';
    return { id: request.id, code, message: messageOf(error) };
  }
}

port.on('message', (request: ToReader) => port.postMessage(answerTo(request)));
