import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Requests, Responses } from '../ocpp/generated/v16/types.ts';
import { formatCallError, formatCallResult } from '../ocpp/frame-text.ts';
import type { JsonObject } from '../ocpp/frame.ts';
import { createPeer, type Peer } from '../ocpp/peer.ts';
import { loadProtocol } from '../ocpp/validator.ts';

type Action = keyof Requests;

/** A CALL of the station as the CSMS received it. */
export interface Received<A extends Action = Action> {
  action: A;
  request: Requests[A];
}

export type Answer = JsonObject | 'error' | 'silence';
type Answers = { [A in Action]?: (request: Requests[A]) => Responses[A] | 'error' | 'silence' };

interface Waiting {
  resolve: (payload: JsonObject) => void;
  reject: (error: Error) => void;
}

/** The smallest CSMS that a station can be tested against: it checks every request with the schemas. */
export interface TestCsms {
  url: string;
  /** Every CALL received, in order. */
  received: Received[];
  /** What did not fit the schemas. */
  violations: string[];
  /** Path and Authorization header of each handshake. */
  handshakes: { url: string; authorization: string | undefined }[];
  answers: Answers;
  /** The requests of this action so far. */
  all<A extends Action>(action: A): Requests[A][];
  call<A extends Action>(action: A, request: Requests[A]): Promise<Responses[A]>;
  /** Sends anything; rejects with the code of a CALLERROR. */
  callRaw(action: string, request: JsonObject): Promise<JsonObject>;
  /** How many are open. */
  readonly connections: number;
  /** Drops the station's connection without a close frame. */
  drop(): void;
  close(): Promise<void>;
}

export async function startTestCsms(now: () => number): Promise<TestCsms> {
  const protocol = await loadProtocol('ocpp1.6');
  const server = new WebSocketServer({ port: 0, handleProtocols: () => 'ocpp1.6' });
  await once(server, 'listening');
  let current: { socket: WebSocket; peer: Peer<Waiting> } | undefined;
  let messages = 0;
  let lastTransaction = 100;

  const csms: TestCsms = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ocpp`,
    received: [],
    violations: [],
    handshakes: [],
    answers: {},
    all: <A extends Action>(action: A) =>
      csms.received
        .filter((entry): entry is Received<A> => entry.action === action)
        .map(({ request }) => request),
    async call<A extends Action>(action: A, request: Requests[A]) {
      const payload = await csms.callRaw(action, request);
      const violations = protocol.validateResponse(action, payload) ?? [];
      csms.violations.push(...violations.map(({ message }) => `${action}.conf: ${message}`));
      return payload as Responses[A];
    },
    callRaw(action, payload) {
      const { socket, peer } = current ?? fail('no station is connected');
      return new Promise((resolve, reject) => {
        const ref = { resolve, reject };
        peer.enqueue({ action, payload, timeoutMs: Infinity, expiresAt: Infinity, ref });
        pump(socket, peer);
      });
    },
    get connections() {
      return server.clients.size;
    },
    drop() {
      current?.socket.terminate();
    },
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };

  server.on('connection', (socket, { url = '', headers }) => {
    csms.handshakes.push({ url, authorization: headers.authorization });
    const peer = createPeer<Waiting>({
      protocol,
      role: 'csms',
      maxQueuedCalls: 100,
      newMessageId: () => `c${(messages += 1)}`,
    });
    current = { socket, peer };
    socket.on('message', (data: Buffer) => receive(socket, peer, data.toString('utf8')));
    socket.on('close', () => {
      if (current?.peer === peer) current = undefined;
      const { inFlight, queued } = peer.close();
      for (const call of [inFlight, ...queued]) call?.ref.reject(new Error('the station is gone'));
    });
  });

  function receive(socket: WebSocket, peer: Peer<Waiting>, text: string): void {
    const incoming = peer.receive(text);
    switch (incoming.type) {
      case 'call': {
        const violations = protocol.validateRequest(incoming.action, incoming.payload) ?? [];
        csms.violations.push(...violations.map(({ message }) => `${incoming.action}: ${message}`));
        csms.received.push({
          action: incoming.action as Action,
          request: incoming.payload,
        });
        const answer = decide(incoming.action, incoming.payload);
        if (answer === 'silence') break;
        const frame =
          answer === 'error'
            ? formatCallError(incoming.messageId, 'InternalError', 'as the test wants')
            : formatCallResult(incoming.messageId, answer);
        for (const reply of peer.answer(incoming.messageId, frame)) socket.send(reply);
        break;
      }
      case 'result':
        incoming.call.ref.resolve(incoming.payload);
        break;
      case 'error':
        incoming.call.ref.reject(new Error(incoming.code));
        break;
      case 'repeat':
      case 'stale':
      case 'send':
      case 'result_error':
      case 'invalid':
        csms.violations.push(`a frame that is ${incoming.type}`);
    }
    pump(socket, peer);
  }

  function decide(action: string, payload: JsonObject): Answer {
    const own = csms.answers[action as Action] as ((request: JsonObject) => Answer) | undefined;
    if (own !== undefined) return own(payload);
    const currentTime = new Date(now()).toISOString();
    switch (action) {
      case 'BootNotification':
        return { status: 'Accepted', interval: 300, currentTime };
      case 'Heartbeat':
        return { currentTime };
      case 'Authorize':
        return { idTagInfo: { status: 'Accepted' } };
      case 'StartTransaction':
        return { transactionId: (lastTransaction += 1), idTagInfo: { status: 'Accepted' } };
      case 'SignCertificate':
        return { status: 'Accepted' };
      default:
        return {};
    }
  }

  return csms;
}

function pump(socket: WebSocket, peer: Peer<Waiting>): void {
  const next = peer.dequeue(0);
  if (next !== null) socket.send(next.text);
}

function fail(message: string): never {
  throw new Error(message);
}
