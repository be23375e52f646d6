import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { LogRow } from '../csms/ports.ts';
import { createManualClock } from '../../test/support/manual-clock.ts';
import {
  type MemoryEventLog,
  createMemoryEventLog,
  exampleRow,
} from '../../test/support/memory-event-log.ts';
import type { PublishOutcome } from './bus.ts';
import { type InFlightEvent, createEventOutbox } from './event-outbox.ts';

const turn = (): Promise<void> => new Promise(setImmediate);

/** A broker in memory: takes up to `room` events until they are acknowledged. */
function setUp(options: { log?: MemoryEventLog; limit?: number; isConnected?: boolean } = {}) {
  const log = options.log ?? createMemoryEventLog();
  const clock = createManualClock();
  const broker = {
    isConnected: options.isConnected ?? true,
    outcome: (_row: LogRow): PublishOutcome => 'accepted',
    sent: [] as number[],
    inFlight: [] as InFlightEvent[],
  };
  const parked: [number, string][] = [];
  const refusals: number[] = [];
  const failures: unknown[] = [];
  const outbox = createEventOutbox({
    eventLog: log,
    clock,
    limit: () => (broker.isConnected ? (options.limit ?? 4) : 0),
    publish(row, token) {
      if (!broker.isConnected) return 'full';
      const outcome = broker.outcome(row);
      if (outcome === 'accepted') {
        broker.sent.push(row.n);
        broker.inFlight.push(token);
      }
      return outcome;
    },
    parked: ({ n }, reason) => parked.push([n, reason]),
    refused: (reasonCode) => refusals.push(reasonCode),
    failed: (error) => failures.push(error),
  });
  const append = (row: LogRow): void => log.append(row, outbox.event);
  return {
    log,
    clock,
    broker,
    outbox,
    parked,
    refusals,
    failures,
    append,
    appendMany(from: number, to: number) {
      for (let n = from; n <= to; n++) append(exampleRow(n));
    },
    acknowledge(reasonCode = 0) {
      const token = broker.inFlight.shift();
      assert.ok(token, 'nothing is in flight');
      outbox.acknowledged(token, reasonCode);
    },
    disconnect() {
      broker.isConnected = false;
      broker.inFlight = [];
      outbox.lost();
    },
    connect() {
      broker.isConnected = true;
      outbox.resume();
    },
    /** Acknowledges whatever comes until nothing more does. */
    async drain() {
      for (let idle = 0; idle < 5;) {
        const tokens = broker.inFlight.splice(0);
        for (const token of tokens) outbox.acknowledged(token, 0);
        idle = tokens.length === 0 ? idle + 1 : 0;
        await turn();
      }
    },
  };
}

test('an event leaves at once, and the cursor follows its acknowledgement', () => {
  const { append, acknowledge, broker, log, outbox } = setUp();
  append(exampleRow(1));
  assert.deepEqual(broker.sent, [1]);
  assert.equal(log.acknowledged, 0);
  acknowledge();
  assert.equal(log.acknowledged, 1);
  assert.equal(outbox.behind, 0);
});

test('the cursor stands at the end of what is acknowledged without a gap', () => {
  const { appendMany, broker, outbox, log } = setUp();
  appendMany(1, 3);
  const [first, second, third] = broker.inFlight as [InFlightEvent, InFlightEvent, InFlightEvent];
  outbox.acknowledged(third, 0);
  outbox.acknowledged(second, 0);
  assert.equal(log.acknowledged, 0);
  outbox.acknowledged(first, 0);
  assert.equal(log.acknowledged, 3);
});

test('internal records move the cursor and are not published', () => {
  const { append, acknowledge, broker, log } = setUp();
  append(exampleRow(1, { seq: null }));
  assert.equal(log.acknowledged, 1);
  append(exampleRow(2));
  append(exampleRow(3, { seq: null }));
  assert.deepEqual(broker.sent, [2]);
  assert.equal(log.acknowledged, 1);
  acknowledge();
  assert.equal(log.acknowledged, 3);
});

test('after a restart what is not acknowledged is read from the log', async () => {
  const rows = Array.from({ length: 10 }, (_, at) => exampleRow(at + 1));
  const { broker, outbox, log, drain } = setUp({ log: createMemoryEventLog(rows, 4) });
  outbox.resume();
  await drain();
  assert.deepEqual(broker.sent, [5, 6, 7, 8, 9, 10]);
  assert.equal(log.acknowledged, 10);
});

test('100,000 events go through a small window in order, and memory stays bounded', async () => {
  const { appendMany, drain, broker, log } = setUp({ limit: 20 });
  appendMany(1, 100_000);
  assert.ok(broker.inFlight.length <= 20);
  await drain();
  assert.equal(log.acknowledged, 100_000);
  assert.deepEqual(
    broker.sent,
    Array.from({ length: 100_000 }, (_, at) => at + 1),
  );
  // a few hundred at a time: what did not fit was not kept
  assert.ok(log.reads > 300, `${log.reads} reads`);
});

test('while the broker is away events are left to the log, and come in order when it is back', async () => {
  const { appendMany, broker, connect, drain, log } = setUp({ isConnected: false });
  appendMany(1, 5000);
  assert.deepEqual(broker.sent, []);
  connect();
  appendMany(5001, 5010);
  await drain();
  assert.equal(log.acknowledged, 5010);
  assert.deepEqual(
    broker.sent,
    Array.from({ length: 5010 }, (_, at) => at + 1),
  );
});

test('what was in flight when the connection was lost is sent again from the acknowledged prefix', async () => {
  const { appendMany, acknowledge, disconnect, connect, drain, broker } = setUp();
  appendMany(1, 4);
  acknowledge();
  disconnect();
  broker.sent = [];
  connect();
  await drain();
  assert.deepEqual(broker.sent, [2, 3, 4]);
});

test('a refused event is tried again alone, later and later, with one alarm, and nothing overtakes it', async () => {
  const { appendMany, acknowledge, drain, broker, clock, refusals, log } = setUp();
  appendMany(1, 3);
  acknowledge(0x97);
  acknowledge();
  acknowledge();
  await turn();
  assert.deepEqual(refusals, [0x97]);
  assert.equal(log.acknowledged, 0);
  broker.sent = [];

  clock.advance(1000);
  await turn();
  await turn();
  assert.deepEqual(broker.sent, [1]);
  acknowledge(0x97);
  clock.advance(1999);
  await turn();
  assert.deepEqual(broker.sent, [1]);
  clock.advance(1);
  await turn();
  await turn();
  assert.deepEqual(broker.sent, [1, 1]);
  assert.deepEqual(refusals, [0x97]);
  await drain();
  assert.deepEqual(broker.sent, [1, 1, 2, 3]);
  assert.equal(log.acknowledged, 3);
});

test('a message in the window of three disconnects is sent alone, and parked when it fails again', async () => {
  const { appendMany, disconnect, connect, drain, broker, parked, log } = setUp({ limit: 3 });
  appendMany(1, 6);
  for (let times = 0; times < 3; times++) {
    await turn();
    await turn();
    disconnect();
    connect();
  }
  broker.sent = [];
  await turn();
  await turn();
  assert.deepEqual(broker.sent, [1]);
  disconnect();
  assert.deepEqual(parked, [[1, 'disconnects']]);
  assert.equal(log.acknowledged, 1);

  broker.sent = [];
  connect();
  await turn();
  await turn();
  assert.deepEqual(broker.sent, [2], 'the next suspect is alone, too');
  await drain();
  assert.deepEqual(broker.sent, [2, 3, 4, 5, 6]);
  assert.equal(log.acknowledged, 6);
  assert.equal(parked.length, 1);
});

test('an acknowledged message is no suspect any more', async () => {
  const { appendMany, acknowledge, disconnect, connect, broker, parked } = setUp({ limit: 2 });
  appendMany(1, 4);
  for (let n = 1; n <= 3; n++) {
    await turn();
    await turn();
    acknowledge();
    disconnect();
    connect();
  }
  await turn();
  await turn();
  assert.deepEqual(parked, []);
  assert.equal(broker.inFlight.length, 1);
});

test('an event that the broker can never take is parked, and the next ones go on', () => {
  const { appendMany, acknowledge, broker, parked, log } = setUp();
  broker.outcome = ({ n }) => (n === 2 ? 'too_large' : 'accepted');
  appendMany(1, 3);
  assert.deepEqual(parked, [[2, 'too_large']]);
  assert.deepEqual(broker.sent, [1, 3]);
  acknowledge();
  assert.equal(log.acknowledged, 2);
  acknowledge();
  assert.equal(log.acknowledged, 3);
});

test('a log that cannot be read is read again', async () => {
  const log = createMemoryEventLog([exampleRow(1)]);
  const { outbox, broker, clock, failures } = setUp({ log });
  log.failNextRead();
  outbox.resume();
  await turn();
  await turn();
  assert.equal(failures.length, 1);
  clock.advance(1000);
  await turn();
  await turn();
  assert.deepEqual(broker.sent, [1]);
});

test('nothing starts after a stop', async () => {
  const { outbox, append, broker, acknowledge, clock } = setUp({ limit: 1 });
  append(exampleRow(1));
  append(exampleRow(2));
  outbox.stop();
  acknowledge();
  append(exampleRow(3));
  await turn();
  assert.deepEqual(broker.sent, [1]);
  assert.equal(clock.waiting, 0);
});

test('whatever the broker does: in order, at least once, no gap', async () => {
  const step = fc.constantFrom(
    'append',
    'append',
    'ack',
    'ack',
    'refuse',
    'disconnect',
    'connect',
    'turn',
    'advance',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const it = setUp({ limit: 3 });
      let n = 0;
      for (const what of steps) {
        if (what === 'append') it.append(exampleRow(++n, n % 5 === 0 ? { seq: null } : {}));
        else if (what === 'ack' && it.broker.inFlight.length > 0) it.acknowledge();
        else if (what === 'refuse' && it.broker.inFlight.length > 0) it.acknowledge(0x87);
        else if (what === 'disconnect') it.disconnect();
        else if (what === 'connect') it.connect();
        else if (what === 'turn') await turn();
        else if (what === 'advance') it.clock.advance(60_000);
      }
      it.connect();
      for (let times = 0; times < 3; times++) {
        it.clock.advance(60_000);
        await it.drain();
      }
      assert.equal(it.log.acknowledged, n);
      assert.equal(it.outbox.behind, 0);
      const gone = new Set([...it.broker.sent, ...it.parked.map(([n]) => n)]);
      for (let m = 1; m <= n; m++) assert.equal(gone.has(m), m % 5 !== 0, `event ${m}`);
      // the first publish of each is in order
      const firsts = [...new Set(it.broker.sent)];
      assert.deepEqual(
        firsts,
        firsts.toSorted((one, other) => one - other),
      );
    }),
    { numRuns: 300 },
  );
});
