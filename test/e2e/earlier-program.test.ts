import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BrokerView, readRetained, viewBroker } from '../support/broker-view.ts';
import { type GatewayProcess, spawnGateway } from '../support/gateway-process.ts';
import { findFreePort, type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { connectStation, type WireStation } from '../support/wire-station.ts';
import { earlierCommands } from './earlier-commands.ts';

/** Somebody replaces the earlier program by this one and touches nothing else: `.env`, openHAB files, the charger. */

const base = 'ocpp/charger1';

/** The topics of the published openHAB .things file. */
const thingsKeys = [
  'heartbeat',
  'last_seen',
  'charge_point_vendor',
  'charge_point_model',
  'charge_point_serial_number',
  'firmware_version',
  'error_code',
  'status',
  'meter_type',
  'current_import',
  'voltage',
  'power_active_import',
  'energy_active_import_register',
  'reason',
  'meter_start',
  'meter_start_timestamp',
  'meter_stop',
  'meter_stop_timestamp',
  'meter_stop_reason',
  'charging_enabled',
];

describe("the earlier program's users change nothing", { timeout: 120_000 }, () => {
  let mosquitto: Mosquitto;
  let view: BrokerView;
  let gateway: GatewayProcess;
  let station: WireStation;
  let port: number;
  let transactionId: number;

  before(async () => {
    mosquitto = await startMosquitto();
    view = await viewBroker(mosquitto.port, '#', 4);
    port = await findFreePort();
    gateway = await spawnGateway({
      dotenv: `MQTT_PORT=${mosquitto.port}
MQTT_HOSTNAME=127.0.0.1
MQTT_BASEPATH='${base}'
LISTEN_PORT=${port}
LISTEN_ADDR=127.0.0.1
AUTHORIZED_TAG_ID_LIST='["johnny-car","uc_default_auth"]'
`,
    });
    await gateway.says(/listening for charging stations/);
  });

  after(async () => {
    await station?.close();
    await gateway?.stop();
    await view?.close();
    await mosquitto?.stop();
  });

  const state = (key: string, wanted?: string | ((text: string) => boolean)): Promise<string> =>
    view.value(`${base}/state/${key}`, wanted);

  async function comeIn(): Promise<void> {
    station = await connectStation(`ws://127.0.0.1:${port}/ocpp1.6?station=grizzle`, []);
    const boot = await station.call('BootNotification', {
      chargePointVendor: 'United Chargers',
      chargePointModel: 'GRS-24',
      chargePointSerialNumber: 'GRS0001',
      firmwareVersion: 'GWM-07.016',
      meterType: 'internal',
    });
    assert.equal(boot['status'], 'Accepted');
    await station.call('StatusNotification', { connectorId: 0, errorCode: 'NoError', status: 'Available' });
  }

  const report = (status: string): Promise<unknown> =>
    station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status });

  /** Publishes a command and resolves with its result. */
  async function command(payload: unknown, topic = `${base}/cmd`): Promise<Record<string, unknown>> {
    const number = view.json(`${base}/cmd_result`).length;
    await view.publish(topic, payload);
    return view.nthJson(`${base}/cmd_result`, number);
  }

  it('serves a station that names itself in the query and offers no subprotocol', async () => {
    await comeIn();
    assert.equal(station.socket.protocol, '');
    await state('connection_state', 'CONNECTED');
    await report('Preparing');
    await state('status', 'Preparing');
  });

  it('shows a charge as it goes on', async () => {
    const authorize = await station.call('Authorize', { idTag: 'johnny-car' });
    assert.deepEqual(authorize, { idTagInfo: { status: 'Accepted' } });
    const unknown = await station.call('Authorize', { idTag: 'somebody-else' });
    assert.deepEqual(unknown, { idTagInfo: { status: 'Blocked' } });
    const start = await station.call('StartTransaction', {
      connectorId: 1,
      idTag: 'johnny-car',
      meterStart: 1000,
      timestamp: '2026-11-22T10:00:00Z',
    });
    transactionId = Number(start['transactionId']);
    assert.deepEqual(start['idTagInfo'], { status: 'Accepted' });
    await report('Charging');
    await station.call('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [
        {
          timestamp: '2026-11-22T10:05:00Z',
          sampledValue: [
            { value: '23.5', measurand: 'Current.Import', unit: 'A' },
            { value: '240.1', measurand: 'Voltage', unit: 'V' },
            { value: '5.6', measurand: 'Power.Active.Import', unit: 'kW' },
            { value: '1500', measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
          ],
        },
      ],
    });
    await station.call('Heartbeat', {});
    await state('current_import', '23.5');
    await state('voltage', '240.1');
    // watts whatever unit the station speaks of
    await state('power_active_import', '5600');
    await state('energy_active_import_register', '1500');
    await state('transaction_id', String(transactionId));
    await state('heartbeat', 'ON');
    assert.match(await state('last_seen'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/);
  });

  it('switching charging_enabled off refuses the next card and does not end a running charge', async () => {
    await view.publish(`${base}/cmd/`, { action: 'charging_enabled', args: 'OFF' });
    await state('charging_enabled', 'OFF');
    const authorize = await station.call('Authorize', { idTag: 'johnny-car' });
    assert.deepEqual(authorize, { idTagInfo: { status: 'Blocked' } });
    await state('authorize', 'Blocked');
    assert.deepEqual(station.calls, []);
    await view.value(`${base}/evse/1/state/transaction_active`, 'ON');
  });

  it('remote_stop_transaction with the 1 of the published rules stops the car', async () => {
    await command({ action: 'remote_stop_transaction', args: { transaction_id: 1 } });
    assert.deepEqual((await station.called('RemoteStopTransaction')).payload, { transactionId });
    await view.value(`${base}/cmd_result/status`, 'Accepted');
    await station.call('StopTransaction', {
      transactionId,
      idTag: 'johnny-car',
      meterStop: 2500,
      timestamp: '2026-11-22T11:00:00Z',
      reason: 'Remote',
    });
    await report('Finishing');
    await state('power_active_import', '0');
    await state('current_import', '0');
    await state('meter_start', '1000');
    await state('meter_start_timestamp', '2026-11-22T10:00:00Z');
    await state('meter_stop', '2500');
    await state('meter_stop_timestamp', '2026-11-22T11:00:00Z');
    await state('meter_stop_reason', 'Remote');
    await state('reason', 'Remote');
    await state('meter_diff', '1500');
  });

  it('has a retained value for every channel of the openHAB file', async () => {
    const retained = await readRetained(mosquitto.port, `${base}/state/#`);
    const missing = thingsKeys.filter((key) => (retained.get(`${base}/state/${key}`) ?? '') === '');
    assert.deepEqual(missing, []);
    assert.deepEqual(
      Object.fromEntries(
        [
          'charge_point_vendor',
          'charge_point_model',
          'firmware_version',
          'error_code',
          'status',
          'heartbeat',
        ].map((key) => [key, retained.get(`${base}/state/${key}`)]),
      ),
      {
        charge_point_vendor: 'United Chargers',
        charge_point_model: 'GRS-24',
        firmware_version: 'GWM-07.016',
        error_code: 'NoError',
        status: 'Finishing',
        heartbeat: 'ON',
      },
    );
  });

  it('charging_enabled survives a restart', async () => {
    await gateway.stop();
    assert.equal((await station.closed).code, 1001);
    await state('connection_state', 'DISCONNECTED');
    await state('heartbeat', 'OFF');
    gateway = await spawnGateway({ folder: gateway.folder });
    await gateway.says(/listening for charging stations/);
    await view.value(`${base}/bridge/state`, 'online');
    await comeIn();
    await report('Available');
    const authorize = await station.call('Authorize', { idTag: 'johnny-car' });
    assert.deepEqual(authorize, { idTagInfo: { status: 'Blocked' } });
    assert.equal(view.values.get(`${base}/state/charging_enabled`), 'OFF');
    await command({ action: 'charging_enabled', args: 'ON' }, `${base}/cmd/`);
    await state('charging_enabled', 'ON');
    assert.deepEqual(await station.call('Authorize', { idTag: 'johnny-car' }), {
      idTagInfo: { status: 'Accepted' },
    });
  });

  for (const { action, args, asked, answer, field } of earlierCommands)
    it(`understands ${action}`, async () => {
      const [ocppAction, payload] = asked;
      station.answers.set(ocppAction, answer);
      const result = await command({ action, args });
      assert.deepEqual((await station.called(ocppAction)).payload, payload);
      assert.equal(result['action'], action);
      if (field !== undefined) await view.value(`${base}/cmd_result/${field[0]}`, field[1]);
    });

  it('says of an unknown action what it may have been', async () => {
    const result = await command({ action: 'remote_start_transactions', args: {} });
    assert.equal(result['status'], 'error');
    await view.value(`${base}/cmd_result/status`, 'error');
    await view.value(`${base}/cmd_result/action`, 'remote_start_transactions');
    await view.value(`${base}/cmd_result/error`, (text) =>
      text.includes('did you mean remote_start_transaction?'),
    );
  });

  it('tells how a connection ended', async () => {
    station.socket.terminate();
    await state('connection_state', 'DISCONNECTED');
    await state('disconnect_reason', 'connection_error_1006');
    assert.match(await state('last_disconnected'), /^\d{4}-\d\d-\d\dT/);
    await state('heartbeat', 'OFF');
  });

  it('a command for a station that is away ends in an error', async () => {
    const result = await command({ action: 'clear_cache', args: {} });
    assert.equal(result['status'], 'offline');
    await view.value(`${base}/cmd_result/status`, 'error');
    await view.value(`${base}/cmd_result/action`, 'clear_cache');
  });
});
