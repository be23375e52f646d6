import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type BrokerView, readRetained, viewBroker } from '../support/broker-view.ts';
import { type GatewayProcess, spawnGateway } from '../support/gateway-process.ts';
import { findFreePort, type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { connectStation, type WireStation } from '../support/wire-station.ts';

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

const profile = {
  charging_profile_id: 8,
  stack_level: 2,
  charging_profile_purpose: 'TxDefaultProfile',
  charging_profile_kind: 'Relative',
  charging_schedule: {
    charging_rate_unit: 'A',
    charging_schedule_period: [{ start_period: 0, limit: 20, number_phases: null }],
  },
};

/** A command of the earlier program: what the station is asked, what it answers, and the field of the result. */
interface EarlierCommand {
  action: string;
  args: unknown;
  asked: [string, Record<string, unknown>];
  answer: Record<string, unknown>;
  field?: [string, string];
}

const accepted = { answer: { status: 'Accepted' }, field: ['status', 'Accepted'] as [string, string] };
const location = 'ftp://files.example/';

const earlierCommands: EarlierCommand[] = [
  {
    action: 'cancel_reservation',
    args: { reservation_id: 5 },
    asked: ['CancelReservation', { reservationId: 5 }],
    ...accepted,
  },
  {
    action: 'change_availability',
    args: { connector_id: 1, type: 'Operative' },
    asked: ['ChangeAvailability', { connectorId: 1, type: 'Operative' }],
    ...accepted,
  },
  {
    action: 'change_configuration',
    args: { key: 'MeterValueSampleInterval', value: '10' },
    asked: ['ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '10' }],
    answer: { status: 'RebootRequired' },
    field: ['status', 'RebootRequired'],
  },
  { action: 'clear_cache', args: {}, asked: ['ClearCache', {}], ...accepted },
  {
    action: 'clear_charging_profile',
    args: { id: 8, connector_id: 1, charging_profile_purpose: 'TxProfile', stack_level: 0 },
    asked: [
      'ClearChargingProfile',
      { id: 8, connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 0 },
    ],
    ...accepted,
  },
  {
    action: 'data_transfer',
    args: { vendor_id: 'UnitedChargers', message_id: 'm', data: 'x' },
    asked: ['DataTransfer', { vendorId: 'UnitedChargers', messageId: 'm', data: 'x' }],
    answer: { status: 'Accepted', data: 'seen' },
    field: ['data', 'seen'],
  },
  {
    action: 'get_composite_schedule',
    args: { connector_id: 1, duration: 60 },
    asked: ['GetCompositeSchedule', { connectorId: 1, duration: 60 }],
    answer: { status: 'Rejected' },
    field: ['status', 'Rejected'],
  },
  {
    action: 'get_configuration',
    args: { key: ['HeartbeatInterval'] },
    asked: ['GetConfiguration', { key: ['HeartbeatInterval'] }],
    answer: { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] },
    field: ['configuration_key', '[{"key":"HeartbeatInterval","readonly":false,"value":"300"}]'],
  },
  {
    action: 'get_diagnostics',
    args: { location, retries: 1 },
    asked: ['GetDiagnostics', { location, retries: 1 }],
    answer: { fileName: 'diag.zip' },
    field: ['file_name', 'diag.zip'],
  },
  {
    action: 'get_local_version',
    args: {},
    asked: ['GetLocalListVersion', {}],
    answer: { listVersion: 2 },
    field: ['list_version', '2'],
  },
  {
    action: 'remote_start_transaction',
    args: { connector_id: 1, id_tag: 'uc_default_auth' },
    asked: ['RemoteStartTransaction', { connectorId: 1, idTag: 'uc_default_auth' }],
    ...accepted,
  },
  {
    action: 'reserve_now',
    args: { connector_id: 1, expiry_date: '2099-01-01T00:00:00Z', id_tag: 'johnny-car', reservation_id: 5 },
    asked: [
      'ReserveNow',
      { connectorId: 1, expiryDate: '2099-01-01T00:00:00Z', idTag: 'johnny-car', reservationId: 5 },
    ],
    answer: { status: 'Occupied' },
    field: ['status', 'Occupied'],
  },
  { action: 'reset', args: { type: 'Soft' }, asked: ['Reset', { type: 'Soft' }], ...accepted },
  {
    action: 'send_local_list',
    args: { list_version: 3, update_type: 'Full', local_authorization_list: [] },
    asked: ['SendLocalList', { listVersion: 3, updateType: 'Full', localAuthorizationList: [] }],
    ...accepted,
  },
  {
    action: 'set_charging_profile',
    args: { connector_id: 1, cs_charging_profiles: profile },
    asked: [
      'SetChargingProfile',
      {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 8,
          stackLevel: 2,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Relative',
          chargingSchedule: {
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 20 }],
          },
        },
      },
    ],
    ...accepted,
  },
  {
    action: 'trigger_message',
    args: { requested_message: 'StatusNotification', connector_id: 1 },
    asked: ['TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }],
    ...accepted,
  },
  {
    action: 'unlock_connector',
    args: { connector_id: 1 },
    asked: ['UnlockConnector', { connectorId: 1 }],
    answer: { status: 'Unlocked' },
    field: ['status', 'Unlocked'],
  },
  {
    action: 'update_firmware',
    args: { location, retrieve_date: '2099-01-01T00:00:00Z' },
    asked: ['UpdateFirmware', { location, retrieveDate: '2099-01-01T00:00:00Z' }],
    answer: {},
  },
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
