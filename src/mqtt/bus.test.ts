import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { connectTestBus, localAddress, next } from '../../test/support/bus.ts';
import { type Mosquitto, startMosquitto } from '../../test/support/mosquitto.ts';
import type { Bus, BusMessage } from './bus.ts';

const run = promisify(execFile);
const PROTOCOLS = ['5', '3.1.1'] as const;

let broker: Mosquitto;
before(async () => {
  broker = await startMosquitto({ conf: ['max_queued_messages 0'] });
});
after(() => broker.stop());

/** Resolves with the messages once there are `count`. */
function collect(bus: Bus<number>, count: number): Promise<BusMessage[]> {
  const messages: BusMessage[] = [];
  return new Promise((resolve, reject) => {
    bus.onDisconnect((reason) => reject(new Error(reason)));
    bus.onMessage((message) => {
      if (messages.push(message) === count) resolve(messages);
    });
  });
}

/** Publishes tokens 0 to count - 1 as fast as the window allows; resolves with the acknowledged ones, in order. */
function publishAll(bus: Bus<number>, count: number, topic: string, text: (token: number) => string) {
  const name = Buffer.from(topic);
  let sent = 0;
  const fill = () => {
    while (sent < count && bus.publishFast(name, text(sent), false, sent) === 'accepted') sent++;
  };
  const acknowledged: number[] = [];
  return new Promise<number[]>((resolve, reject) => {
    bus.onDisconnect((reason) => reject(new Error(reason)));
    bus.onWindow(fill);
    bus.onAcknowledged((token) => {
      if (acknowledged.push(token) === count) resolve(acknowledged);
    });
    fill();
  });
}

for (const protocol of PROTOCOLS) {
  test(`MQTT ${protocol}: fast publishes arrive whole and in order, and each is acknowledged`, async (t) => {
    const bus = await connectTestBus(t, localAddress(broker.port), { protocol });
    const text = (i: number) => `${i} ünïcödé ${'∆'.repeat(i % 300)}`;
    const grants = await bus.subscribe([`order/${protocol}/+`]);
    assert.deepEqual(grants, [{ filter: `order/${protocol}/+`, granted: true, reasonCode: 1 }]);
    const messages = collect(bus, 3000);
    const acknowledged = await publishAll(bus, 3000, `order/${protocol}/ä`, text);
    assert.deepEqual(
      acknowledged,
      acknowledged.map((_, i) => i),
    );
    for (const [i, message] of (await messages).entries()) {
      assert.equal(message.topic, `order/${protocol}/ä`);
      assert.equal(message.payload.toString(), text(i));
      assert.equal(message.retain, false);
    }
    assert.equal(bus.inFlight, 0);
    assert.equal(bus.protocol, protocol);
  });

  test(`MQTT ${protocol}: 10,000 fast and 10,000 slow publishes do not get into each other`, async (t) => {
    const bus = await connectTestBus(t, localAddress(broker.port), { protocol });
    const texts = {
      fast: (i: number) => `${i}:${'f'.repeat(i % 700)}`,
      slow: (i: number) => `${i}:${'s'.repeat(i % 90)}`,
    };
    await bus.subscribe([`mix/${protocol}/#`]);
    const messages = collect(bus, 20_000);
    const fast = publishAll(bus, 10_000, `mix/${protocol}/fast`, texts.fast);
    const slow = Array.from({ length: 10_000 }, (_, i) =>
      bus.publish({ topic: `mix/${protocol}/slow`, payload: texts.slow(i), qos: 1, retain: false }),
    );
    await Promise.all([fast, ...slow]);
    const received = await messages;
    for (const way of ['fast', 'slow'] as const) {
      const payloads = received
        .filter(({ topic }) => topic.endsWith(way))
        .map(({ payload }) => payload.toString());
      assert.deepEqual(
        payloads,
        Array.from({ length: 10_000 }, (_, i) => texts[way](i)),
      );
    }
  });

  test(`MQTT ${protocol}: a fast publish can be retained`, async (t) => {
    const bus = await connectTestBus(t, localAddress(broker.port), { protocol });
    const acknowledged = next(bus.onAcknowledged);
    assert.equal(bus.publishFast(Buffer.from(`kept/${protocol}`), Buffer.from('on'), true, 1), 'accepted');
    await acknowledged;
    const message = next(bus.onMessage);
    await bus.subscribe([`kept/${protocol}`]);
    const { topic, payload, retain } = await message;
    assert.deepEqual([topic, payload.toString(), retain], [`kept/${protocol}`, 'on', true]);
  });
}

test('auto is MQTT 5 with Mosquitto, and its receive maximum of 20 is never exceeded', async (t) => {
  const bus = await connectTestBus(t, localAddress(broker.port));
  assert.equal(bus.protocol, '5');
  assert.equal(bus.window, 20);
  let most = 0;
  bus.onAcknowledged(() => (most = Math.max(most, bus.inFlight + 1)));
  const name = Buffer.from('window');
  const outcomes = Array.from({ length: 30 }, (_, i) => bus.publishFast(name, 'x', false, i));
  assert.deepEqual(outcomes.indexOf('full'), 20);
  assert.equal(bus.inFlight, 20);
  await next<void>(bus.onWindow);
  const slow = Array.from({ length: 100 }, () =>
    bus.publish({ topic: 'window', payload: 'y', qos: 1, retain: false }),
  );
  await Promise.all([publishAll(bus, 500, 'window', String), ...slow]);
  assert.equal(most, 20);
});

test('a broker that wants large packets gets them, and what is too large is told apart', async (t) => {
  const bus = await connectTestBus(t, localAddress(broker.port));
  const payload = Buffer.alloc(200_000, 'größe');
  await bus.subscribe(['large/#']);
  const messages = collect(bus, 2);
  assert.equal(bus.publishFast(Buffer.from('large/fast'), payload, false, 1), 'accepted');
  await bus.publish({ topic: 'large/slow', payload, qos: 1, retain: false });
  for (const message of await messages) assert.ok(message.payload.equals(payload));
  // 256 KiB where the broker names no limit.
  assert.equal(bus.publishFast(Buffer.from('large'), Buffer.alloc(256 * 1024), false, 2), 'too_large');
  assert.equal(bus.publishFast(Buffer.alloc(65_536, 'x'), '', false, 2), 'too_large');
  const rejected = { code: 'publish_too_large' };
  await assert.rejects(
    bus.publish({ topic: 'l', payload: Buffer.alloc(300_000), qos: 1, retain: false }),
    rejected,
  );
});

test('the maximum packet size of the broker is used to its last byte', async (t) => {
  const small = await startMosquitto({ maxPacketSize: 1000 });
  t.after(() => small.stop());
  const bus = await connectTestBus(t, localAddress(small.port));
  // Type, two bytes of length, two of the topic's, the topic, packet id, properties.
  const room = 1000 - 1 - 2 - 2 - 4 - 2 - 1;
  assert.equal(bus.publishFast(Buffer.from('size'), 'x'.repeat(room + 1), false, 1), 'too_large');
  const acknowledged = next(bus.onAcknowledged);
  assert.equal(bus.publishFast(Buffer.from('size'), 'x'.repeat(room), false, 2), 'accepted');
  assert.equal(await acknowledged, 2);
});

test('a refused publish is told with its reason, and the connection stays', async (t) => {
  const guarded = await startMosquitto({ aclFile: 'topic readwrite allowed/#\n' });
  t.after(() => guarded.stop());
  const bus = await connectTestBus(t, localAddress(guarded.port));
  const answers: [number, number][] = [];
  const both = new Promise<void>((resolve) => {
    bus.onAcknowledged((token, reasonCode) => answers.push([token, reasonCode]) === 2 && resolve());
  });
  await bus.subscribe(['allowed/#']);
  bus.publishFast(Buffer.from('forbidden/x'), 'x', false, 1);
  bus.publishFast(Buffer.from('allowed/x'), 'x', false, 2);
  await both;
  assert.deepEqual(answers, [
    [1, 0x87],
    [2, 0],
  ]);
  await assert.rejects(bus.publish({ topic: 'forbidden/y', payload: 'y', qos: 1, retain: false }), {
    code: 'publish_refused',
    details: { reasonCode: 0x87 },
  });
  assert.equal(bus.connected, true);
});

test('a filter that is no filter is refused by itself', async (t) => {
  const bus = await connectTestBus(t, localAddress(broker.port));
  assert.deepEqual(await bus.subscribe(['fine/#', 'not#fine']), [
    { filter: 'fine/#', granted: true, reasonCode: 1 },
    { filter: 'not#fine', granted: false, reasonCode: 0x8f },
  ]);
});

test('request and response of MQTT 5: mosquitto_rr gets its answer with the correlation data', async (t) => {
  const bus = await connectTestBus(t, localAddress(broker.port));
  bus.onMessage(({ responseTopic = '', correlationData = Buffer.alloc(0), payload, userProperties }) => {
    assert.deepEqual({ ...userProperties }, { who: 'me' });
    const answer = {
      topic: responseTopic,
      correlationData,
      payload: `re: ${payload.toString()}`,
      contentType: 'text/plain',
    };
    void bus.publish({ ...answer, qos: 1, retain: false });
  });
  await bus.subscribe(['rr/cmd']);
  const args = `-p ${broker.port} -t rr/cmd -e rr/answer -m hello -F %D|%C|%p`.split(' ');
  const given = [
    '-D',
    'publish',
    'correlation-data',
    'c0ffee',
    '-D',
    'publish',
    'user-property',
    'who',
    'me',
  ];
  const { stdout } = await run('mosquitto_rr', [...args, ...given]);
  assert.equal(stdout.trim(), 'c0ffee|text/plain|re: hello');
});

test('a publish of QoS 0 arrives', async (t) => {
  const bus = await connectTestBus(t, localAddress(broker.port));
  await bus.subscribe(['zero']);
  const message = next(bus.onMessage);
  await bus.publish({ topic: 'zero', payload: 'now', qos: 0, retain: false });
  assert.deepEqual([(await message).payload.toString(), (await message).qos], ['now', 0]);
});

test('close publishes the last words, waits for what is in flight, and keeps the will unpublished', async (t) => {
  const watcher = await connectTestBus(t, localAddress(broker.port));
  await watcher.subscribe(['end/#']);
  const messages = collect(watcher, 102);
  const bus = await connectTestBus(t, localAddress(broker.port), {
    protocol: '3.1.1',
    will: { topic: 'end/will', payload: 'died', retain: false },
  });
  let acknowledged = 0;
  bus.onAcknowledged(() => acknowledged++);
  for (let i = 0; i < 100; i++) bus.publishFast(Buffer.from('end/event'), String(i), false, i);
  await bus.close({ last: [{ topic: 'end/state', payload: 'offline', qos: 1, retain: false }] });
  assert.equal(acknowledged, 100);
  assert.equal(bus.connected, false);
  await watcher.publish({ topic: 'end/over', payload: '', qos: 1, retain: false });
  const topics = new Set((await messages).map(({ topic }) => topic));
  assert.deepEqual([...topics].sort(), ['end/event', 'end/over', 'end/state']);
});

test('the will is published when the connection ends without a word', async (t) => {
  const watcher = await connectTestBus(t, localAddress(broker.port));
  await watcher.subscribe(['will']);
  const message = next(watcher.onMessage);
  const will = { topic: 'will', payload: 'offline', retain: false };
  const bus = await connectTestBus(t, localAddress(broker.port), {
    will,
    clientId: 'twice',
    reconnectBaseSeconds: 60,
    reconnectMaxSeconds: 60,
  });
  const reason = next(bus.onDisconnect);
  // The broker ends the first connection of a client id for the second (MQTT 5 §3.1.4).
  await connectTestBus(t, localAddress(broker.port), { clientId: 'twice' });
  assert.match(await reason, /closed the connection/);
  assert.equal((await message).payload.toString(), 'offline');
});
