import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { messageOf } from '../errors.ts';
import type { Call } from '../ocpp/call-queue.ts';
import { errorCodeFor, type RpcErrorCode } from '../ocpp/errors.ts';
import { formatCallError, formatCallResult } from '../ocpp/frame-text.ts';
import type { JsonObject } from '../ocpp/frame.ts';
import { createPeer, type Incoming, type IncomingRequest, type Peer } from '../ocpp/peer.ts';
import type { Protocol } from '../ocpp/validator.ts';
import { createTimer, type SimulatorClock } from './clock.ts';
import type { Random } from './random.ts';

/** Why a CALL has no result: not connected (any more), no answer in time, or an answer that is none. */
export class CallFailed extends Error {
  readonly reason: 'offline' | 'timeout' | 'error';

  constructor(reason: CallFailed['reason'], message: string) {
    super(message);
    this.name = 'CallFailed';
    this.reason = reason;
  }
}

export function isOffline(error: unknown): boolean {
  return error instanceof CallFailed && error.reason === 'offline';
}

/** Thrown by whoever answers a CALL: answered with this CALLERROR. */
export class CallRefused extends Error {
  readonly code: RpcErrorCode;

  constructor(code: RpcErrorCode, message: string) {
    super(message);
    this.name = 'CallRefused';
    this.code = code;
  }
}

export interface TlsOptions {
  /** PEM texts. */
  ca?: string;
  cert?: string;
  key?: string;
}

export interface ConnectionOptions {
  /** Of this station, its identity included. */
  url: string;
  protocol: () => Promise<Protocol>;
  tls: TlsOptions;
  clock: SimulatorClock;
  /** For the waits between attempts to connect. */
  pace: SimulatorClock;
  random: Random;
  onFrame: (direction: 'in' | 'out', text: string) => void;
  log: (text: string) => void;
}

export interface ConnectionEvents {
  /** HTTP headers of the next handshake. */
  headers: () => Record<string, string>;
  /** How long an answer may take, ms. */
  messageTimeout: () => number;
  opened: () => void;
  closed: () => void;
  /** Answers a CALL or throws CallRefused; `afterwards` runs something after the answer was sent. */
  answer: (action: string, request: JsonObject, afterwards: (run: () => void) => void) => JsonObject;
}

/** The WebSocket of a station: connects, connects again when it breaks, and carries CALLs in both directions. */
export interface Connection {
  readonly open: boolean;
  connect(): void;
  /** Closes properly and stays closed. */
  disconnect(): void;
  /** Breaks without a close frame and stays closed. */
  cut(): void;
  /** Without a network the connection breaks, without a close frame, and comes back with the network. */
  setNetwork(up: boolean): void;
  /** Closes properly and connects again. */
  reconnect(): void;
  ping(): void;
  /** Rejects with CallFailed. The result fits the schema of its action. */
  call(action: string, request: JsonObject): Promise<JsonObject>;
  /** When no CALL is waiting for its answer and no handshake is under way. */
  settled(): Promise<void>;
  /** When the last exchange was, ms since 1970. */
  readonly lastExchange: number;
}

interface Waiting {
  resolve: (response: JsonObject) => void;
  reject: (error: CallFailed) => void;
}

const longestWait = 60_000;

export function createConnection(options: ConnectionOptions, events: ConnectionEvents): Connection {
  const { clock, random, log } = options;
  const again = createTimer(options.pace);
  const deadline = createTimer(clock);
  let protocol: Protocol | undefined;
  let socket: WebSocket | undefined;
  let peer: Peer<Waiting> | undefined;
  let wanted = false;
  let network = true;
  let failures = 0;
  let lastExchange = 0;
  let busy = 0;
  let onIdle: (() => void)[] = [];

  function begin(): void {
    busy += 1;
  }

  function end(): void {
    busy -= 1;
    if (busy > 0) return;
    const waiting = onIdle;
    onIdle = [];
    for (const run of waiting) run();
  }

  async function open(): Promise<void> {
    if (!wanted || !network || socket !== undefined) return;
    begin();
    try {
      protocol ??= await options.protocol();
      await handshake(protocol);
    } catch (error) {
      log(`no connection to ${options.url}: ${messageOf(error)}`);
    } finally {
      end();
    }
  }

  function handshake(spoken: Protocol): Promise<void> {
    const opening = new WebSocket(options.url, [spoken.version], {
      ...options.tls,
      headers: events.headers(),
      handshakeTimeout: 10_000,
    });
    socket = opening;
    return new Promise((resolve, reject) => {
      opening.once('open', () => {
        failures = 0;
        peer = createPeer<Waiting>({
          protocol: spoken,
          role: 'station',
          maxQueuedCalls: 10_000,
          newMessageId: () => randomUUID(),
        });
        resolve();
        events.opened();
      });
      opening.on('message', (data: Buffer) => {
        if (socket === opening) receive(data.toString('utf8'));
      });
      opening.on('error', (error) => reject(error));
      opening.once('close', (code) => {
        reject(new Error(`closed with ${code}`));
        lost(opening);
      });
    });
  }

  function lost(closed: WebSocket): void {
    if (socket !== closed) return;
    socket = undefined;
    const ended = peer?.close();
    peer = undefined;
    deadline.cancel();
    for (const call of [ended?.inFlight, ...(ended?.queued ?? [])]) {
      call?.ref.reject(new CallFailed('offline', 'the connection broke'));
    }
    if (ended !== undefined) {
      if (wanted && network) log('the connection was lost');
      events.closed();
    }
    retry();
  }

  function retry(): void {
    if (!wanted || !network || again.running) return;
    const wait = Math.min(longestWait, 1000 * 2 ** failures);
    failures = Math.min(failures + 1, 10);
    again.set(wait * (0.75 + random() * 0.5), () => void open());
  }

  function receive(text: string): void {
    options.onFrame('in', text);
    lastExchange = clock.now();
    if (peer === undefined) return;
    act(peer.receive(text));
    pump();
  }

  function act(incoming: Incoming<Waiting>): void {
    switch (incoming.type) {
      case 'call':
        answer(incoming);
        break;
      case 'result':
        conclude(incoming.call, incoming.payload);
        break;
      case 'error':
        incoming.call.ref.reject(new CallFailed('error', `${incoming.code} ${incoming.description}`.trim()));
        break;
      case 'invalid':
        if (incoming.reply !== null) write(incoming.reply);
        incoming.call?.ref.reject(new CallFailed('error', incoming.reason));
        break;
      // The answer to a repeated CALL goes out as often as the CALL came in. The others have no effect here.
      case 'repeat':
      case 'stale':
      case 'send':
      case 'result_error':
        break;
    }
  }

  function conclude(call: Call<Waiting>, response: JsonObject): void {
    const [violation] = protocol?.validateResponse(call.action, response) ?? [];
    if (violation === undefined) call.ref.resolve(response);
    else call.ref.reject(new CallFailed('error', violation.message));
  }

  function answer({ messageId, action, payload }: IncomingRequest): void {
    const later: (() => void)[] = [];
    for (const text of peer?.answer(messageId, reply(messageId, action, payload, later)) ?? []) write(text);
    for (const run of later) run();
  }

  function reply(messageId: string, action: string, request: JsonObject, later: (() => void)[]): string {
    const [violation] = protocol?.validateRequest(action, request) ?? [];
    if (violation !== undefined && protocol !== undefined) {
      const code = errorCodeFor(protocol.version, violation.kind) ?? 'GenericError';
      return formatCallError(messageId, code, violation.message);
    }
    try {
      return formatCallResult(
        messageId,
        events.answer(action, request, (run) => later.push(run)),
      );
    } catch (error) {
      const code = error instanceof CallRefused ? error.code : 'InternalError';
      return formatCallError(messageId, code, messageOf(error));
    }
  }

  function pump(): void {
    if (peer === undefined) return;
    const next = peer.dequeue(clock.now());
    if (next !== null) {
      write(next.text);
      peer.written(clock.now());
    }
    const due = peer.deadline();
    if (due === Infinity) deadline.cancel();
    else deadline.set(due - clock.now(), expire);
  }

  function expire(): void {
    const { timedOut } = peer?.expire(clock.now()) ?? { timedOut: null };
    timedOut?.ref.reject(new CallFailed('timeout', `no answer to ${timedOut.action}`));
    pump();
  }

  function write(text: string): void {
    if (socket?.readyState !== WebSocket.OPEN) return;
    lastExchange = clock.now();
    options.onFrame('out', text);
    socket.send(text);
  }

  function leave(how: (socket: WebSocket) => void): void {
    again.cancel();
    const leaving = socket;
    if (leaving === undefined) return;
    how(leaving);
    lost(leaving);
  }

  return {
    get open() {
      return peer !== undefined;
    },
    get lastExchange() {
      return lastExchange;
    },
    connect() {
      wanted = true;
      failures = 0;
      again.cancel();
      void open();
    },
    disconnect() {
      wanted = false;
      leave((leaving) => leaving.close(1000));
    },
    cut() {
      wanted = false;
      leave((leaving) => leaving.terminate());
    },
    setNetwork(up) {
      network = up;
      if (!up) leave((leaving) => leaving.terminate());
      else void open();
    },
    reconnect() {
      socket?.close(1000);
    },
    ping() {
      if (socket?.readyState === WebSocket.OPEN) socket.ping();
    },
    async call(action, request) {
      const open = peer;
      if (open === undefined) throw new CallFailed('offline', `not connected: ${action}`);
      begin();
      try {
        return await new Promise<JsonObject>((resolve, reject) => {
          const accepted = open.enqueue({
            action,
            payload: request,
            timeoutMs: events.messageTimeout(),
            expiresAt: Infinity,
            ref: { resolve, reject },
          });
          if (!accepted) reject(new CallFailed('offline', `too many calls are waiting: ${action}`));
          pump();
        });
      } finally {
        end();
      }
    },
    settled: () =>
      busy === 0 ? Promise.resolve() : new Promise((resolve) => void onIdle.push(() => resolve())),
  };
}
