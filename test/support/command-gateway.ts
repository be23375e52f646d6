import { setImmediate as turn } from 'node:timers/promises';
import type { BridgeRequest, CommandRequest, CommandResult, Commands } from '../../src/csms/commands.ts';
import { createAuthorization } from '../../src/csms/authorization.ts';
import { createCommands } from '../../src/csms/commands/engine.ts';
import type { CallOutcome, Core, CsmsOptions, Registry, Session } from '../../src/csms/core.ts';
import type { Token, Transaction } from '../../src/csms/model.ts';
import type { Clock, EventLog, LogRow, Outlet, Store, TransactionRow } from '../../src/csms/ports.ts';
import { createRecorder } from '../../src/csms/recorder.ts';
import { createStateTable } from '../../src/csms/state.ts';
import { evseOf, newStation } from '../../src/csms/station.ts';
import type { Station } from '../../src/csms/station.ts';
import { createTransactionIds } from '../../src/csms/transactions.ts';
import type { Log } from '../../src/log.ts';
import { loadProtocol } from '../../src/ocpp/validator.ts';
import { createManualClock } from '../../src/simulator/manual-clock.ts';
import { testOptions } from './csms.ts';

/** What a scripted station answers: a payload, or how the call ended otherwise. */
export type Answer =
  | object
  | ((request: Record<string, unknown>) => object)
  | CallOutcome['type']
  | CallError;
export interface CallError {
  callError: string;
  description?: string;
  details?: unknown;
}

/** A command engine with everything around it in memory, and one station `CP1` with EVSE 1. */
export interface CommandGateway {
  readonly commands: Commands;
  readonly core: Core;
  readonly station: Station;
  readonly rows: LogRow[];
  /** CALLs that were written: action and request. */
  readonly sent: [string, unknown][];
  readonly replayed: LogRow[];
  /** Answers by action; without one `{"status":"Accepted"}`. */
  readonly answers: Record<string, Answer>;
  readonly restarts: { count: number };
  readonly levels: string[];
  readonly logged: string[];
  connect(): void;
  disconnect(): void;
  /** Rows are durable at once, or only when this is called again with false. */
  holdCommits(hold: boolean): void;
  execute(action: string, args?: unknown, more?: Partial<CommandRequest>): Promise<CommandResult>;
  call(action: string, args: unknown, more?: Partial<CommandRequest>): Promise<CommandResult>;
  bridge(action: string, args?: unknown, more?: Partial<BridgeRequest>): Promise<CommandResult>;
  advance(ms: number): Promise<void>;
  runTransaction(id: string, evse?: number): Transaction;
  /** The published heads of `command/result`. */
  results(): Record<string, unknown>[];
  /** Another engine on the same station and log, as after a restart. */
  restart(): Commands;
}

const protocol = await loadProtocol('ocpp1.6');

export function createCommandGateway(options: Partial<CsmsOptions> = {}): CommandGateway {
  const manual = createManualClock(Date.parse('2026-11-22T10:00:00Z'));
  const clock: Clock = { now: manual.now, monotonic: manual.now, after: (ms, run) => manual.after(ms, run) };
  const rows: LogRow[] = [];
  const replayed: LogRow[] = [];
  const logged: string[] = [];
  const held: (() => void)[] = [];
  let isHolding = false;

  const eventLog: EventLog = {
    partition: 0,
    lastN: 0,
    acknowledged: 0,
    pendingBytes: 0,
    append(row, committed) {
      const commit = (): void => {
        rows.push(row);
        committed(row);
      };
      if (isHolding) held.push(commit);
      else queueMicrotask(commit);
    },
    read: (afterN, limit) => Promise.resolve(rows.filter(({ n }) => n > afterN).slice(0, limit)),
    readStation: ({ station, log, from, to, by, limit }) => {
      const place = (row: LogRow): number => (by === 'seq' ? (row.seq ?? 0) : row.time);
      const found = rows.filter(
        (row) =>
          row.seq !== null &&
          row.station === station &&
          row.log === log &&
          place(row) >= from &&
          place(row) <= to,
      );
      return Promise.resolve(found.slice(0, limit));
    },
    latest: () => Promise.resolve([]),
    acknowledge: () => {},
  };
  const outlet: Outlet = {
    event: () => {},
    state: () => {},
    live: () => {},
    raw: () => {},
    station: () => {},
    cleared: () => {},
    bridgeEvent: () => {},
    replay(row) {
      replayed.push(row);
      return Promise.resolve();
    },
    ask: () => Promise.resolve(null),
  };
  const stored: TransactionRow[] = [];
  const store = {
    logId: 'log1',
    state: {
      transactions: ({ id }) => Promise.resolve(stored.filter((row) => id === undefined || row.id === id)),
      projectedN: () => Promise.resolve(0),
      project: () => {},
      documents: () => Promise.resolve([]),
    },
    partition: () => eventLog,
    onFailure: () => {},
    recover: () => Promise.resolve(),
    maintain: () => Promise.resolve(),
    close: () => Promise.resolve(),
  } satisfies Store;

  const station = newStation(
    'CP1',
    'log1',
    clock.now(),
    createStateTable('CP1', () => {}),
  );
  evseOf(station, 1);
  const stations = new Map([['cp1', station]]);
  const registry: Registry = {
    find: (id) => stations.get(id.toLowerCase()) ?? null,
    all: () => stations.values(),
    pending: () => [],
    admit: () => ({ refused: 'unknown', reason: '' }),
    permitJoin: () => {},
    accept(id) {
      const accepted =
        stations.get(id.toLowerCase()) ??
        newStation(
          id,
          'log1',
          clock.now(),
          createStateTable(id, () => {}),
        );
      stations.set(id.toLowerCase(), accepted);
      return accepted;
    },
    set: (changed, { topic, ...settings }) =>
      void Object.assign(changed, settings, topic === undefined ? {} : { topic }),
    remove: ({ id }) => void stations.delete(id.toLowerCase()),
  };
  const write = (_fields: object, message: string): void => void logged.push(message);
  const log: Log = {
    fatal: write,
    error: write,
    warn: write,
    info: write,
    debug: write,
    trace: write,
    child: () => log,
  };
  const recorder = createRecorder(eventLog, outlet, () => {});
  const allOptions = { ...testOptions, ...options };
  const tokenStore = { load: (): Token[] => [], save: () => {}, mode: () => null, saveMode: () => {} };
  let ids = 0;
  const core: Core = {
    options: allOptions,
    clock,
    log,
    outlet,
    store,
    eventLog,
    recorder,
    registry,
    authorization: createAuthorization(allOptions, tokenStore, clock),
    transactionIds: createTransactionIds(clock),
    apply: () => {},
    touch: () => {},
    persist: (changed, committed) =>
      void recorder.note(changed, { record: 'station' }, clock.now(), () => committed?.()),
    setting: () => undefined,
    setSetting: () => {},
    newId: () => `id${++ids}`,
  };

  const sent: [string, unknown][] = [];
  const answers: Record<string, Answer> = {};
  const restarts = { count: 0 };
  const levels: string[] = [];

  const session: Session = {
    station,
    version: 'ocpp1.6',
    protocol,
    address: '127.0.0.1',
    call: ({ action, payload, expiresAt, beforeWrite }) => {
      const answer = answers[action] ?? { status: 'Accepted' };
      if (answer === 'busy' || answer === 'offline') return Promise.resolve({ type: answer });
      if (answer === 'expired' || clock.now() >= expiresAt) return Promise.resolve({ type: 'expired' });
      const violations = protocol.validateRequest(action, payload);
      if (violations !== null) throw new Error(`${action} is invalid: ${violations[0]?.message}`);
      return new Promise((resolve) => {
        const proceed = (): void => {
          sent.push([action, payload]);
          resolve(outcomeOf(answer, payload));
        };
        if (beforeWrite === undefined) proceed();
        else beforeWrite(proceed);
      });
    },
    close: () => {},
  };

  const create = (): Commands =>
    createCommands(core, {
      setLogLevel: (level) => void levels.push(level),
      restart: () => void (restarts.count += 1),
    });
  const commands = create();

  const envelope = (action: string, args: unknown): BridgeRequest => ({
    action,
    args,
    id: null,
    timeoutSeconds: null,
    expiresAt: null,
    fingerprint: JSON.stringify([action, args]),
    by: 'mqtt',
    ownTopic: false,
    redelivered: false,
  });

  const gateway: CommandGateway = {
    commands,
    core,
    station,
    rows,
    sent,
    replayed,
    answers,
    restarts,
    levels,
    logged,
    connect() {
      station.session = session;
      station.version = 'ocpp1.6';
      commands.observe(station, [
        {
          type: 'connected',
          time: clock.now(),
          version: 'ocpp1.6',
          address: '127.0.0.1',
          securityProfile: 0,
        },
      ]);
    },
    disconnect() {
      station.session = null;
    },
    holdCommits(hold) {
      isHolding = hold;
      if (!hold) for (const commit of held.splice(0)) commit();
    },
    execute: (action, args, more = {}) =>
      commands.execute({ station: 'CP1', ...envelope(action, args), ...more }),
    call: (action, args, more = {}) => commands.call({ station: 'CP1', ...envelope(action, args), ...more }),
    bridge: (action, args, more = {}) => commands.bridge({ ...envelope(action, args), ...more }),
    advance: (ms) => manual.advance(ms, () => turn()),
    runTransaction(id, evse = 1) {
      const transaction: Transaction = {
        id,
        station: 'CP1',
        evse,
        connector: 1,
        idToken: 'TAG',
        start: '2026-11-22T09:00:00Z',
        end: null,
        meterStart: 1000,
        meterStop: null,
        meterLast: 3000,
        stopReason: null,
        signed: 'none',
      };
      evseOf(station, evse).transaction = transaction;
      station.transactions.set(id, transaction);
      return transaction;
    },
    results: () =>
      rows
        .filter(({ seq }) => seq !== null)
        .map(({ meta }) => JSON.parse(meta) as Record<string, unknown>)
        .filter(({ kind, event }) => kind === 'command' && event === 'result'),
    restart: create,
  };
  gateway.connect();
  return gateway;
}

function outcomeOf(answer: Answer, request: object): CallOutcome {
  if (answer === 'timeout') return { type: 'timeout' };
  if (typeof answer === 'function')
    return { type: 'result', payload: answer(request as Record<string, unknown>) };
  if (typeof answer === 'object' && 'callError' in answer) {
    const { callError, description = '', details = {} } = answer;
    return { type: 'error', code: callError, description, details };
  }
  return { type: 'result', payload: answer };
}
