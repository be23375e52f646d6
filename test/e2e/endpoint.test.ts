import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type BrokerView, readRetained, viewBroker } from '../support/broker-view.ts';
import { type LocalGateway, startLocalGateway } from '../support/gateway.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { shakeHands } from '../support/raw-handshake.ts';
import { connectStation, HandshakeRefused, type WireStation } from '../support/wire-station.ts';

/** The door for charging stations: who gets in, by which name, and what one of them cannot do to the others. */

const boot = { chargePointVendor: 'V', chargePointModel: 'M' };

let mosquitto: Mosquitto;
let view: BrokerView;

before(async () => {
  mosquitto = await startMosquitto();
  view = await viewBroker(mosquitto.port);
});

after(async () => {
  await view?.close();
  await mosquitto?.stop();
});

/** A gateway whose stations are at `base/<station>`. */
async function serve(t: TestContext, base: string, env: Record<string, string> = {}): Promise<LocalGateway> {
  const gateway = await startLocalGateway(mosquitto.port, {
    MQTT_BASEPATH: `${base}/`,
    MQTT_USESTATIONNAME: 'true',
    ...env,
  });
  t.after(() => gateway.stop());
  await view.value(`${base}/bridge/state`, 'online');
  return gateway;
}

async function connect(t: TestContext, url: string, protocols?: string[]): Promise<WireStation> {
  const station = await connectStation(url, protocols);
  t.after(() => station.socket.terminate());
  return station;
}

async function statusOf(connecting: Promise<WireStation>): Promise<number | undefined> {
  const refused: unknown = await connecting.then(
    () => new Error('it got in'),
    (error: unknown) => error,
  );
  if (!(refused instanceof HandshakeRefused)) throw refused;
  return refused.response.statusCode;
}

describe('the subprotocol', { timeout: 120_000 }, () => {
  let gateway: LocalGateway;

  before(async () => {
    gateway = await startLocalGateway(mosquitto.port, { MQTT_BASEPATH: 'protocol' });
  });
  after(() => gateway?.stop());

  it('is 1.6 where none is offered, and none is named in the answer', async (t) => {
    const station = await connect(t, `${gateway.url}/A`, []);
    assert.equal(station.socket.protocol, '');
    assert.equal((await station.call('BootNotification', boot))['status'], 'Accepted');
    await station.close();
    await view.value('protocol/availability', 'offline');
  });

  it('is 2.0.1 where none is offered and the first message is a boot of it', async (t) => {
    const station = await connect(t, `${gateway.url}/A`, []);
    const boot201 = { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M' } };
    assert.equal((await station.call('BootNotification', boot201))['status'], 'Accepted');
    await view.value('protocol/state/ocpp_version', 'ocpp2.0.1');
    const status = {
      timestamp: '2026-11-22T10:00:00Z',
      connectorStatus: 'Occupied',
      evseId: 1,
      connectorId: 1,
    };
    assert.deepEqual(await station.call('StatusNotification', status), {});
    await view.value('protocol/evse/1/state/status', 'occupied');
    await station.close();
    await view.value('protocol/availability', 'offline');
  });

  it('belongs to the connection: a station may come back with another one', async (t) => {
    for (const version of ['ocpp1.6', 'ocpp2.1', 'ocpp2.0.1']) {
      const station = await connect(t, `${gateway.url}/A`, [version]);
      await view.value('protocol/state/ocpp_version', version);
      await station.close();
      await view.value('protocol/availability', 'offline');
    }
  });

  for (const [offered, chosen] of [
    ['ocpp1.6', 'ocpp1.6'],
    ['ocpp1.5, ocpp1.6', 'ocpp1.6'],
    ['ocpp1.6,ocpp1.5', 'ocpp1.6'],
    ['soap ,ocpp1.6 , ocpp1.2', 'ocpp1.6'],
    ['ocpp2.0,ocpp2.0.1', 'ocpp2.0.1'],
    ['ocpp2.1, ocpp2.0.1, ocpp1.6', 'ocpp2.1'],
    ['ocpp1.6, ocpp2.0.1', 'ocpp1.6'],
  ] as const)
    it(`is ${chosen} of ${offered}`, async () => {
      const answer = await shakeHands(`${gateway.url}/A`, offered);
      assert.equal(answer.protocol, chosen);
      answer.leave();
      await view.value('protocol/availability', 'offline');
    });

  for (const offered of ['ocpp2.0,ocpp1.5', 'soap', 'ocpp3.0'])
    it(`none of ${offered}: the handshake names none, and 1002 closes the connection`, async () => {
      const answer = await shakeHands(`${gateway.url}/A`, offered);
      assert.equal(answer.protocol, undefined);
      assert.equal(await answer.closeCode(), 1002);
      const line = gateway.lines.findLast(({ level }) => level === 'warn');
      assert.match(String(line?.message), /subprotocols/);
      assert.equal(line?.['offered'], offered);
    });
});

describe('the identity in the request', { timeout: 120_000 }, () => {
  for (const [target, topic] of [
    ['/plain', 'plain'],
    ['/steve/websocket/CentralSystemService/long-path', 'long-path'],
    ['//ocpp///doubled', 'doubled'],
    ['/trailing/', 'trailing'],
    ['/ws://192.168.1.5:9000/whole-url', 'whole-url'],
    ['/ocpp1.6?station=query', 'query'],
    ['/ocpp1.6?token=1&station=query%2Bplus', 'query%2Bplus'],
    ['/', 'cp_127.0.0.1'],
    ['/RPC%2016%2F%C3%A4', 'RPC%2016%2F%C3%A4'],
    ['/once%2541', 'once%2541'],
    ['/100%', '100%25'],
    ['/DE*BMW*1', 'DE%2ABMW%2A1'],
    ['/a|b', 'a|b'],
    ['/bridge', '%62ridge'],
    ['/plus+hash%23slash%2F', 'plus%2Bhash%23slash%2F'],
    ['/%2B', '%2B'],
  ] as const)
    it(`GET ${target} is at ${topic}`, async (t) => {
      const { url } = await gatewayOfNames();
      const station = await connect(t, url + target, []);
      await station.call('BootNotification', boot);
      await view.value(`names/${topic}/availability`, 'online');
      await view.publish(`names/${topic}/call/ClearCache`, {});
      await station.called('ClearCache');
    });

  it('is the same in capitals, and stays as it was first written', async (t) => {
    const { url } = await gatewayOfNames();
    const first = await connect(t, `${url}/Garage`);
    await view.value('names/Garage/availability', 'online');
    await first.close();
    await view.value('names/Garage/availability', 'offline');
    const second = await connect(t, `${url}/GARAGE`);
    await second.call('BootNotification', boot);
    await view.value('names/Garage/availability', 'online');
    assert.equal(view.values.has('names/GARAGE/availability'), false);
  });

  it('of more than 48 characters, or with control characters, is refused', async () => {
    const { url } = await gatewayOfNames();
    assert.equal(await statusOf(connectStation(`${url}/${'x'.repeat(49)}`)), 400);
    assert.equal(await statusOf(connectStation(`${url}/a%00b`)), 400);
  });

  let names: Promise<LocalGateway> | undefined;
  const gatewayOfNames = (): Promise<LocalGateway> =>
    (names ??= startLocalGateway(mosquitto.port, { MQTT_BASEPATH: 'names/', MQTT_USESTATIONNAME: 'true' }));
  after(async () => (await names)?.stop());
});

describe('the connection', { timeout: 120_000 }, () => {
  it('compresses where the station offers it', async (t) => {
    const { url } = await serve(t, 'deflate');
    const station = await connectStation(`${url}/A`, ['ocpp1.6'], { perMessageDeflate: { threshold: 0 } });
    t.after(() => station.socket.terminate());
    assert.match(station.socket.extensions, /permessage-deflate/);
    await station.call('BootNotification', boot);
    const data = 'x'.repeat(50_000);
    await station.call('DataTransfer', { vendorId: 'V', data });
    const event = await view.nthJson('deflate/A/event/data_transfer', 0);
    assert.equal((event['ocpp'] as { request: { data: string } }).request.data, data);
  });

  it('a frame over 1 MiB closes its own socket and no other, also when it was small before it was unpacked', async (t) => {
    const { url } = await serve(t, 'large');
    const good = await connect(t, `${url}/good`);
    const data = 'x'.repeat(1024 * 1024);
    for (const perMessageDeflate of [false, true]) {
      const bad = await connectStation(`${url}/bad`, ['ocpp1.6'], { perMessageDeflate });
      bad.socket.on('error', () => undefined);
      bad.socket.send(JSON.stringify([2, 'x', 'DataTransfer', { vendorId: 'V', data }]));
      await bad.closed;
      await view.value('large/bad/state/disconnect_reason', 'connection_error_1009');
      await view.value('large/bad/availability', 'offline');
    }
    await good.call('BootNotification', boot);
  });

  it('a second one of a live identity is refused', async (t) => {
    const { url } = await serve(t, 'second');
    const first = await connect(t, `${url}/A`);
    await first.call('BootNotification', boot);
    assert.equal(await statusOf(connectStation(`${url}/a`)), 409);
    await view.until('an alarm', () =>
      view
        .json('second/bridge/event')
        .find(({ event, alarm }) => event === 'alarm' && alarm === 'second_connection'),
    );
    await first.call('Heartbeat', {});
  });

  it('one that shows no life is displaced', async (t) => {
    const { url } = await serve(t, 'frozen');
    const frozen = await connect(t, `${url}/A`);
    await frozen.call('BootNotification', boot);
    frozen.socket.pause();
    const next = await connect(t, `${url}/A`);
    await next.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    await view.until('displaced', () =>
      view.json('frozen/A/event/connection').find(({ event }) => event === 'displaced'),
    );
    await view.until('takeover', () =>
      view.json('frozen/bridge/event').find(({ event }) => event === 'takeover'),
    );
    frozen.socket.resume();
    assert.equal((await frozen.closed).code, 4000);
    await next.call('Heartbeat', {});
    assert.equal(view.values.get('frozen/A/availability'), 'online');
  });

  it('a request that asks for no upgrade gets 426', async (t) => {
    const { url } = await serve(t, 'browser');
    const status = await new Promise((resolve, reject) => {
      get(`${url.replace('ws:', 'http:')}/A`, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    assert.equal(status, 426);
  });
});

describe('who gets in', { timeout: 120_000 }, () => {
  let number = 0;

  async function bridge(base: string, action: string, args: unknown): Promise<Record<string, unknown>> {
    const id = `bridge-${(number += 1)}`;
    await view.publish(`${base}/bridge/cmd`, { action, args, id });
    return view.until(`the result of ${action}`, () =>
      view.json(`${base}/bridge/cmd_result`).find((result) => result['id'] === id),
    );
  }

  it('an unknown station is refused where joining is closed, and told how it is admitted', async (t) => {
    const gateway = await serve(t, 'closed', { OCPP_JOIN: 'closed', EXPECTED_CHARGE_POINTS: '["expected"]' });
    await view.value('closed/expected/state/connection_state', 'DISCONNECTED');
    assert.equal(await statusOf(connectStation(`${gateway.url}/new`)), 404);
    const refused = await view.until('station_refused', () =>
      view.json('closed/bridge/event').find(({ event }) => event === 'station_refused'),
    );
    assert.equal(refused['station'], 'new');
    const line = gateway.lines.find(({ level, station }) => level === 'warn' && station === 'new');
    const command = /\{"action".*\}/.exec(String(line?.message))?.[0] ?? '{}';

    const expected = await connect(t, `${gateway.url}/Expected`);
    assert.equal((await expected.call('BootNotification', boot))['status'], 'Accepted');

    const { action, args } = JSON.parse(command) as { action: string; args: unknown };
    assert.equal((await bridge('closed', action, args))['status'], 'accepted');
    const admitted = await connect(t, `${gateway.url}/new`);
    assert.equal((await admitted.call('BootNotification', boot))['status'], 'Accepted');
  });

  it('a removed station is disconnected, its topics are cleared, and it is unknown again', async (t) => {
    const gateway = await serve(t, 'removed', { OCPP_JOIN: 'closed' });
    await bridge('removed', 'station_accept', { station: 'A' });
    const station = await connect(t, `${gateway.url}/A`);
    await station.call('BootNotification', boot);
    await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    await view.value('removed/A/evse/1/state/status', 'available');
    assert.equal((await bridge('removed', 'station_remove', { station: 'a' }))['status'], 'accepted');
    await station.closed;
    const kept = (): string[] =>
      [...view.values.keys()].filter((topic) => /^removed\/(?:A|bridge\/stations)\//.test(topic));
    await view.until('its topics to be cleared', () =>
      kept().every((topic) => /\/(?:event|cmd_result)\b/.test(topic)) ? true : undefined,
    );
    assert.deepEqual(await readRetained(mosquitto.port, 'removed/A/#'), new Map());
    assert.deepEqual(await readRetained(mosquitto.port, 'removed/bridge/stations/#'), new Map());
    await gateway.stop();
    const { url } = await serve(t, 'removed', { OCPP_JOIN: 'closed', DATA_DIR: gateway.folder });
    assert.equal(await statusOf(connectStation(`${url}/A`)), 404);
  });

  it('joining can be permitted for a while', async (t) => {
    const { url } = await serve(t, 'permit', { OCPP_JOIN: 'closed' });
    assert.equal(await statusOf(connectStation(`${url}/A`)), 404);
    await bridge('permit', 'permit_join', { seconds: 600 });
    await connect(t, `${url}/A`);
    await bridge('permit', 'permit_join', { seconds: 0 });
    assert.equal(await statusOf(connectStation(`${url}/B`)), 404);
  });

  it('one base topic has place for one station: the refusal of another names both', async (t) => {
    const gateway = await startLocalGateway(mosquitto.port, { MQTT_BASEPATH: 'single' });
    t.after(() => gateway.stop());
    const first = await connect(t, `${gateway.url}/Garage`);
    await first.call('BootNotification', boot);
    await view.value('single/availability', 'online');
    assert.equal(await statusOf(connectStation(`${gateway.url}/Carport`)), 404);
    const line = gateway.lines.find(({ level, station }) => level === 'warn' && station === 'Carport');
    for (const word of ['"Garage"', '"Carport"', 'MQTT_USESTATIONNAME=true'])
      assert.ok(line?.message.includes(word), `${word} in ${line?.message}`);
    await bridge('single', 'station_remove', { station: 'Garage' });
    await connect(t, `${gateway.url}/Carport`);
    await view.value('single/availability', 'online');
  });

  it('the one place is kept for the one expected station', async (t) => {
    const gateway = await startLocalGateway(mosquitto.port, {
      MQTT_BASEPATH: 'kept',
      EXPECTED_CHARGE_POINTS: '["Garage"]',
    });
    t.after(() => gateway.stop());
    assert.equal(await statusOf(connectStation(`${gateway.url}/Carport`)), 404);
    await connect(t, `${gateway.url}/Garage`);
    await view.value('kept/availability', 'online');
  });
});
