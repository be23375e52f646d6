import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';
import { createWatch } from './watch.ts';

export interface ReceivedCall {
  messageId: string;
  action: string;
  payload: Record<string, unknown>;
}

type Payload = Record<string, unknown>;

/** A station as it is on the wire: it says what the test says, and answers CALLs by a table. */
export interface WireStation {
  readonly socket: WebSocket;
  /** CALLs of the gateway, in order. */
  readonly calls: ReceivedCall[];
  /** Frames as received. */
  readonly frames: unknown[][];
  /** What it answers to an action; a list is sent as it is, after the message id: `[4, code, description, details]`. */
  readonly answers: Map<string, Payload | unknown[] | null>;
  /** Sends a CALL and resolves with the payload of its CALLRESULT. */
  call(action: string, payload: Payload, messageId?: string): Promise<Payload>;
  /** Sends a CALL and resolves with the whole frame that answers it. */
  ask(action: string, payload: unknown, messageId?: string): Promise<unknown[]>;
  /** The CALL of an action with this number, 0 is the first. */
  called(action: string, number?: number): Promise<ReceivedCall>;
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
}

let messageNumber = 0;

/** Opens a WebSocket; rejects with `HandshakeRefused` when the gateway refuses. */
export async function connectStation(
  url: string,
  protocols: string[] = ['ocpp1.6'],
  options: ClientOptions = {},
): Promise<WireStation> {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...options });
  const watch = createWatch();
  const frames: unknown[][] = [];
  const calls: ReceivedCall[] = [];
  const answers: WireStation['answers'] = new Map();
  const waiting = new Map<string, (frame: unknown[]) => void>();
  let isClosed = false;

  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as unknown[];
    frames.push(frame);
    const messageId = String(frame[1]);
    if (frame[0] === 2) {
      const call = { messageId, action: String(frame[2]), payload: frame[3] as Payload };
      calls.push(call);
      answer(call);
    } else waiting.get(messageId)?.(frame);
    watch.changed();
  });

  function answer({ messageId, action }: ReceivedCall): void {
    const given = answers.has(action) ? answers.get(action) : { status: 'Accepted' };
    if (given === null || given === undefined) return;
    const frame = Array.isArray(given) ? [given[0], messageId, ...given.slice(1)] : [3, messageId, given];
    socket.send(JSON.stringify(frame));
  }

  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      isClosed = true;
      watch.changed();
      resolve({ code, reason: reason.toString() });
    });
  });
  await opened(socket);

  function endOf(event: string): undefined {
    if (isClosed) throw new Error(`the connection was closed before ${event}`);
  }

  async function ask(action: string, payload: unknown, messageId = `m${(messageNumber += 1)}`) {
    let reply: unknown[] | undefined;
    waiting.set(messageId, (frame) => (reply = frame));
    socket.send(JSON.stringify([2, messageId, action, payload]));
    const answer = await watch.until(
      `an answer to ${action}`,
      () => reply ?? endOf(`${action} was answered`),
    );
    waiting.delete(messageId);
    return answer;
  }

  return {
    socket,
    calls,
    frames,
    answers,
    ask,
    async call(action, payload, messageId) {
      const frame = await ask(action, payload, messageId);
      assert.equal(frame[0], 3, JSON.stringify(frame));
      return frame[2] as Payload;
    },
    called: (action, number = 0) =>
      watch.until(
        `call ${number} of ${action}`,
        () => calls.filter((call) => call.action === action)[number] ?? endOf(`${action} came`),
      ),
    closed,
    async close() {
      socket.close();
      await closed;
    },
  };
}

/** The gateway answered the handshake with something else than 101. */
export class HandshakeRefused extends Error {
  readonly response: IncomingMessage;

  constructor(response: IncomingMessage) {
    super(`refused with ${response.statusCode}`);
    this.name = 'HandshakeRefused';
    this.response = response;
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new HandshakeRefused(response));
    });
    // after the handshake it is told by `closed`
    socket.on('error', reject);
  });
}
