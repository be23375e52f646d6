import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';

import type { Packet } from 'mqtt-packet';
import mqttPacket from 'mqtt-packet';

import { connectClient } from '../../test/contract/client.ts';
import { createBroker } from './broker.ts';

const rounds = 10_000;
const perConnection = 20;

/** Mulberry32: the same packets every time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const random = createRandom(20_260);
const pick = <T>(items: readonly T[]): T => items[random(items.length)] ?? assert.fail();

const names = [
  'a',
  'a/b',
  '__proto__',
  'constructor',
  '#',
  '+',
  'a/#/b',
  '$share/g/a',
  '$SYS/x',
  '',
  '\0',
  '/'.repeat(200),
];

function randomPacket(): Packet {
  const topic = pick(names);
  const messageId = 1 + random(5);
  const properties = { userProperties: { a: ['b', topic] }, correlationData: Buffer.from([random(256)]) };
  const packets: Packet[] = [
    {
      cmd: 'publish',
      topic,
      payload: 'x',
      qos: pick([0, 1, 2]),
      dup: false,
      retain: random(2) === 0,
      messageId,
      properties,
    },
    {
      cmd: 'publish',
      topic: 'a',
      payload: '',
      qos: 0,
      dup: false,
      retain: true,
      properties: { topicAlias: 1 + random(3) },
    },
    {
      cmd: 'subscribe',
      messageId,
      subscriptions: [
        { topic, qos: pick([0, 1, 2]) },
        { topic: pick(names), qos: 1 },
      ],
    },
    { cmd: 'unsubscribe', messageId, unsubscriptions: [topic, pick(names)] },
    { cmd: 'pubrel', messageId },
    { cmd: 'pubrec', messageId },
    { cmd: 'puback', messageId },
    { cmd: 'pubcomp', messageId },
    { cmd: 'pingreq' },
    { cmd: 'disconnect', reasonCode: pick([0, 4]) },
    randomConnect(),
  ];
  return pick(packets);
}

function randomConnect(): Packet {
  const protocolVersion = pick([4, 5] as const);
  const will = { topic: pick(names), payload: Buffer.from('w'), qos: 1, retain: random(2) === 0 } as const;
  const clientId = pick(['__proto__', 'constructor', 'fuzz', '']);
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion,
    clientId,
    clean: random(2) === 0,
    keepalive: 0,
    ...(random(2) === 0 && { will }),
  };
}

function generate(packet: Packet): Buffer {
  try {
    return mqttPacket.generate(packet, { protocolVersion: pick([4, 5]) });
  } catch {
    // Not even the encoder likes this one.
    return Buffer.from([random(256), 2, random(256), random(256)]);
  }
}

function mutate(bytes: Buffer): Buffer {
  const mutated = Buffer.from(bytes);
  for (let left = pick([0, 0, 1, 1, 3]); left > 0 && mutated.length > 0; left--)
    mutated[random(mutated.length)] = random(256);
  return random(10) === 0 ? mutated.subarray(0, random(mutated.length + 1)) : mutated;
}

void test('10,000 random and mutated packets neither crash the broker nor disturb another client', async () => {
  const warnings: unknown[] = [];
  const log = { debug: () => undefined, warn: (...line: unknown[]) => warnings.push(line) };
  const broker = await createBroker({ addr: '127.0.0.1', port: 0, dir: null, log });
  const bystander = await connectClient(broker.port, { clientId: 'bystander' });
  await bystander.mqtt.subscribeAsync('bystander', { qos: 1 });
  for (let sent = 0; sent < rounds; sent += perConnection) {
    const socket = connect(broker.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    if (random(10) > 0) socket.write(generate(randomConnect()));
    for (let index = 0; index < perConnection; index++) socket.write(mutate(generate(randomPacket())));
    socket.end();
    await closed;
    if (sent % 1000 > 0) continue;
    await bystander.mqtt.publishAsync('bystander', 'still here', { qos: 1 });
    assert.equal((await bystander.next()).text, 'still here');
  }
  assert.equal(bystander.mqtt.connected, true);
  await bystander.disconnect();
  await broker.close();
  assert.deepEqual(warnings, []);
});
