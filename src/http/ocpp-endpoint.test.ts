import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createTestCsms, type TestCsms } from '../../test/support/csms.ts';
import { createLog } from '../log.ts';
import { createOcppEndpoint, type OcppEndpoint } from './ocpp-endpoint.ts';

const silent = createLog({ level: 'fatal', format: 'json', output: { write: () => {} } });
const boot = '[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';

describe('the door for charging stations', () => {
  let test: TestCsms;
  let endpoint: OcppEndpoint;
  let clients: WebSocket[] = [];

  beforeEach(async () => {
    test = await createTestCsms();
    endpoint = await createOcppEndpoint({ addr: '127.0.0.1', port: 0, csms: test.csms, log: silent });
  });
  afterEach(async () => {
    for (const client of clients) client.terminate();
    clients = [];
    const closed = endpoint.close();
    test.elapse();
    await closed;
    await test.close();
  });

  function connect(id: string): WebSocket {
    const client = new WebSocket(`ws://127.0.0.1:${endpoint.port}/${id}`, ['ocpp1.6']);
    clients.push(client);
    return client;
  }

  async function connected(id: string): Promise<WebSocket> {
    const client = connect(id);
    await once(client, 'open');
    client.send(boot);
    await once(client, 'message');
    return client;
  }

  /** 101, or the status of the refusal. */
  function outcome(client: WebSocket): Promise<number | undefined> {
    return new Promise((resolve) => {
      client.once('open', () => resolve(101));
      client.once('unexpected-response', (_request, response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode);
      });
      client.on('error', () => {});
    });
  }

  /** Until the handshakes have reached the gateway. */
  async function handshakes(): Promise<void> {
    const probe = request({ port: endpoint.port, host: '127.0.0.1', path: '/' });
    probe.end();
    const [response] = (await once(probe, 'response')) as [IncomingMessage];
    response.resume();
    await turn();
  }

  it('lets nobody join by an upgrade to something else', async () => {
    const asked = request({
      port: endpoint.port,
      host: '127.0.0.1',
      path: '/health',
      headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' },
    });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 400);
    assert.equal(test.csms.registry.find('health'), null);
  });

  it('survives what comes behind a refused subprotocol', async () => {
    const asked = request({
      port: endpoint.port,
      host: '127.0.0.1',
      path: '/A',
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': Buffer.alloc(16, 7).toString('base64'),
        'Sec-WebSocket-Protocol': 'soap',
      },
    });
    asked.end();
    const [, socket] = (await once(asked, 'upgrade')) as [IncomingMessage, Socket];
    // not masked, reserved bits set: RFC 6455 §5.1, §5.2
    socket.on('error', () => {});
    socket.write(Buffer.from([0xf1, 0x05, 1, 2, 3, 4, 5]));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await turn();
    test.elapse();
    await gone;
    await connected('A');
  });

  it('lets one of two newcomers replace a dead connection, and the other finds that one alive', async () => {
    const dead = await connected('A');
    dead.pause();
    const both = [connect('A'), connect('A')];
    const outcomes = both.map(outcome);
    await handshakes();
    test.elapse();
    assert.deepEqual(new Set(await Promise.all(outcomes)), new Set([101, 409]));
  });

  it('refuses a newcomer that waited while the door was closed', async () => {
    const dead = await connected('A');
    dead.pause();
    const refused = outcome(connect('A'));
    await handshakes();
    endpoint.setClosed('the store cannot write');
    test.elapse();
    assert.equal(await refused, 503);
  });

  it('refuses a newcomer whose station was removed meanwhile', async () => {
    const dead = await connected('A');
    dead.pause();
    const refused = outcome(connect('A'));
    await handshakes();
    const station = test.csms.registry.find('A');
    assert.ok(station !== null);
    test.csms.registry.remove(station);
    test.elapse();
    assert.equal(await refused, 404);
  });

  it('speaks the assumed version with a station that offers none', async () => {
    const station = test.csms.registry.accept('A');
    test.csms.registry.set(station, { assume_version: 'ocpp2.1' });
    const client = new WebSocket(`ws://127.0.0.1:${endpoint.port}/A`);
    clients.push(client);
    await once(client, 'open');
    client.send('[2,"1","Nonsense",{}]');
    const [answer] = (await once(client, 'message')) as [Buffer];
    assert.match(String(answer), /^\[4,"1","NotImplemented"/);
    assert.equal(station.version, 'ocpp2.1');
  });

  it('leaves a flood in the queue of the station that makes it', async () => {
    const client = await connected('A');
    const answers: unknown[] = [];
    client.on('message', (answer) => answers.push(answer));
    for (let id = 0; id < 6000; id++) client.send(`[2,"h${id}","Heartbeat",{}]`);
    await connected('B');
    while (answers.length < 6000) {
      // a second passes
      test.time.now += 1000;
      test.elapse();
      await turn();
    }
    assert.ok(test.csms.registry.find('A')?.online);
  });
});
