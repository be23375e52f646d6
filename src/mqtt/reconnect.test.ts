import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { connectTestBus, createTestBus, localAddress, next } from '../../test/support/bus.ts';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { findFreePort, startMosquitto } from '../../test/support/mosquitto.ts';
import { type Visitor, startScriptedBroker } from '../../test/support/scripted-broker.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import type { Packet } from 'mqtt-packet';
import type { ConnectedInfo } from './bus.ts';

/** Answers CONNECT in the client's protocol. */
function accept({ connect, send }: Visitor, receiveMaximum = 65_535): void {
  if (connect.protocolVersion !== 5) return send({ cmd: 'connack', sessionPresent: false, returnCode: 0 });
  send({ cmd: 'connack', sessionPresent: false, reasonCode: 0, properties: { receiveMaximum } });
}

async function startScript(t: TestContext, receive: (packet: Packet, visitor: Visitor) => void) {
  const broker = await startScriptedBroker(receive);
  t.after(() => broker.stop());
  return localAddress(broker.port);
}

test('after kill -9 of the broker what was in flight is told in order, and arrives when sent again', async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const bus = await connectTestBus(t, localAddress(broker.port), { protocol: '3.1.1' });
  const name = Buffer.from('events');
  // So that the packet ids begin again in the middle of what will be lost.
  let warm = 0;
  const isWarm = new Promise<void>((resolve) => {
    bus.onAcknowledged(() => {
      if (++warm === 7700) resolve();
    });
  });
  for (let sent = 0; sent < 7700;) {
    if (bus.publishFast(name, 'before', false, -1) === 'accepted') sent++;
    else await next<void>(bus.onWindow);
  }
  await isWarm;
  const done = new Set<number>();
  let complete = () => {};
  bus.onAcknowledged((token) => {
    if (done.add(token).size === 1000) complete();
  });
  process.kill(broker.pid, 'SIGSTOP');
  for (let i = 0; i < 1000; i++) assert.equal(bus.publishFast(name, `event ${i}`, false, i), 'accepted');
  const slow = bus.publish({ topic: 'slow', payload: '', qos: 1, retain: false });
  const lost = next(bus.onLost);
  const reason = next(bus.onDisconnect);
  const refused = assert.rejects(slow, { code: 'broker_unreachable' });
  await broker.kill();
  const tokens = await lost;
  assert.deepEqual(
    tokens,
    Array.from({ length: 1000 }, (_, i) => i),
  );
  assert.equal(await reason, 'the broker closed the connection');
  await refused;
  assert.equal(bus.connected, false);
  assert.equal(bus.inFlight, 0);
  assert.equal(bus.publishFast(name, 'x', false, 0), 'full');

  const back = next(bus.onConnect);
  const all = new Promise<void>((resolve) => (complete = resolve));
  await broker.restart();
  await back;
  for (const token of tokens) bus.publishFast(name, `event ${token}`, false, token);
  await all;
});

test('subscriptions are made again on each connection', async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const bus = createTestBus(t, localAddress(broker.port));
  const early = bus.subscribe(['early/#']);
  bus.connect();
  assert.deepEqual(await early, [{ filter: 'early/#', granted: true, reasonCode: 1 }]);
  await bus.subscribe(['late/#']);
  const back = next(bus.onConnect);
  await broker.kill();
  await broker.restart();
  await back;
  for (const topic of ['early/x', 'late/x']) {
    const message = next(bus.onMessage);
    await bus.publish({ topic, payload: '', qos: 1, retain: false });
    assert.equal((await message).topic, topic);
  }
});

test('a subscription that a later connection refuses is an error, and the connection stays', async (t) => {
  let connections = 0;
  let visitor: Visitor | null = null;
  const address = await startScript(t, (packet, current) => {
    visitor = current;
    if (packet.cmd === 'connect') {
      connections++;
      accept(current);
    }
    if (packet.cmd === 'subscribe') {
      const { messageId = 0 } = packet;
      current.send({ cmd: 'suback', messageId, granted: [connections === 1 ? 1 : 0x87] });
    }
  });
  const bus = await connectTestBus(t, address);
  await bus.subscribe(['cmd']);
  const error = next(bus.onError);
  (visitor as Visitor | null)?.hangUp();
  const { message } = await error;
  assert.equal(message, 'The broker refuses the subscription of cmd: Not authorized (0x87)');
  assert.equal(bus.connected, true);
});

test('a link that falls silent is closed, with nothing to do and in the middle of publishing', async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const proxy = await startTcpProxy(broker.port);
  t.after(() => proxy.stop());
  for (const isPublishing of [false, true]) {
    proxy.speak();
    const bus = await connectTestBus(t, localAddress(proxy.port), { keepaliveSeconds: 1 });
    const name = Buffer.from('silence');
    if (isPublishing) {
      bus.onAcknowledged(() => void bus.publishFast(name, 'x', false, 0));
      bus.publishFast(name, 'x', false, 0);
      await next<number>(bus.onAcknowledged);
    }
    const reason = next(bus.onDisconnect);
    proxy.fallSilent();
    assert.equal(await reason, 'Keepalive timeout');
    await bus.close();
  }
});

test('a link without traffic is kept alive by pings, one that publishes needs none', async (t) => {
  const heard: string[] = [];
  let pinged = () => {};
  const address = await startScript(t, (packet, visitor) => {
    heard.push(packet.cmd);
    if (packet.cmd === 'connect') accept(visitor);
    if (packet.cmd === 'publish') visitor.send({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    if (packet.cmd === 'pingreq') {
      visitor.send({ cmd: 'pingresp' });
      pinged();
    }
  });
  const ping = () => new Promise<void>((resolve) => (pinged = resolve));
  const bus = await connectTestBus(t, address, { keepaliveSeconds: 1 });
  await ping();
  await ping();
  // Each PUBACK asks for the next publish, over twice the keepalive.
  heard.length = 0;
  const until = performance.now() + 2000;
  await new Promise<void>((resolve) => {
    const name = Buffer.from('busy');
    bus.onAcknowledged(() => {
      if (performance.now() > until) resolve();
      else bus.publishFast(name, 'x', false, 0);
    });
    bus.publishFast(name, 'x', false, 0);
  });
  assert.deepEqual([...new Set(heard)], ['publish']);
  await ping();
  assert.equal(bus.connected, true);
});

test('the pauses between attempts double up to the maximum, less a random part of up to half', async (t) => {
  const address = localAddress(await findFreePort());
  for (const [random, pauses] of [
    [0, [5000, 10_000, 20_000, 40_000, 60_000, 60_000]],
    [0.5, [3750, 7500, 15_000, 30_000, 45_000, 45_000]],
  ] as const) {
    const clock = createManualClock();
    const waited: number[] = [];
    const bus = createTestBus(t, address, {
      clock: {
        ...clock,
        after(ms, run) {
          waited.push(ms);
          return clock.after(ms, run);
        },
      },
      random: () => random,
      reconnectBaseSeconds: 5,
      reconnectMaxSeconds: 60,
    });
    bus.connect();
    for (const pause of pauses) {
      const { message } = await next(bus.onError);
      assert.match(message, /^No connection to the MQTT broker: connect ECONNREFUSED/);
      clock.advance(pause - 1);
      assert.equal(clock.waiting, 1);
      clock.advance(1);
    }
    await next(bus.onError);
    assert.deepEqual(waited.slice(0, -1), pauses);
    await bus.close();
    assert.equal(clock.waiting, 0);
  }
});

test('wrong credentials are told as such', async (t) => {
  const broker = await startMosquitto({ passwordFile: 'gateway:right\n' });
  t.after(() => broker.stop());
  const wrong = createTestBus(t, localAddress(broker.port), { username: 'gateway', password: 'wrong' });
  wrong.connect();
  assert.equal(
    (await next(wrong.onError)).message,
    'No connection to the MQTT broker: Connection refused: Not authorized',
  );
  const right = await connectTestBus(t, localAddress(broker.port), {
    username: 'gateway',
    password: 'right',
  });
  assert.equal(right.protocol, '5');
});

for (const [how, refuse] of [
  [
    'by the CONNACK of 3.1.1',
    ({ send }: Visitor) => send({ cmd: 'connack', sessionPresent: false, returnCode: 1 }, 4),
  ],
  [
    'by the CONNACK of MQTT 5',
    ({ send }: Visitor) => send({ cmd: 'connack', sessionPresent: false, reasonCode: 0x84 }),
  ],
  ['without a word', ({ hangUp }: Visitor) => hangUp()],
] as const) {
  test(`a broker that refuses MQTT 5 ${how} gets 3.1.1 at once`, async (t) => {
    const tried: (number | undefined)[] = [];
    let last: Visitor | null = null;
    const address = await startScript(t, (packet, visitor) => {
      if (packet.cmd !== 'connect') return;
      tried.push(packet.protocolVersion);
      last = visitor;
      if (packet.protocolVersion === 5) refuse(visitor);
      else accept(visitor);
    });
    const errors: Error[] = [];
    const bus = createTestBus(t, address);
    bus.onError((error) => errors.push(error));
    bus.connect();
    assert.equal((await next<ConnectedInfo>(bus.onConnect)).protocol, '3.1.1');
    const back = next(bus.onConnect);
    (last as Visitor | null)?.hangUp();
    await back;
    // A broker that said nothing may only have been starting.
    assert.deepEqual(tried, how === 'without a word' ? [5, 4, 5, 4] : [5, 4, 4]);
    assert.deepEqual(errors, []);
  });
}

test('a protocol that is set is not exchanged for the other', async (t) => {
  const address = await startScript(t, (packet, visitor) => {
    if (packet.cmd === 'connect') visitor.send({ cmd: 'connack', sessionPresent: false, reasonCode: 0x84 });
  });
  const bus = createTestBus(t, address, { protocol: '5' });
  bus.connect();
  assert.match((await next(bus.onError)).message, /Unsupported Protocol Version/);
  assert.match((await next(bus.onError)).message, /Unsupported Protocol Version/);
});

test('a broker that says goodbye is quoted', async (t) => {
  const address = await startScript(t, (packet, visitor) => {
    if (packet.cmd === 'connect') accept(visitor);
    if (packet.cmd === 'publish') visitor.send({ cmd: 'disconnect', reasonCode: 0x8b });
  });
  const bus = await connectTestBus(t, address);
  const reason = next(bus.onDisconnect);
  bus.publishFast(Buffer.from('x'), 'x', false, 1);
  assert.equal(await reason, 'the broker disconnects: Server shutting down (0x8b)');
});

test('a broker that never answers CONNECT is given up after the connect timeout', async (t) => {
  const address = await startScript(t, () => {});
  const bus = createTestBus(t, address, { connectTimeoutSeconds: 0.05 });
  bus.connect();
  assert.equal((await next(bus.onError)).message, 'No connection to the MQTT broker: connack timeout');
});

test('both ways of publishing share the window, and PUBACKs may come in any order', async (t) => {
  const ids: number[] = [];
  let visitor: Visitor | null = null;
  let arrived = () => {};
  const address = await startScript(t, (packet, current) => {
    visitor = current;
    if (packet.cmd === 'connect') accept(current, 4);
    if (packet.cmd === 'publish') {
      ids.push(packet.messageId ?? 0);
      arrived();
    }
  });
  const publishes = (count: number) =>
    new Promise<void>((resolve) => {
      arrived = () => ids.length === count && resolve();
    });
  const bus = await connectTestBus(t, address);
  const name = Buffer.from('x');
  const first = publishes(4);
  const slow = [1, 2, 3].map((i) =>
    bus.publish({ topic: 'slow', payload: String(i), qos: 1, retain: false }),
  );
  assert.deepEqual(
    [bus.publishFast(name, 'a', false, 1), bus.publishFast(name, 'b', false, 2)],
    ['accepted', 'full'],
  );
  await first;
  const acknowledged: number[] = [];
  bus.onAcknowledged((token) => acknowledged.push(token));
  const room = next<void>(bus.onWindow);
  for (const messageId of ids.slice(0, 3)) (visitor as Visitor | null)?.send({ cmd: 'puback', messageId });
  await Promise.all([room, ...slow]);
  const second = publishes(7);
  for (const token of [2, 3, 4]) assert.equal(bus.publishFast(name, 'c', false, token), 'accepted');
  await second;
  const all = new Promise<void>((resolve) =>
    bus.onAcknowledged(() => void (acknowledged.length === 4 && resolve())),
  );
  for (const messageId of ids.slice(3).toReversed())
    (visitor as Visitor | null)?.send({ cmd: 'puback', messageId });
  await all;
  // The first fast publish was the fourth in all; the last is acknowledged first.
  assert.deepEqual(acknowledged, [4, 3, 2, 1]);
  assert.equal(bus.inFlight, 0);
});

test('a broker that does not read is not filled without bound', async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const bus = await connectTestBus(t, localAddress(broker.port), { protocol: '3.1.1' });
  process.kill(broker.pid, 'SIGSTOP');
  const name = Buffer.from('flood');
  const payload = Buffer.alloc(50_000);
  let accepted = 0;
  // The kernel takes some megabytes, the bus a few hundred kilobytes; the window would be 200 MB.
  for (let turn = 0; turn < 50; turn++) {
    while (bus.publishFast(name, payload, false, accepted) === 'accepted') accepted++;
    await endOfTurn();
  }
  assert.ok(accepted < 400, `${accepted}`);
});
