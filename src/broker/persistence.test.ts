import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { defaultLimits } from './limits.ts';
import { BrokerPersistence } from './persistence.ts';
import { createRetainedMessages } from './retained.ts';

type AbstractSuite = (options: {
  test: (name: string, run: () => Promise<void>) => unknown;
  persistence: () => BrokerPersistence;
  testAsync: true;
}) => void;

/** Where this persistence answers otherwise on purpose. */
const others = new Set([
  // Only the identifier of a QoS 2 message on its way in is kept; the message would be memory without a bound.
  'add incoming packet, get it, and clear with messageId',
  // A message that goes out again under its identifier is marked as a duplicate here, which aedes forgets.
  'add outgoing packet as a string and pump',
]);

function createPersistence(limits = {}): BrokerPersistence {
  return new BrokerPersistence(createRetainedMessages(null, assert.ifError), { ...defaultLimits, ...limits });
}

// The suite that the persistence of aedes itself has to pass.
const requireOfAedes = createRequire(import.meta.resolve('aedes'));
const runSuite = requireOfAedes('aedes-persistence/abstract.js') as AbstractSuite;
runSuite({
  test: (name, run) => others.has(name) || void test(`aedes: ${name}`, run),
  persistence: createPersistence,
  testAsync: true,
});

const session = { clientId: 'a' };
const message = (brokerCounter: number, payload = 'x') => ({
  topic: 't',
  payload: Buffer.from(payload),
  qos: 1 as const,
  retain: false,
  brokerId: 'broker',
  brokerCounter,
});

async function queued(persistence: BrokerPersistence): Promise<string[]> {
  const packets = await persistence.outgoingStream({ id: 'a' }).toArray();
  return packets.map((packet: { payload: Buffer }) => packet.payload.toString());
}

void test('a full queue of a session drops the newest message and counts it', async () => {
  const persistence = createPersistence({ queuedMessages: 2 });
  for (const [index, text] of ['one', 'two', 'three'].entries()) {
    await persistence.outgoingEnqueue(session, message(index + 1, text));
  }
  assert.deepEqual(await queued(persistence), ['one', 'two']);
  assert.equal(persistence.dropped, 1);
});

void test('a queue is bounded in bytes as well', async () => {
  const persistence = createPersistence({ queuedBytes: 1000 });
  await persistence.outgoingEnqueue(session, message(1, 'y'.repeat(900)));
  await persistence.outgoingEnqueue(session, message(2, 'y'.repeat(900)));
  await persistence.outgoingUpdate({ id: 'a' }, { ...message(1), cmd: 'publish', messageId: 7 });
  await persistence.outgoingClearMessageId({ id: 'a' }, { cmd: 'puback', messageId: 7 });
  await persistence.outgoingEnqueue(session, message(3, 'z'.repeat(900)));
  assert.deepEqual(await queued(persistence), ['z'.repeat(900)]);
  assert.equal(persistence.dropped, 1);
});

void test('the end of a session takes its queue along', async () => {
  const persistence = createPersistence();
  for (let index = 1; index <= 100; index++) await persistence.outgoingEnqueue(session, message(index));
  await persistence.incomingStorePacket({ id: 'a' }, { messageId: 5 });
  await persistence.cleanSubscriptions({ id: 'a' });
  assert.deepEqual(await queued(persistence), []);
  await assert.rejects(async () => persistence.incomingGetPacket({ id: 'a' }, { messageId: 5 }));
});

void test('a queued message does not hold the chunk it came in', async () => {
  const persistence = createPersistence();
  const chunk = Buffer.allocUnsafeSlow(65_536).fill('k');
  await persistence.outgoingEnqueue(session, { ...message(1), payload: chunk.subarray(10, 20) });
  const [packet] = (await persistence.outgoingStream({ id: 'a' }).toArray()) as { payload: Buffer }[];
  assert.equal(packet?.payload.buffer.byteLength, 10);
});
