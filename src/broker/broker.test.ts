import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Packet } from 'mqtt-packet';
import mqttPacket from 'mqtt-packet';

import { connectClient } from '../../test/contract/client.ts';
import type { BrokerOptions, EmbeddedBroker } from './broker.ts';
import { createBroker } from './broker.ts';
import { loadRetained } from './retained-file.ts';

const silent = { debug: () => undefined, warn: () => undefined };

async function withBroker(
  options: Partial<BrokerOptions>,
  run: (broker: EmbeddedBroker) => Promise<void>,
): Promise<void> {
  const broker = await createBroker({ addr: '127.0.0.1', port: 0, dir: null, log: silent, ...options });
  try {
    await run(broker);
  } finally {
    await broker.close();
  }
}

/** A socket to write what no client library would. */
async function connectRaw(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function encode(packet: Packet, protocolVersion: 4 | 5 = 5): Buffer {
  return mqttPacket.generate(packet, { protocolVersion });
}

function connectPacket(clientId: string, protocolVersion: 4 | 5 = 5): Buffer {
  return encode(
    { cmd: 'connect', protocolId: 'MQTT', protocolVersion, clientId, clean: true, keepalive: 0 },
    protocolVersion,
  );
}

async function assertWorks(broker: EmbeddedBroker): Promise<void> {
  const client = await connectClient(() => broker.connectInProcess());
  await client.mqtt.subscribeAsync('works', { qos: 1 });
  await client.mqtt.publishAsync('works', 'yes', { qos: 1 });
  assert.equal((await client.next()).text, 'yes');
  await client.disconnect();
}

void test('a port in use is one clear line', () =>
  withBroker({}, async ({ port }) => {
    await assert.rejects(createBroker({ addr: '127.0.0.1', port, dir: null, log: silent }), {
      code: 'port_taken',
      message: `port ${port} on 127.0.0.1 is in use by another program (BROKER_PORT)`,
    });
  }));

void test('the gateway speaks to it without a socket', () =>
  withBroker({}, async (broker) => {
    const client = await connectClient(() => broker.connectInProcess(), { clientId: 'gateway' });
    const other = await connectClient(broker.port);
    await client.mqtt.subscribeAsync('a/#', { qos: 1 });
    await other.mqtt.publishAsync('a/b', 'x'.repeat(300_000), { qos: 1 });
    assert.equal((await client.next()).text.length, 300_000);
    assert.equal(broker.stats.clients, 2);
    await other.disconnect();
    await client.drop();
  }));

void test('a client of MQTT 3.1 is served', () =>
  withBroker({}, async ({ port }) => {
    const client = await connectClient(port, { protocolVersion: 3, protocolId: 'MQIsdp', clientId: 'old' });
    await client.mqtt.subscribeAsync('old/#', { qos: 2 });
    await client.mqtt.publishAsync('old/a', 'x', { qos: 2 });
    assert.equal((await client.next()).text, 'x');
    await client.disconnect();
  }));

void test('closing it ends every connection', async () => {
  const broker = await createBroker({ addr: '127.0.0.1', port: 0, dir: null, log: silent });
  const clients = [await connectClient(broker.port), await connectClient(() => broker.connectInProcess())];
  const silentSocket = await connectRaw(broker.port);
  silentSocket.resume();
  const ended = once(silentSocket, 'close');
  await broker.close();
  await Promise.all([ended, ...clients.map(({ closed }) => closed)]);
});

for (const clientId of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
  void test(`a client, a topic and a filter named ${clientId} are as good as any`, () =>
    withBroker({}, async (broker) => {
      const client = await connectClient(broker.port, { clientId });
      if (clientId !== '__proto__') {
        await client.mqtt.subscribeAsync(clientId, { qos: 1 });
        await client.mqtt.publishAsync(clientId, 'x', { qos: 1, retain: true });
        assert.equal((await client.next()).topic, clientId);
      }
      await client.disconnect();
      await assertWorks(broker);
    }));
}

const refusals: [what: string, packet: Packet, reasonCode: number][] = [
  [
    'a topic of 2,000 characters',
    { cmd: 'publish', topic: 'x'.repeat(2000), payload: '', qos: 0, dup: false, retain: false },
    0x90,
  ],
  [
    'a topic of 40 levels',
    { cmd: 'publish', topic: 'x/'.repeat(40), payload: '', qos: 0, dup: false, retain: false },
    0x90,
  ],
  [
    'a filter __proto__ among others',
    {
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [
        { topic: 'a', qos: 0 },
        { topic: '__proto__', qos: 0 },
      ],
    },
    0x8f,
  ],
  [
    'too many subscriptions',
    {
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: Array.from({ length: 11 }, (_, index) => ({ topic: `a/${index}`, qos: 0 as const })),
    },
    0x97,
  ],
];

for (const [what, packet, reasonCode] of refusals) {
  void test(`${what} ends the connection with reason 0x${reasonCode.toString(16)}`, () =>
    withBroker({ limits: { subscriptionsPerClient: 10 } }, async (broker) => {
      const socket = await connectRaw(broker.port);
      const parser = mqttPacket.parser({ protocolVersion: 5 });
      const packets: Packet[] = [];
      parser.on('packet', (received) => packets.push(received));
      socket.on('data', (chunk: Buffer) => parser.parse(chunk));
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(connectPacket('limits'));
      await once(parser, 'packet');
      socket.write(encode(packet));
      await ended;
      assert.deepEqual(
        packets.map((received) => [received.cmd, 'reasonCode' in received ? received.reasonCode : undefined]),
        [
          ['connack', 0],
          ['disconnect', reasonCode],
        ],
      );
      await assertWorks(broker);
    }));
}

void test('a packet beyond the limit ends the connection before it has arrived', () =>
  withBroker({}, async (broker) => {
    const socket = await connectRaw(broker.port);
    socket.resume();
    const ended = new Promise((resolve) => socket.once('close', resolve));
    // The head of a PUBLISH of 200 MB.
    socket.write(
      Buffer.concat([connectPacket('large'), Buffer.from([0x30, 0x80, 0x80, 0xaf, 0x5f, 0, 1, 0x78])]),
    );
    await ended;
    await assertWorks(broker);
  }));

void test('a connection that sends no CONNECT ends', () =>
  withBroker({ limits: { connectTimeoutSeconds: 0.05 } }, async ({ port }) => {
    const socket = await connectRaw(port);
    socket.resume();
    await once(socket, 'close');
  }));

void test('a client beyond the allowed number is not served', () =>
  withBroker({ limits: { clients: 1 } }, async ({ port }) => {
    const first = await connectClient(port);
    const second = await connectRaw(port);
    second.resume();
    await once(second, 'close');
    await first.disconnect();
  }));

void test('a client that is silent beyond its keep alive is disconnected', () =>
  withBroker({}, async ({ port }) => {
    const socket = await connectRaw(port);
    socket.resume();
    socket.write(
      encode(
        { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'k', clean: true, keepalive: 1 },
        4,
      ),
    );
    await once(socket, 'close');
  }));

void test('a client that does not read is disconnected, and holds up nobody', () =>
  withBroker({ limits: { unreadBytes: 1_000_000 } }, async (broker) => {
    const slow = await connectRaw(broker.port);
    slow.pause();
    const ended = once(slow, 'close');
    slow.write(
      Buffer.concat([
        connectPacket('slow', 4),
        encode({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] }, 4),
      ]),
    );
    const quick = await connectClient(broker.port);
    await quick.mqtt.subscribeAsync('#', { qos: 0 });
    let received = 0;
    while (broker.stats.clients > 1) {
      await quick.mqtt.publishAsync('load', 'x'.repeat(100_000), { qos: 1 });
      await quick.next();
      received++;
    }
    assert.ok(received > 9, `${received} messages`);
    slow.resume();
    await ended;
    await quick.disconnect();
  }));

void test('a message larger than a client takes is not sent to it', () =>
  withBroker({}, async ({ port }) => {
    const small = await connectClient(port, { properties: { maximumPacketSize: 1000 } });
    await small.mqtt.subscribeAsync('size/#', { qos: 1 });
    const publisher = await connectClient(port);
    await publisher.mqtt.publishAsync('size/a', 'x'.repeat(2000), { qos: 1 });
    await publisher.mqtt.publishAsync('size/a', 'end', { qos: 1 });
    assert.deepEqual(await small.until('end'), []);
    await Promise.all([small.disconnect(), publisher.disconnect()]);
  }));

void test('a durable session of MQTT 3.1.1 ends after the longest time away', () =>
  withBroker({ limits: { sessionExpirySeconds: 0.05 } }, async ({ port }) => {
    const options = { protocolVersion: 4, clientId: 'away', clean: false } as const;
    for (let present: boolean | undefined = true; present;) {
      const client = await connectClient(port, options);
      present = client.connack.sessionPresent;
      await client.mqtt.subscribeAsync('away', { qos: 1 });
      await client.disconnect();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }));

void test('beyond the allowed number of durable sessions the newest is not kept', () =>
  withBroker({ limits: { offlineSessions: 1 } }, async ({ port }) => {
    const presence: (boolean | undefined)[] = [];
    for (const clientId of ['a', 'b', 'a', 'b']) {
      const client = await connectClient(port, { protocolVersion: 4, clientId, clean: false });
      presence.push(client.connack.sessionPresent);
      await client.mqtt.subscribeAsync(clientId, { qos: 1 });
      await client.disconnect();
    }
    assert.deepEqual(presence, [false, false, true, false]);
  }));

void test('a new subscription never ends with an outdated retained message', () =>
  withBroker({}, async (broker) => {
    const publisher = await connectClient(() => broker.connectInProcess());
    const topics = Array.from({ length: 200 }, (_, index) => `race/${index}`);
    await Promise.all(
      topics.map((topic) => publisher.mqtt.publishAsync(topic, 'old', { qos: 1, retain: true })),
    );
    const subscriber = await connectClient(() => broker.connectInProcess());
    const subscribed = subscriber.mqtt.subscribeAsync('race/#', { qos: 1 });
    await Promise.all(
      topics.map((topic) => publisher.mqtt.publishAsync(topic, 'new', { qos: 1, retain: true })),
    );
    await subscribed;
    await publisher.mqtt.publishAsync('race/end', 'end', { qos: 1 });
    const last = new Map((await subscriber.until('end')).map(({ topic, text }) => [topic, text]));
    assert.deepEqual([...new Set(last.values())], ['new']);
    await Promise.all([publisher.disconnect(), subscriber.disconnect()]);
  }));

void test('no client learns of the others from $SYS topics', () =>
  withBroker({}, async ({ port }) => {
    const client = await connectClient(port);
    await client.mqtt.subscribeAsync('$SYS/#', { qos: 0 });
    await (await connectClient(port, { clientId: 'secret' })).disconnect();
    await client.mqtt.subscribeAsync('end', { qos: 0 });
    await client.mqtt.publishAsync('end', 'end');
    assert.deepEqual(await client.until('end'), []);
    await client.disconnect();
  }));

void test('retained messages survive kill -9 once they are written', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'broker-'));
  const child = fork(new URL('../../test/contract/broker-process.ts', import.meta.url), [dir], {
    execArgv: [],
  });
  try {
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const client = await connectClient(port);
    const written = once(child, 'message');
    await client.mqtt.publishAsync('killed/a', 'x', { qos: 1, retain: true });
    await written;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await client.closed;
    assert.deepEqual(
      loadRetained(join(dir, 'broker.db'), assert.fail).map(({ topic }) => topic),
      ['killed/a'],
    );
  } finally {
    child.kill('SIGKILL');
    await rm(dir, { recursive: true });
  }
});
