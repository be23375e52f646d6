import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type BrokerView, readRetained, viewBroker } from '../support/broker-view.ts';
import { serveGateway, type ServingGateway } from '../support/gateway.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { connectStation, type WireStation } from '../support/wire-station.ts';

/** What a consumer can rely on when the broker, or the gateway, was away. */

const boot = { chargePointVendor: 'V', chargePointModel: 'M' };

interface Site {
  mosquitto: Mosquitto;
  view: BrokerView;
  gateway: ServingGateway;
  station: WireStation;
}

/** A broker, a gateway and the station `A` that has booted. */
async function build(t: TestContext): Promise<Site> {
  const mosquitto = await startMosquitto();
  t.after(() => mosquitto.stop());
  const view = await viewBroker(mosquitto.port);
  t.after(() => view.close());
  const gateway = await serveGateway({ mqttPort: mosquitto.port });
  t.after(() => gateway.stop());
  const station = await connectStation(`${gateway.url}/A`);
  t.after(() => station.socket.terminate());
  await station.call('BootNotification', boot);
  await view.value('ocpp/A/availability', 'online');
  return { mosquitto, view, gateway, station };
}

describe('after an outage', { timeout: 180_000 }, () => {
  it('what stations said while the broker was away is told, and a replay closes every gap', async (t) => {
    const { mosquitto, view, station } = await build(t);
    const meter = (value: number): Promise<unknown> =>
      station.call('MeterValues', {
        connectorId: 1,
        meterValue: [{ timestamp: '2026-11-22T10:00:00Z', sampledValue: [{ value: String(value) }] }],
      });
    for (let value = 0; value < 20; value += 1) await meter(value);
    await mosquitto.kill();
    for (let value = 20; value < 120; value += 1) await meter(value);
    await mosquitto.restart();
    for (let value = 120; value < 140; value += 1) await meter(value);
    await view.until('the last sample', () =>
      view.json('ocpp/A/event/meter').find((event) => JSON.stringify(event).includes('"value":"139"')),
    );

    const texts = textsBySeq(view, 'ocpp/A/event/');
    const order = seqsOf(view, 'ocpp/A/event/meter');
    assert.deepEqual(
      [...new Set(order)],
      [...new Set(order)].sort((one, other) => one - other),
      'in order',
    );
    const last = Math.max(...texts.keys());
    await view.publish('ocpp/bridge/cmd', {
      action: 'replay',
      args: { station: 'A', from: 1, to: last },
      id: 'r',
    });
    const result = await view.until('the result of the replay', () =>
      view.json('ocpp/bridge/cmd_result').find(({ id }) => id === 'r'),
    );
    assert.equal((result['result'] as { count: number }).count, last);
    const replayed = textsBySeq(view, 'ocpp/A/replay/');
    assert.deepEqual(
      [...replayed.keys()],
      Array.from({ length: last }, (_, index) => index + 1),
    );
    for (const [seq, text] of texts) assert.equal(replayed.get(seq), text);
    const sampled = [...replayed.values()].flatMap((text) => /"value":"(\d+)"/.exec(text)?.[1] ?? []);
    assert.deepEqual(
      sampled,
      Array.from({ length: 140 }, (_, value) => String(value)),
    );
  });

  it('a command that was sent before the gateway was killed ends in a timeout and is never sent again', async (t) => {
    const { mosquitto, view, gateway, station } = await build(t);
    station.answers.set('ChangeConfiguration', null);
    const order = { action: 'set_config', args: { key: 'K', value: '1' }, id: 'sent' };
    await view.publish('ocpp/A/cmd', order);
    await station.called('ChangeConfiguration');
    gateway.signal('SIGKILL');
    await gateway.ended;
    const again = await serveGateway({ mqttPort: mosquitto.port, folder: gateway.folder });
    t.after(() => again.stop());
    const event = await view.until('its end', () =>
      view.json('ocpp/A/event/command').find(({ command }) => command === 'sent'),
    );
    assert.equal(event['status'], 'timeout');
    const back = await connectStation(`${again.url}/A`);
    t.after(() => back.socket.terminate());
    await view.value('ocpp/bridge/state', 'online');
    await view.publish('ocpp/A/cmd', order);
    const duplicate = await view.until('the result', () =>
      view.json('ocpp/A/cmd_result').find(({ status }) => status === 'duplicate'),
    );
    assert.equal((duplicate['result'] as { status: string }).status, 'timeout');
    await view.publish('ocpp/A/cmd', { action: 'clear_cache' });
    await back.called('ClearCache');
    assert.deepEqual(
      back.calls.map(({ action }) => action),
      ['ClearCache'],
    );
  });

  it('a restart by command keeps every station and every setting', async (t) => {
    const { view, gateway, station } = await build(t);
    await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
    await view.publish('ocpp/A/evse/1/set/charging_enabled', 'OFF');
    await view.value('ocpp/A/evse/1/state/charging_enabled', 'OFF');
    await view.publish('ocpp/bridge/cmd', { action: 'token_add', args: { id_token: 'KEPT' }, id: 'add' });
    await view.until('the token', () => view.json('ocpp/bridge/cmd_result').find(({ id }) => id === 'add'));
    await view.publish('ocpp/bridge/cmd', { action: 'restart', id: 'restart' });
    await view.until('its result', () =>
      view.json('ocpp/bridge/cmd_result').find(({ id, status }) => id === 'restart' && status === 'accepted'),
    );
    await station.closed;
    const [, port] = await gateway.says(/stopped[^]*listening for charging stations addr=\S+ port=(\d+)/);
    const back = await connectStation(`ws://127.0.0.1:${port}/A`);
    t.after(() => back.socket.terminate());
    await view.value('ocpp/A/evse/1/state/status', 'preparing');
    assert.deepEqual(await back.call('Authorize', { idTag: 'KEPT' }), { idTagInfo: { status: 'Blocked' } });
    await view.value('ocpp/bridge/state', 'online');
    await view.publish('ocpp/A/evse/1/set/charging_enabled', 'ON');
    await view.value('ocpp/A/evse/1/state/charging_enabled', 'ON');
    assert.deepEqual(await back.call('Authorize', { idTag: 'KEPT' }), { idTagInfo: { status: 'Accepted' } });
  });

  it('a station that is given another topic leaves nothing at the old one', async (t) => {
    const { mosquitto, view, gateway, station } = await build(t);
    await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    await view.value('ocpp/A/evse/1/state/status', 'available');
    await view.publish('ocpp/bridge/cmd', {
      action: 'station_set',
      args: { station: 'A', topic: 'garage/wallbox' },
    });
    await view.value('garage/wallbox/evse/1/state/status', 'available');
    await view.value('garage/wallbox/availability', 'online');
    await view.until('the old topics to be cleared', () =>
      [...view.values.keys()].some((topic) => /^ocpp\/A\/(?!event\/)/.test(topic)) ? undefined : true,
    );
    assert.deepEqual(await readRetained(mosquitto.port, 'ocpp/A/#'), new Map());
    await view.publish('garage/wallbox/cmd', { action: 'clear_cache' });
    await station.called('ClearCache');
    await view.value('garage/wallbox/cmd_result/status', 'Accepted');
    await gateway.stop();
    await view.value('garage/wallbox/availability', 'offline');
    const again = await serveGateway({ mqttPort: mosquitto.port, folder: gateway.folder });
    t.after(() => again.stop());
    const back = await connectStation(`${again.url}/A`);
    t.after(() => back.socket.terminate());
    await view.value('garage/wallbox/availability', 'online');
    assert.deepEqual(await readRetained(mosquitto.port, 'ocpp/A/#'), new Map());
  });
});

function seqsOf({ messages }: BrokerView, prefix: string): number[] {
  return messages
    .filter(({ topic }) => topic.startsWith(prefix))
    .map(({ text }) => (JSON.parse(text) as { seq: number }).seq);
}

/** Events by their seq; one that came twice has to be the same, byte for byte. */
function textsBySeq({ messages }: BrokerView, prefix: string): Map<number, string> {
  const texts = new Map<number, string>();
  for (const { topic, text } of messages) {
    if (!topic.startsWith(prefix)) continue;
    const { seq } = JSON.parse(text) as { seq: number };
    assert.equal(texts.get(seq) ?? text, text);
    texts.set(seq, text);
  }
  return texts;
}
