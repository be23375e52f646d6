import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

import { connectClient } from './client.ts';

const run = promisify(execFile);

export interface BrokerUnderTest {
  readonly port: number;
  /** Ends it properly and starts it again with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface BrokerAbilities {
  sharedSubscriptions: boolean;
}

const durable = { clean: false, properties: { sessionExpiryInterval: 600 } } as const;

/** One promise; a broker that never fulfils it fails this test alone. */
function check(name: string, run: () => Promise<void>): void {
  void it(name, { timeout: 30_000 }, run);
}

/** What the gateway and home automation rely on, of any broker. */
export function describeBroker(
  name: string,
  start: () => Promise<BrokerUnderTest>,
  can: BrokerAbilities,
): void {
  void describe(name, () => {
    let broker: BrokerUnderTest;
    let port: number;
    before(async () => {
      broker = await start();
      port = broker.port;
    });
    after(() => broker.stop());

    for (const protocolVersion of [4, 5] as const) {
      for (const qos of [0, 1, 2] as const) {
        check(`delivers in order at QoS ${qos}, protocol version ${protocolVersion}`, async () => {
          const topic = `order/${protocolVersion}/${qos}`;
          const subscriber = await connectClient(port, { protocolVersion });
          const publisher = await connectClient(port, { protocolVersion });
          await subscriber.mqtt.subscribeAsync(topic, { qos });
          const texts = Array.from({ length: 300 }, (_, index) => `${index}`);
          // Mosquitto 2.0 stalls beyond twenty unfinished messages of QoS 2.
          for (let at = 0; at < texts.length; at += 15) {
            const some = texts.slice(at, at + 15);
            await Promise.all(some.map((text) => publisher.mqtt.publishAsync(topic, text, { qos })));
          }
          for (const text of texts) {
            const message = await subscriber.next();
            assert.deepEqual([message.text, message.qos, message.retain], [text, qos, false]);
          }
          await Promise.all([subscriber.disconnect(), publisher.disconnect()]);
        });
      }
    }

    check('loses none of the messages of mixed QoS, retained and not, that arrive in one piece', async () => {
      const subscriber = await connectClient(port);
      const publisher = await connectClient(port);
      await subscriber.mqtt.subscribeAsync('mixed/#', { qos: 2 });
      const published: string[] = [];
      const acknowledged = [];
      publisher.mqtt.stream.cork();
      for (let index = 0; index < 60; index++) {
        const qos = (index % 3) as 0 | 1 | 2;
        acknowledged.push(
          publisher.mqtt.publishAsync(`mixed/${index}`, `${index}`, { qos, retain: index % 2 === 0 }),
        );
        published.push(`${index}`);
      }
      publisher.mqtt.stream.uncork();
      await Promise.all(acknowledged);
      const received = new Set<string>();
      while (received.size < published.length) received.add((await subscriber.next()).text);
      assert.deepEqual([...received].sort(), published.sort());
      await Promise.all([subscriber.disconnect(), publisher.disconnect()]);
    });

    check('delivers at the lower QoS of message and subscription', async () => {
      const subscriber = await connectClient(port);
      await subscriber.mqtt.subscribeAsync('lower/exact', { qos: 1 });
      await subscriber.mqtt.subscribeAsync('lower/wild/#', { qos: 1 });
      await subscriber.mqtt.subscribeAsync('lower/none/+', { qos: 0 });
      for (const topic of ['lower/exact', 'lower/wild/a', 'lower/none/a']) {
        await subscriber.mqtt.publishAsync(topic, 'x', { qos: 2 });
      }
      const received = [await subscriber.next(), await subscriber.next(), await subscriber.next()];
      assert.deepEqual(received.map(({ topic, qos }) => `${topic} ${qos}`).sort(), [
        'lower/exact 1',
        'lower/none/a 0',
        'lower/wild/a 1',
      ]);
      await subscriber.disconnect();
    });

    check('keeps the last retained message of a topic until it is cleared', async () => {
      const publisher = await connectClient(port);
      await publisher.mqtt.publishAsync('kept/a', 'old', { qos: 1, retain: true });
      await publisher.mqtt.publishAsync('kept/a', 'new', { qos: 1, retain: true });
      await publisher.mqtt.publishAsync('kept/b', 'gone', { qos: 1, retain: true });
      await publisher.mqtt.publishAsync('kept/b', '', { qos: 1, retain: true });
      const subscriber = await connectClient(port);
      await subscriber.mqtt.subscribeAsync('kept/+', { qos: 0 });
      const { topic, text, retain, qos } = await subscriber.next();
      assert.deepEqual({ topic, text, retain, qos }, { topic: 'kept/a', text: 'new', retain: true, qos: 0 });
      await publisher.mqtt.publishAsync('kept/end', 'end', { qos: 1 });
      assert.deepEqual(await subscriber.until('end'), []);
      await Promise.all([subscriber.disconnect(), publisher.disconnect()]);
    });

    check('keeps retained messages and their properties over a restart', async () => {
      const publisher = await connectClient(port);
      const properties = {
        contentType: 'application/json',
        responseTopic: 'answer/here',
        correlationData: Buffer.from([0, 255, 7]),
        userProperties: { unit: 'kWh' },
      };
      await publisher.mqtt.publishAsync('restart/a', 'one', { qos: 1, retain: true });
      await publisher.mqtt.publishAsync('restart/b', 'two', { qos: 1, retain: true, properties });
      await publisher.mqtt.publishAsync('restart/c', 'three', { qos: 1, retain: true });
      await publisher.mqtt.publishAsync('restart/c', '', { qos: 1, retain: true });
      await publisher.disconnect();
      await broker.restart();
      const subscriber = await connectClient(port);
      await subscriber.mqtt.subscribeAsync('restart/#', { qos: 1 });
      const received = [await subscriber.next(), await subscriber.next()].sort((a, b) =>
        a.topic < b.topic ? -1 : 1,
      );
      assert.deepEqual(
        received.map(({ topic, text, qos, retain }) => [topic, text, qos, retain]),
        [
          ['restart/a', 'one', 1, true],
          ['restart/b', 'two', 1, true],
        ],
      );
      const kept = received[1]?.properties;
      assert.equal(kept?.contentType, 'application/json');
      assert.equal(kept?.responseTopic, 'answer/here');
      assert.deepEqual(kept?.correlationData, Buffer.from([0, 255, 7]));
      assert.equal(kept?.userProperties?.['unit'], 'kWh');
      await subscriber.mqtt.publishAsync('restart/end', 'end');
      assert.deepEqual(await subscriber.until('end'), []);
      await subscriber.disconnect();
    });

    check('delivers a retained message of 200 KB whole', async () => {
      const text = 'x'.repeat(200_000);
      const client = await connectClient(port);
      await client.mqtt.publishAsync('large/a', text, { qos: 1, retain: true });
      await client.mqtt.subscribeAsync('large/a', { qos: 1 });
      assert.equal((await client.next()).text, text);
      await client.disconnect();
    });

    check('sends retained messages as each subscription asks for (retain handling)', async () => {
      const client = await connectClient(port);
      await client.mqtt.publishAsync('handling/a', 'kept', { qos: 1, retain: true });
      await client.mqtt.subscribeAsync('handling/a', { qos: 1, rh: 2 });
      await client.mqtt.publishAsync('handling/a', 'live', { qos: 1 });
      assert.deepEqual(await client.until('live'), []);
      await client.mqtt.subscribeAsync('handling/a', { qos: 1, rh: 1 });
      await client.mqtt.publishAsync('handling/a', 'live', { qos: 1 });
      assert.deepEqual(await client.until('live'), []);
      await client.mqtt.unsubscribeAsync('handling/a');
      await client.mqtt.subscribeAsync('handling/a', { qos: 1, rh: 1 });
      assert.equal((await client.next()).text, 'kept');
      await client.disconnect();
    });

    check('leaves the retain flag where a subscription asks for it, also in a durable session', async () => {
      const options = { ...durable, clientId: 'as-published' };
      let client = await connectClient(port, options);
      await client.mqtt.subscribeAsync('flag/#', { qos: 1, rap: true });
      const publisher = await connectClient(port);
      await publisher.mqtt.publishAsync('flag/a', 'x', { qos: 1, retain: true });
      const { text, retain } = await client.next();
      assert.deepEqual([text, retain], ['x', true]);
      await client.disconnect();
      await publisher.mqtt.publishAsync('flag/b', 'end', { qos: 1 });
      client = await connectClient(port, options);
      assert.deepEqual(await client.until('end'), [], 'the acknowledged message is not sent again');
      await Promise.all([client.disconnect(), publisher.disconnect()]);
    });

    check('does not send a client its own messages where it asked for none', async () => {
      const client = await connectClient(port, { ...durable, clientId: 'no-local' });
      const other = await connectClient(port);
      await client.mqtt.subscribeAsync('local/#', { qos: 1, nl: true });
      await client.mqtt.publishAsync('local/own', 'own', { qos: 1 });
      await other.mqtt.publishAsync('local/other', 'other', { qos: 1 });
      assert.deepEqual(await client.until('other'), []);
      await client.disconnect();
      const again = await connectClient(port, { ...durable, clientId: 'no-local' });
      await other.mqtt.publishAsync('local/other', 'end', { qos: 1 });
      assert.deepEqual(await again.until('end'), []);
      await Promise.all([again.disconnect(), other.disconnect()]);
    });

    check('publishes the will of a connection that breaks and of no other', async () => {
      const watcher = await connectClient(port);
      await watcher.mqtt.subscribeAsync('will/#', { qos: 1 });
      const will = { topic: 'will/a', payload: Buffer.from('clean'), qos: 1, retain: false } as const;
      const clean = await connectClient(port, { will });
      await clean.disconnect();
      const broken = await connectClient(port, { will: { ...will, payload: Buffer.from('broken') } });
      await broken.drop();
      assert.deepEqual(await watcher.until('broken'), []);
      await watcher.disconnect();
    });

    for (const protocolVersion of [4, 5] as const) {
      check(
        `keeps a durable session's messages, and no clean one's, protocol version ${protocolVersion}`,
        async () => {
          const away = { protocolVersion, clientId: `away-${protocolVersion}`, clean: false } as const;
          const options = protocolVersion === 5 ? { ...away, ...durable } : away;
          const publisher = await connectClient(port);
          const topic = `away/${protocolVersion}`;
          const first = await connectClient(port, options);
          assert.equal(first.connack.sessionPresent, false);
          await first.mqtt.subscribeAsync(topic, { qos: 2 });
          await first.disconnect();
          for (const qos of [0, 1, 2] as const)
            await publisher.mqtt.publishAsync(topic, `at ${qos}`, { qos });
          const second = await connectClient(port, options);
          assert.equal(second.connack.sessionPresent, true);
          await publisher.mqtt.publishAsync(topic, 'end', { qos: 2 });
          // A broker may keep messages of QoS 0 as well. MQTT 5 §4.1
          const kept = (await second.until('end')).filter(({ qos }) => qos > 0);
          assert.deepEqual(
            kept.map(({ text, qos }) => [text, qos]),
            [
              ['at 1', 1],
              ['at 2', 2],
            ],
          );
          await second.disconnect();
          const { clientId } = options;
          const clean = await connectClient(port, { protocolVersion, clientId, clean: true });
          assert.equal(clean.connack.sessionPresent, false);
          await clean.disconnect();
          const third = await connectClient(port, options);
          assert.equal(third.connack.sessionPresent, false, 'the clean connection ended the session');
          await Promise.all([third.disconnect(), publisher.disconnect()]);
        },
      );
    }

    check('sends unacknowledged messages again, marked as duplicates', async () => {
      const options = { ...durable, clientId: 'again' };
      const publisher = await connectClient(port);
      const first = await connectClient(port, options);
      await first.mqtt.subscribeAsync('again', { qos: 1 });
      first.mqtt.handleMessage = () => undefined;
      const packet = first.received();
      await publisher.mqtt.publishAsync('again', 'x', { qos: 1 });
      await packet;
      await first.drop();
      const second = await connectClient(port, options);
      const { text, dup } = await second.next();
      assert.deepEqual([text, dup], ['x', true]);
      await Promise.all([second.disconnect(), publisher.disconnect()]);
    });

    check('ends a session after its expiry interval', async () => {
      const watcher = await connectClient(port);
      await watcher.mqtt.subscribeAsync('expiry/will', { qos: 1 });
      const options = { clientId: 'expiring', clean: false, properties: { sessionExpiryInterval: 1 } };
      // A delayed will is published when the session ends. MQTT 5 §3.1.3.2.2
      const will = {
        topic: 'expiry/will',
        payload: Buffer.from('ended'),
        qos: 1,
        retain: false,
        properties: { willDelayInterval: 600 },
      } as const;
      const expiring = await connectClient(port, { ...options, will });
      await expiring.mqtt.subscribeAsync('expiry/a', { qos: 1 });
      await expiring.drop();
      assert.equal((await watcher.next()).text, 'ended');
      // Brokers look at their sessions from time to time.
      for (let present: boolean | undefined = true; present;) {
        const again = await connectClient(port, options);
        present = again.connack.sessionPresent;
        if (present) await new Promise((resolve) => setTimeout(resolve, 2000));
        await again.disconnect();
      }
      await watcher.disconnect();
    });

    check('delivers to each of overlapping filters, to a durable session too', async () => {
      const client = await connectClient(port, { ...durable, clientId: 'overlapping' });
      await client.mqtt.subscribeAsync(['over/#', 'over/+', 'over/a'], { qos: 1 });
      for (let index = 0; index < 20; index++)
        await client.mqtt.publishAsync('over/a', `${index}`, { qos: 1 });
      await client.mqtt.publishAsync('over/a', 'end', { qos: 1 });
      const texts = (await client.until('end')).map(({ text }) => text);
      // Once, or once for each filter. MQTT 5 §3.3.4
      assert.deepEqual(
        [...new Set(texts)],
        Array.from({ length: 20 }, (_, index) => `${index}`),
      );
      assert.equal(client.mqtt.connected, true);
      await client.disconnect();
    });

    check('matches topic filters by level', async () => {
      const cases: [filter: string, matching: string[], other: string[]][] = [
        ['m/+/c', ['m/b/c', 'm//c'], ['m/c', 'm/b/c/d', 'm/b/d']],
        ['m/#', ['m', 'm/b', 'm/b/c'], ['mm', 'n/m']],
        ['+/m2', ['/m2', 'a/m2'], ['m2', 'a/b/m2']],
        ['M3', ['M3'], ['m3', 'M3/', '/M3']],
      ];
      for (const [filter, matching, other] of cases) {
        const client = await connectClient(port);
        await client.mqtt.subscribeAsync(filter, { qos: 1 });
        for (const topic of [...other, ...matching]) await client.mqtt.publishAsync(topic, topic, { qos: 1 });
        for (const topic of matching)
          assert.equal((await client.next()).topic, topic, `${filter} matches ${topic}`);
        await client.disconnect();
      }
    });

    check('matches topics that start with $ by no leading wildcard', async () => {
      const client = await connectClient(port);
      await client.mqtt.subscribeAsync(['#', '+/dollar', '$own/dollar'], { qos: 1 });
      await client.mqtt.publishAsync('$own/other', 'hidden', { qos: 1 });
      await client.mqtt.publishAsync('$own/dollar', 'end', { qos: 1 });
      const before = (await client.until('end')).filter(({ text }) => text === 'hidden');
      assert.deepEqual(before, []);
      await client.disconnect();
    });

    check('forwards response topic, correlation data and all other properties of a message', async () => {
      const client = await connectClient(port);
      await client.mqtt.subscribeAsync('request/#', { qos: 1 });
      const properties = {
        payloadFormatIndicator: true,
        contentType: 'application/json',
        responseTopic: 'response/here',
        correlationData: Buffer.from([1, 0, 254]),
        userProperties: { trace: ['a', 'b'] },
        messageExpiryInterval: 300,
      };
      await client.mqtt.publishAsync('request/a', '{}', { qos: 1, properties });
      const { properties: received } = await client.next();
      assert.deepEqual({ ...received, userProperties: { ...received.userProperties } }, properties);
      await client.disconnect();
    });

    check('drops a message whose expiry interval passed, and tells the rest of it otherwise', async () => {
      const options = { ...durable, clientId: 'late' };
      const first = await connectClient(port, options);
      await first.mqtt.subscribeAsync('late', { qos: 1 });
      await first.disconnect();
      const publisher = await connectClient(port);
      const expiring = (messageExpiryInterval: number) =>
        ({ qos: 1, properties: { messageExpiryInterval } }) as const;
      await publisher.mqtt.publishAsync('late', 'short', expiring(1));
      await publisher.mqtt.publishAsync('late', 'long', expiring(600));
      await new Promise((resolve) => setTimeout(resolve, 2100));
      const second = await connectClient(port, options);
      await publisher.mqtt.publishAsync('late', 'end', { qos: 1 });
      const received = await second.until('end');
      assert.deepEqual(
        received.map(({ text }) => text),
        ['long'],
      );
      const left = received[0]?.properties.messageExpiryInterval ?? 0;
      assert.ok(left > 0 && left < 600, `${left} s left`);
      await Promise.all([second.disconnect(), publisher.disconnect()]);
    });

    check('echoes the subscription identifier', async () => {
      const client = await connectClient(port);
      await client.mqtt.publishAsync('identified/a', 'kept', { qos: 1, retain: true });
      await client.mqtt.subscribeAsync('identified/#', {
        qos: 1,
        properties: { subscriptionIdentifier: 42 },
      });
      assert.deepEqual((await client.next()).properties.subscriptionIdentifier, 42);
      await client.mqtt.publishAsync('identified/a', 'live', { qos: 1 });
      assert.deepEqual((await client.next()).properties.subscriptionIdentifier, 42);
      await client.disconnect();
    });

    check(`${can.sharedSubscriptions ? 'serves' : 'refuses'} shared subscriptions`, async () => {
      const members = [await connectClient(port), await connectClient(port)];
      const publisher = await connectClient(port);
      if (can.sharedSubscriptions) {
        for (const { mqtt } of members) await mqtt.subscribeAsync('$share/group/shared/#', { qos: 1 });
        for (let index = 0; index < 10; index++)
          await publisher.mqtt.publishAsync('shared/a', `${index}`, { qos: 1 });
        for (const { mqtt } of members) {
          await mqtt.unsubscribeAsync('$share/group/shared/#');
          await mqtt.subscribeAsync('shared/end', { qos: 1 });
        }
        await publisher.mqtt.publishAsync('shared/end', 'end', { qos: 1 });
        const received = await Promise.all(members.map((member) => member.until('end')));
        const texts = received.flat().map(({ text }) => Number(text));
        assert.deepEqual(
          texts.sort((a, b) => a - b),
          [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        );
      } else {
        const { mqtt, connack } = members[0] ?? assert.fail();
        assert.equal(connack.properties?.sharedSubscriptionAvailable, false);
        // MQTT 5 §3.9.3: Shared Subscriptions not supported.
        await assert.rejects(
          mqtt.subscribeAsync('$share/group/shared/#'),
          /Shared Subscriptions not supported/,
        );
      }
      await Promise.all([...members, publisher].map((client) => client.disconnect()));
    });

    check('ends the older connection of a client id', async () => {
      for (const protocolVersion of [4, 5] as const) {
        const clientId = `twice-${protocolVersion}`;
        const older = await connectClient(port, { protocolVersion, clientId });
        const closed = older.closed;
        const newer = await connectClient(port, { protocolVersion, clientId });
        await closed;
        await newer.mqtt.subscribeAsync(`twice/${protocolVersion}`, { qos: 1 });
        await newer.mqtt.publishAsync(`twice/${protocolVersion}`, 'x', { qos: 1 });
        assert.equal((await newer.next()).text, 'x');
        await newer.disconnect();
      }
    });

    check('refuses a protocol level it does not speak', async () => {
      const socket = connect(port, '127.0.0.1');
      const ended = once(socket, 'close');
      socket.on('error', () => undefined);
      socket.resume();
      // CONNECT, "MQTT", level 9, clean, keep alive 60, client id "x"
      socket.write(Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 9, 2, 0, 60, 0, 1, 0x78]));
      await ended;
    });

    for (const version of ['mqttv311', 'mqttv5']) {
      check(`serves mosquitto_pub and mosquitto_sub of ${version}`, async () => {
        const common = ['-h', '127.0.0.1', '-p', `${port}`, '-V', version, '-q', '1'];
        await run('mosquitto_pub', [...common, '-t', `tools/${version}`, '-m', 'hello', '-r']);
        const { stdout } = await run('mosquitto_sub', [
          ...common,
          '-t',
          'tools/#',
          '-F',
          '%t %p',
          '-C',
          '1',
          '-W',
          '10',
        ]);
        assert.equal(stdout.trim(), `tools/${version} hello`);
        await run('mosquitto_pub', [...common, '-t', `tools/${version}`, '-n', '-r']);
      });
    }

    check('carries a request of mosquitto_rr and its response', async () => {
      const responder = await connectClient(port);
      await responder.mqtt.subscribeAsync('rr/request', { qos: 1 });
      const args = ['-h', '127.0.0.1', '-p', `${port}`, '-q', '1', '-W', '10'];
      const requester = spawn('mosquitto_rr', [
        ...args,
        '-t',
        'rr/request',
        '-e',
        'rr/response',
        '-m',
        'ping',
      ]);
      let output = '';
      requester.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      const ended = once(requester, 'close');
      const { text, properties } = await responder.next();
      assert.equal(text, 'ping');
      assert.equal(properties.responseTopic, 'rr/response');
      const { correlationData } = properties;
      const answer = correlationData === undefined ? {} : { properties: { correlationData } };
      await responder.mqtt.publishAsync('rr/response', 'pong', { qos: 1, ...answer });
      await ended;
      assert.equal(output.trim(), 'pong');
      await responder.disconnect();
    });
  });
}
