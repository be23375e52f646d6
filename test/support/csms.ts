import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { EventEmitter } from 'node:events';
import type { CsmsOptions } from '../../src/csms/core.ts';
import { createCsms, type Csms } from '../../src/csms/csms.ts';
import { allDialects } from '../../src/csms/dialects.ts';
import { eventText } from '../../src/csms/event.ts';
import type { BridgeEvent, Clock, LiveMessage, Outlet, Question, Store } from '../../src/csms/ports.ts';
import type { ServedSession } from '../../src/csms/session.ts';
import { createLog } from '../../src/log.ts';
import { ocppVersions, type OcppVersion } from '../../src/ocpp/version.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';

/** A CSMS on a real store, with a scripted outside. */
export interface TestCsms {
  readonly csms: Csms;
  readonly store: Store;
  readonly outside: Outside;
  readonly logged: { level: string; message: string }[];
  readonly time: { now: number };
  /** Everything that waits for a time runs now. */
  elapse(): void;
  /** `null`: no version was agreed on, 1.6 is assumed. */
  connect(id: string, version?: OcppVersion | null): TestStation;
  /** As after a crash: nothing is said goodbye to. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface TestStation {
  readonly session: ServedSession;
  readonly frames: unknown[][];
  readonly closed: { code: number; reason: string }[];
  send(text: string): void;
  /** Sends a CALL and waits for what answers it. */
  call(action: string, payload: unknown, messageId?: string): Promise<unknown[]>;
  /** The next frame the gateway sends. */
  next(): Promise<unknown[]>;
}

export interface PublishedEvent {
  seq: number;
  kind: string;
  event: string;
  [key: string]: unknown;
}

export interface Outside {
  readonly outlet: Outlet;
  readonly events: PublishedEvent[];
  readonly eventTexts: string[];
  readonly live: LiveMessage[];
  readonly bridge: BridgeEvent[];
  readonly raw: string[];
  readonly questions: Question[];
  /** `station/key`, `station/evse/key`, `station/1/(session)`... to text. */
  readonly state: Map<string, string>;
  answerQuestion: (question: Question) => unknown;
}

export function createOutside(): Outside {
  const outside: Outside = {
    events: [],
    eventTexts: [],
    live: [],
    bridge: [],
    raw: [],
    questions: [],
    state: new Map(),
    answerQuestion: () => null,
    outlet: {
      event(row) {
        if (row.seq === null) return;
        const text = eventText(row);
        outside.eventTexts.push(text);
        outside.events.push(JSON.parse(text) as PublishedEvent);
      },
      state(entry) {
        const { stationId, scope, evse, connector, form, key } = entry;
        const place = scope === 'station' ? '' : scope === 'evse' ? `/${evse}` : `/${evse}.${connector}`;
        const name = form === 'value' ? key : `(${form})`;
        outside.state.set(`${stationId}${place}/${name}`, entry.text);
      },
      live: (message) => void outside.live.push(message),
      raw: (_station, direction, text) => void outside.raw.push(`${direction} ${text}`),
      station: () => {},
      cleared: () => {},
      bridgeEvent: (event) => void outside.bridge.push(event),
      replay: () => Promise.resolve(),
      ask(question) {
        outside.questions.push(question);
        return Promise.resolve(outside.answerQuestion(question));
      },
    },
  };
  return outside;
}

export const testOptions: CsmsOptions = {
  heartbeatInterval: 300,
  authorization: undefined,
  authorizedTokens: [],
  remoteIdToken: 'ocpp2mqtt',
  expectedStations: [],
  join: 'open',
  singleStation: false,
  delegate: [],
  askTimeout: 5,
  askFallback: 'list',
  privilegedCommands: 'anywhere',
  pricePerKwh: null,
  currency: 'EUR',
  commandRetryAttempts: 5,
  commandRetryBaseDelay: 0.3,
  rawFrames: false,
  clockPlausibleAfter: 0,
};

export async function createTestCsms(options: Partial<CsmsOptions> = {}): Promise<TestCsms> {
  const dir = await mkdtemp(join(tmpdir(), 'csms-'));
  const time = { now: Date.parse('2026-11-22T10:00:00Z') };
  const waiting = new Set<() => void>();
  const clock: Clock = {
    now: () => time.now,
    monotonic: () => time.now,
    after(_ms, run) {
      waiting.add(run);
      return () => void waiting.delete(run);
    },
  };
  const logged: { level: string; message: string }[] = [];
  const log = createLog({ level: 'info', format: 'json', output: { write: () => {} } });
  log.onLine('info', (line) => logged.push(line));
  const outside = createOutside();
  const dialects = allDialects();
  await Promise.all(ocppVersions.map((version) => dialects.load(version)));
  const openStore = (): Promise<Store> =>
    createSqliteStore({ dir, retentionDays: 30, retentionMaxBytes: 1e9, now: () => time.now });
  const open = (store: Store): Promise<Csms> =>
    createCsms({
      options: { ...testOptions, ...options },
      clock,
      log,
      outlet: outside.outlet,
      store,
      dialects,
    });
  let store = await openStore();
  let csms = await open(store);

  return {
    get csms() {
      return csms;
    },
    get store() {
      return store;
    },
    outside,
    logged,
    time,
    elapse() {
      const due = new Set(waiting);
      waiting.clear();
      for (const run of due) run();
    },
    connect: (id, version = 'ocpp1.6') => connectStation(csms, id, version),
    async restart() {
      await store.close();
      outside.state.clear();
      store = await openStore();
      csms = await open(store);
    },
    async close() {
      csms.stop('session_cancelled');
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}

function connectStation(csms: Csms, id: string, version: OcppVersion | null): TestStation {
  const admission = csms.admit({
    identity: id,
    address: '127.0.0.1',
    offered: version === null ? [] : [version],
  });
  if ('refused' in admission) throw new Error(admission.reason);
  const frames: unknown[][] = [];
  const closed: { code: number; reason: string }[] = [];
  const arrived = new EventEmitter();
  let read = 0;
  let ids = 0;
  const session = csms.serve(admission.station, version ?? 'ocpp1.6', {
    address: '127.0.0.1',
    securityProfile: 0,
    isAgreed: version !== null,
    send(text) {
      frames.push(JSON.parse(text) as unknown[]);
      arrived.emit('frame');
    },
    close: (code, reason) => void closed.push({ code, reason }),
  });
  const next = async (): Promise<unknown[]> => {
    while (read >= frames.length) await once(arrived, 'frame');
    return frames[read++] ?? [];
  };
  return {
    session,
    frames,
    closed,
    send: (text) => session.receive(text),
    next,
    async call(action, payload, messageId = `m${++ids}`) {
      session.receive(JSON.stringify([2, messageId, action, payload]));
      const answer = await next();
      // the event goes out in the same turn as the answer, after it
      await turn();
      return answer;
    },
  };
}
