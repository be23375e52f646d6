import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { Aedes } from 'aedes';
import { WebSocketServer, createWebSocketStream } from 'ws';
import { connectTestBus, createTestBus, localAddress, next } from '../../test/support/bus.ts';
import { findFreePort, startMosquitto } from '../../test/support/mosquitto.ts';
import type { BrokerAddress } from './bus.ts';

/** Publishes both ways and gets both back. */
async function passMessages(t: TestContext, address: BrokerAddress, bytes = 100_000): Promise<void> {
  const bus = await connectTestBus(t, address);
  const payload = Buffer.alloc(bytes, 'x');
  assert.equal((await bus.subscribe(['transport/#']))[0]?.granted, true);
  const received: string[] = [];
  const all = new Promise<void>((resolve) => {
    bus.onMessage(
      (message) => received.push(`${message.topic} ${message.payload.length}`) === 101 && resolve(),
    );
  });
  for (let i = 0; i < 100;) {
    if (bus.publishFast(Buffer.from('transport/fast'), payload, false, i) === 'accepted') i++;
    else await next<void>(bus.onWindow);
  }
  await bus.publish({ topic: 'transport/slow', payload, qos: 1, retain: false });
  await all;
  assert.deepEqual(
    [...new Set(received)].toSorted((a, b) => a.localeCompare(b)),
    [`transport/fast ${bytes}`, `transport/slow ${bytes}`],
  );
  await bus.close();
}

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'transports-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A certificate for localhost, signed by itself. */
function createCertificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { key, cert };
}

test('a unix socket', async (t) => {
  const path = join(await createFolder(t), 'mqtt.sock');
  const broker = await startMosquitto({ listenerConf: [`listener 0 ${path}`] });
  t.after(() => broker.stop());
  await passMessages(t, { transport: 'unix', path });
});

test('TLS with a client certificate; without our CA the broker is not believed', async (t) => {
  const { key, cert } = createCertificate(await createFolder(t));
  const port = await findFreePort();
  const broker = await startMosquitto({
    listenerConf: [
      `listener ${port}`,
      `certfile ${cert}`,
      `keyfile ${key}`,
      `cafile ${cert}`,
      'require_certificate true',
    ],
  });
  t.after(() => broker.stop());
  const pem = { cert: await readFile(cert), key: await readFile(key) };
  const address = { transport: 'tcp', host: 'localhost', port } as const;
  await passMessages(t, { ...address, tls: { ca: pem.cert, ...pem } });
  const sceptic = createTestBus(t, { ...address, tls: pem });
  sceptic.connect();
  assert.match((await next(sceptic.onError)).message, /self-signed certificate/);
});

test('WebSocket with its path and headers', async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new WebSocketServer({ server, path: '/some/path' });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const seen: unknown[] = [];
  sockets.on('connection', (socket, { headers }) => {
    seen.push(socket.protocol, headers['x-token']);
    const stream = createWebSocketStream(socket);
    const target = connect(broker.port, '127.0.0.1');
    stream.pipe(target).pipe(stream);
    for (const end of [stream, target]) end.on('error', () => socket.terminate());
  });
  const { port } = server.address() as AddressInfo;
  const address = { transport: 'websockets', host: '127.0.0.1', port, tls: null } as const;
  await passMessages(t, { ...address, path: '/some/path', headers: { 'X-Token': 'abc' } });
  assert.deepEqual(seen, ['mqtt', 'abc']);
  const lost = createTestBus(t, { ...address, path: '/other', headers: {} });
  lost.connect();
  assert.match((await next(lost.onError)).message, /Unexpected server response: 400/);
});

test('WebSocket of Mosquitto itself', async (t) => {
  const port = await findFreePort();
  const broker = await startMosquitto({
    listenerConf: [`listener ${port} 127.0.0.1`, 'protocol websockets'],
  });
  t.after(() => broker.stop());
  const address = { transport: 'websockets', host: '127.0.0.1', port, tls: null } as const;
  // Mosquitto 2.0 takes more than a second to send 100 kB over WebSocket, to MQTT.js alone as well.
  await passMessages(t, { ...address, path: '/mqtt', headers: {} }, 1000);
});

test('a broker in this process, and a filter it refuses', async (t) => {
  const broker = await Aedes.createBroker({
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, subscription.topic.startsWith('secret') ? null : subscription),
  });
  t.after(() => new Promise<void>((resolve) => broker.close(resolve)));
  const open = () => {
    const [ours, theirs] = duplexPair();
    broker.handle(theirs);
    return ours;
  };
  await passMessages(t, { transport: 'stream', open });
  const bus = await connectTestBus(t, { transport: 'stream', open });
  const [secret, open_] = await bus.subscribe(['secret/#', 'open/#']);
  assert.equal(secret?.granted, false);
  assert.ok((secret?.reasonCode ?? 0) >= 0x80);
  assert.deepEqual(open_, { filter: 'open/#', granted: true, reasonCode: 1 });
});

test('an address that cannot be is an error like one that does not answer', async (t) => {
  const bus = createTestBus(t, localAddress(70_000));
  const error = next(bus.onError);
  bus.connect();
  assert.match((await error).message, /^No connection to the MQTT broker: .*port/i);
});
