import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type BrokerView, readRetained, viewBroker } from '../support/broker-view.ts';
import { spawnGateway } from '../support/gateway-process.ts';
import { serveGateway } from '../support/gateway.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { connectStation, type WireStation } from '../support/wire-station.ts';

/** A gateway is started, stopped, killed; its broker goes and comes back. */

const boot = { chargePointVendor: 'V', chargePointModel: 'M' };

describe('the life of a gateway', { timeout: 240_000 }, () => {
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

  /** One with a base topic of its own, so that tests do not see each other. */
  async function serve(t: TestContext, base: string, folder?: string) {
    const gateway = await serveGateway({
      mqttPort: mosquitto.port,
      ...(folder !== undefined && { folder }),
      args: ['--mqtt-usestationname', 'true'],
      env: { MQTT_BASEPATH: `${base}/` },
    });
    t.after(() => gateway.stop());
    return gateway;
  }

  it('SIGTERM says offline, closes the sockets and ends with 0', async (t) => {
    const gateway = await serve(t, 'term');
    const station = await connectStation(`${gateway.url}/A`);
    await station.call('BootNotification', boot);
    await view.value('term/bridge/state', 'online');
    await view.value('term/A/availability', 'online');
    gateway.signal('SIGTERM');
    assert.deepEqual(await gateway.ended, { code: 0, signal: null });
    assert.equal((await station.closed).code, 1001);
    await view.value('term/bridge/state', 'offline');
    await view.value('term/A/availability', 'offline');
    await view.value('term/A/state/connection_state', 'DISCONNECTED');
    assert.equal(
      (await readRetained(mosquitto.port, 'term/bridge/state')).get('term/bridge/state'),
      'offline',
    );
  });

  it('SIGTERM ends a gateway whose broker and whose station do not answer any more', async (t) => {
    const broker = await startMosquitto();
    t.after(() => broker.stop());
    const gateway = await serveGateway({ mqttPort: broker.port });
    t.after(() => gateway.stop());
    const station = await connectStation(`${gateway.url}/A`);
    await station.call('BootNotification', boot);
    station.socket.pause();
    process.kill(broker.pid, 'SIGSTOP');
    gateway.signal('SIGTERM');
    assert.deepEqual(await gateway.ended, { code: 0, signal: null });
    station.socket.terminate();
  });

  it('after SIGKILL the will says offline, and the next start says what is true', async (t) => {
    const gateway = await serve(t, 'kill');
    const station = await connectStation(`${gateway.url}/A`);
    await station.call('BootNotification', boot);
    await view.value('kill/bridge/state', 'online');
    await view.value('kill/A/availability', 'online');
    gateway.signal('SIGKILL');
    await gateway.ended;
    await view.value('kill/bridge/state', 'offline');
    await serve(t, 'kill', gateway.folder);
    await view.value('kill/bridge/state', 'online');
    await view.value('kill/A/availability', 'offline');
    await view.value('kill/A/state/disconnect_reason', 'unexpected_error');
  });

  it('nothing that was answered is missing after a gateway was killed in the middle', async (t) => {
    const meterValues = 200;
    const deaths = new Set(Array.from({ length: 4 }, () => randomInt(1, meterValues)));
    t.diagnostic(`killed at ${[...deaths].join(', ')}`);
    let gateway = await serve(t, 'crash');
    let station = await connectStation(`${gateway.url}/A`);

    /** As a station does: what is not answered is said again, with the same id, on the next connection. */
    async function say(action: string, payload: Record<string, unknown>, id: string, kill = false) {
      for (;;) {
        const answer = station.call(action, payload, id);
        if (kill) gateway.signal('SIGKILL');
        kill = false;
        try {
          return await answer;
        } catch {
          await gateway.ended;
          gateway = await serve(t, 'crash', gateway.folder);
          station = await connectStation(`${gateway.url}/A`);
        }
      }
    }

    await say('BootNotification', boot, 'boot');
    const start = { connectorId: 1, idTag: 'T', meterStart: 0, timestamp: '2026-11-22T10:00:00Z' };
    const started = await say('StartTransaction', start, 'start', true);
    const { transactionId } = started;
    await say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' }, 's1');
    for (let n = 1; n <= meterValues; n += 1) {
      const timestamp = new Date(Date.UTC(2026, 10, 22, 10, 0, n)).toISOString();
      const sampledValue = [
        { value: String(n * 10), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      ];
      const payload = { connectorId: 1, transactionId, meterValue: [{ timestamp, sampledValue }] };
      await say('MeterValues', payload, `m-${n}`, deaths.has(n));
    }
    const stop = { transactionId, meterStop: 2000, timestamp: '2026-11-22T11:00:00Z' };
    await say('StopTransaction', stop, 'stop', true);
    await say('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }, 's2');
    await view.value('crash/A/evse/1/state/status', 'available');

    const events = await eventsOf('crash/A', (last) => last['status'] === 'available');
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
    );
    const sampled = events.filter(({ event }) => event === 'sampled');
    assert.deepEqual(
      sampled.map(({ ocpp }) => energyOf(ocpp)),
      Array.from({ length: meterValues }, (_, index) => String((index + 1) * 10)),
    );
    for (const event of ['started', 'stopped'])
      assert.deepEqual(
        events.filter((one) => one.event === event).map(({ transaction }) => transaction),
        [String(transactionId)],
        event,
      );
    await view.value('crash/A/availability', 'online');
    await view.value('crash/A/evse/1/state/transaction_active', 'OFF');
    await view.value('crash/A/evse/1/state/energy', '2');
    await view.value('crash/A/state/meter_stop', '2000');
    await station.close();
  });

  it('a broker that lost everything has all retained state again', async (t) => {
    const broker = await startMosquitto();
    t.after(() => broker.stop());
    const gateway = await serveGateway({ mqttPort: broker.port });
    t.after(() => gateway.stop());
    const stations: WireStation[] = [];
    for (const id of ['A', 'B']) {
      const station = await connectStation(`${gateway.url}/${id}`);
      await station.call('BootNotification', boot);
      await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
      stations.push(station);
    }
    const shown = await viewBroker(broker.port);
    await shown.value('ocpp/B/evse/1/state/status', 'preparing');
    await shown.close();
    const before = await readRetained(broker.port, '#');
    await broker.kill();
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
    await Promise.all(stations.map((station) => station.call('StatusNotification', status)));
    await broker.restart();
    const whole = await viewBroker(broker.port);
    await whole.value('ocpp/A/evse/1/state/status', 'available');
    await whole.value('ocpp/B/evse/1/state/status', 'available');
    await whole.until(
      'every topic',
      () => [...before.keys()].every((key) => whole.values.has(key)) || undefined,
    );
    await whole.close();
    const now = await readRetained(broker.port, '#');
    assert.deepEqual([...now.keys()].sort(), [...before.keys()].sort());
    const changed = [...now].filter(([key, text]) => before.get(key) !== text).map(([key]) => key);
    // what the new status changed, and nothing else
    for (const key of changed) assert.match(key, /\/(?:status|plugged|last_seen|last_status_change)$/);
    for (const station of stations) await station.close();
  });

  it('a second gateway on the same data is refused in one clear line, and the first goes on', async (t) => {
    const first = await serve(t, 'first');
    const second = await spawnGateway({
      folder: first.folder,
      env: { LISTEN_PORT: '0', HTTP_PORT: 'off', MQTT_PORT: String(mosquitto.port), MQTT_BASEPATH: 'second' },
    });
    assert.deepEqual(await second.ended, { code: 1, signal: null });
    assert.match(lastLine(second.output()), /^ocpp2mqtt: The data folder .+ is in use by another process/);
    assert.equal(view.values.has('second/bridge/state'), false);
    const station = await connectStation(`${first.url}/A`);
    await station.call('BootNotification', boot);
    await station.close();
  });

  it('a taken port for stations is one clear line, and the end', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    const gateway = await spawnGateway({
      env: {
        LISTEN_PORT: String(port),
        LISTEN_ADDR: '127.0.0.1',
        HTTP_PORT: 'off',
        MQTT_PORT: String(mosquitto.port),
        MQTT_BASEPATH: 'taken',
      },
    });
    assert.deepEqual(await gateway.ended, { code: 1, signal: null });
    assert.match(lastLine(gateway.output()), new RegExp(`^ocpp2mqtt: LISTEN_PORT ${port} .*in use`));
  });

  it('a wrong value is one line that says where, and exit code 2', async () => {
    for (const [wrong, line] of [
      [{ args: ['--mqtt-port', 'abc'] }, /^ocpp2mqtt: MQTT_PORT=abc \(command line --mqtt-port\): must be /],
      [{ env: { LISTEN_PORT: '70000' } }, /^ocpp2mqtt: LISTEN_PORT=70000 \(environment\): must be /],
      [{ dotenv: '# mine\nOCPP_JOIN=never\n' }, /^ocpp2mqtt: OCPP_JOIN=never \(\.env line 2\): must be /],
      [{ args: ['--mqtt-prot', '1'] }, /^ocpp2mqtt: .*--mqtt-prot.* did you mean --mqtt-port\?/],
    ] as const) {
      const gateway = await spawnGateway(wrong as Parameters<typeof spawnGateway>[0]);
      assert.deepEqual(await gateway.ended, { code: 2, signal: null });
      assert.match(gateway.output(), line);
      assert.equal(gateway.output().trim().split('\n').length, 1);
    }
  });

  interface SeenEvent extends Record<string, unknown> {
    seq: number;
    kind: string;
    event: string;
  }

  /** The events of a station, each once, by seq; waits for the last. A repetition has to be the same, byte for byte. */
  async function eventsOf(topic: string, isLast: (event: SeenEvent) => boolean): Promise<SeenEvent[]> {
    return view.until('the last event', () => {
      const texts = new Map<number, string>();
      for (const { topic: at, text } of view.messages) {
        if (!at.startsWith(`${topic}/event/`)) continue;
        const { seq } = JSON.parse(text) as SeenEvent;
        assert.equal(texts.get(seq) ?? text, text);
        texts.set(seq, text);
      }
      const events = [...texts]
        .sort(([one], [other]) => one - other)
        .map(([, text]) => JSON.parse(text) as SeenEvent);
      return events.some(isLast) ? events : undefined;
    });
  }
});

function energyOf(ocpp: unknown): string | undefined {
  const { request } = ocpp as { request: { meterValue: { sampledValue: { value: string }[] }[] } };
  return request.meterValue[0]?.sampledValue[0]?.value;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
