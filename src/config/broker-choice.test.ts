import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { suite, test } from 'node:test';
import { GatewayError } from '../errors.ts';
import { findFreePort, startMosquitto } from '../../test/support/mosquitto.ts';
import { type BrokerChoice, chooseBroker } from './broker-choice.ts';
import { answersMqtt } from './broker-probe.ts';
import { loadConfig } from './load.ts';

function choose(env: Record<string, string>, { answers = false } = {}): Promise<BrokerChoice> {
  const { config } = loadConfig({ flags: {}, env, cwd: '/', readFile: () => undefined });
  return chooseBroker(config, {
    answers: async (host, port) => answers && host === 'localhost' && port === 1883,
    readFile: (path) => {
      if (path.startsWith('missing')) throw new Error('no such file');
      return `text of ${path}`;
    },
  });
}

async function remote(env: Record<string, string>): Promise<Extract<BrokerChoice, { kind: 'remote' }>> {
  const choice = await choose(env);
  assert.equal(choice.kind, 'remote');
  return choice;
}

suite('which broker', () => {
  test('MQTT_URL goes before MQTT_HOSTNAME', async () => {
    const { line } = await remote({ MQTT_URL: 'mqtt://one', MQTT_HOSTNAME: 'two' });
    assert.equal(line, 'MQTT broker mqtt://one:1883 (MQTT_URL, environment)');
  });

  test('MQTT_HOSTNAME goes before what answers', async () => {
    const { line } = await remote({ MQTT_HOSTNAME: 'two', MQTT_PORT: '1884' });
    assert.equal(line, 'MQTT broker mqtt://two:1884 (MQTT_HOSTNAME, environment)');
  });

  test('localhost when any other connection setting of the earlier program is there', async () => {
    const { line } = await remote({ MQTT_USERNAME: 'johnny' });
    assert.equal(line, 'MQTT broker mqtt://localhost:1883 (MQTT_USERNAME is set, environment)');
  });

  test('a base path or a new setting does not tell of a broker', async () => {
    for (const [name, value] of [
      ['MQTT_BASEPATH', 'ocpp/charger1'],
      ['MQTT_USESTATIONNAME', 'true'],
      ['MQTT_PROTOCOL', '5'],
    ] as const) {
      assert.equal((await choose({ [name]: value })).kind, 'embedded');
    }
  });

  test('one that answers on localhost:1883, else the embedded one', async () => {
    const answering = await choose({}, { answers: true });
    assert.equal(answering.line, 'MQTT broker mqtt://localhost:1883 (no broker is set, this one answers)');
    assert.deepEqual(await choose({ BROKER_ADDR: '0.0.0.0', BROKER_PORT: '1884' }), {
      kind: 'embedded',
      addr: '0.0.0.0',
      port: 1884,
      line: 'embedded MQTT broker on 0.0.0.0:1884 (no broker is set, none answers on localhost:1883)',
    });
  });
});

suite('its address', () => {
  test('from a URL: user info is taken out and decoded', async () => {
    const choice = await remote({ MQTT_URL: 'mqtts://johnny:p%40ss@[::1]', MQTT_CA: 'ca.pem' });
    assert.deepEqual(choice.address, {
      transport: 'tcp',
      host: '::1',
      port: 8883,
      tls: { ca: 'text of ca.pem' },
    });
    assert.equal(choice.username, 'johnny');
    assert.equal(choice.password, 'p@ss');
    assert.equal(choice.url, 'mqtts://[::1]:8883');
    assert.ok(!choice.line.includes('p@ss'));
  });

  test('from a URL without user info: MQTT_USERNAME and MQTT_PASSWORD hold', async () => {
    const { username, password } = await remote({
      MQTT_URL: 'mqtt://b',
      MQTT_USERNAME: 'u',
      MQTT_PASSWORD: 'p',
    });
    assert.deepEqual([username, password], ['u', 'p']);
  });

  test('WebSockets take path and headers', async () => {
    const headers = { MQTT_WEBSOCKET_HEADERS: '{"X-Key":"abc"}' };
    const bySettings = await remote({
      MQTT_HOSTNAME: 'b',
      MQTT_PORT: '9001',
      MQTT_TRANSPORT: 'websockets',
      MQTT_WEBSOCKET_PATH: 'live',
      ...headers,
    });
    assert.deepEqual(bySettings.address, {
      transport: 'websockets',
      host: 'b',
      port: 9001,
      path: '/live',
      headers: { 'X-Key': 'abc' },
      tls: null,
    });
    assert.equal((await remote({ MQTT_URL: 'wss://b/path?x=1' })).url, 'wss://b:443/path?x=1');
    assert.equal((await remote({ MQTT_URL: 'ws://b' })).url, 'ws://b:80/mqtt');
  });

  test('unix takes the path of a socket', async () => {
    const { address, url } = await remote({ MQTT_TRANSPORT: 'unix', MQTT_HOSTNAME: '/run/mqtt.sock' });
    assert.deepEqual(address, { transport: 'unix', path: '/run/mqtt.sock' });
    assert.equal(url, 'unix:/run/mqtt.sock');
  });

  test('a host with a certificate is spoken to in TLS', async () => {
    const { address } = await remote({ MQTT_HOSTNAME: 'b', MQTT_CERT: 'c.pem', MQTT_KEY: 'k.pem' });
    assert.deepEqual(address, {
      transport: 'tcp',
      host: 'b',
      port: 1883,
      tls: { cert: 'text of c.pem', key: 'text of k.pem' },
    });
  });

  test('a certificate file that cannot be read is one line', async () => {
    await assert.rejects(
      remote({ MQTT_HOSTNAME: 'b', MQTT_CA: 'missing.pem' }),
      new GatewayError(
        'config_invalid',
        'MQTT_CA=missing.pem (environment): must be a readable file: no such file',
      ),
    );
  });
});

suite('whether a broker answers', () => {
  test('a real one does, also when it wants a password', async () => {
    const broker = await startMosquitto({ passwordFile: 'johnny:secret\n' });
    try {
      assert.equal(await answersMqtt('127.0.0.1', broker.port), true);
    } finally {
      await broker.stop();
    }
  });

  test('nobody, and another program, do not', async () => {
    assert.equal(await answersMqtt('127.0.0.1', await findFreePort()), false);
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    assert.equal(await answersMqtt('127.0.0.1', (server.address() as AddressInfo).port), false);
    server.close();
  });

  test('one that accepts and says nothing does not', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.equal(await answersMqtt('127.0.0.1', (server.address() as AddressInfo).port, 50), false);
    server.close();
  });
});
