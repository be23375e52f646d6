import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { loadProtocol, type Protocol } from '../../src/ocpp/validator.ts';
import { type BrokerView, viewBroker } from '../support/broker-view.ts';
import { type LocalGateway, startLocalGateway } from '../support/gateway.ts';
import type { Payload } from '../support/messages16.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { contractFaults } from '../support/published-contract.ts';
import { shakeHands } from '../support/raw-handshake.ts';
import { connectStation } from '../support/wire-station.ts';

/**
 * The certification cases of OCPP 1.6 that a central system meets alone, named as in the test case documents:
 * those without TLS and without a command.
 */

/** The station of one case: what it says is answered as the schema demands. */
interface CaseStation {
  says(action: string, payload: Payload): Promise<Payload>;
  status(status: string, errorCode?: string): Promise<Payload>;
  shows(key: string, text: string): Promise<string>;
  /** Events of a kind so far. */
  events(kind: string): Payload[];
  /** The transaction that was told last, on MQTT. */
  session(wanted: (session: Payload) => boolean): Promise<Payload>;
  loseConnection(): Promise<void>;
  connect(): Promise<void>;
}

const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
const at = (minute: number): string => `2026-11-22T10:${String(minute).padStart(2, '0')}:00Z`;
const accepted = { status: 'Accepted' };

describe('certification cases of a central system, OCPP 1.6', { timeout: 180_000 }, () => {
  let mosquitto: Mosquitto;
  let view: BrokerView;
  let gateway: LocalGateway;
  let protocol: Protocol;

  before(async () => {
    protocol = await loadProtocol('ocpp1.6');
    mosquitto = await startMosquitto();
    view = await viewBroker(mosquitto.port);
    gateway = await startLocalGateway(mosquitto.port, { AUTHORIZED_TAG_ID_LIST: '["VALID"]' });
    await view.value('ocpp/bridge/state', 'online');
    for (const status of ['Blocked', 'Expired'])
      await view.publish('ocpp/bridge/cmd', {
        action: 'token_add',
        args: { id_token: status.toUpperCase(), status },
      });
    await view.nthJson('ocpp/bridge/cmd_result', 1);
  });

  after(async () => {
    await gateway?.stop();
    await view?.close();
    await mosquitto?.stop();
  });

  async function build(t: TestContext): Promise<CaseStation> {
    const [id = ''] = t.name.split(' ');
    const topic = `ocpp/${id}`;
    const connect = async () => {
      const station = await connectStation(`${gateway.url}/${id}`);
      t.after(() => station.socket.terminate());
      return station;
    };
    let station = await connect();
    async function says(action: string, payload: Payload): Promise<Payload> {
      const answer = await station.call(action, payload);
      assert.equal(protocol.validateResponse(action, answer), null, `${action}: ${JSON.stringify(answer)}`);
      return answer;
    }
    assert.equal((await says('BootNotification', boot))['status'], 'Accepted');
    return {
      says,
      status: (status, errorCode = 'NoError') =>
        says('StatusNotification', { connectorId: 1, status, errorCode }),
      shows: (key, text) => view.value(`${topic}/evse/1/state/${key}`, text),
      events: (kind) => view.json(`${topic}/event/${kind}`),
      async session(wanted) {
        const text = await view.value(`${topic}/evse/1/session`, (text) =>
          wanted(JSON.parse(text) as Payload),
        );
        return JSON.parse(text) as Payload;
      },
      async loseConnection() {
        station.socket.terminate();
        await view.value(`${topic}/availability`, 'offline');
      },
      async connect() {
        station = await connect();
        await view.value(`${topic}/availability`, 'online');
      },
    };
  }

  async function start(station: CaseStation, idTag = 'VALID', minute = 0): Promise<Payload> {
    return station.says('StartTransaction', {
      connectorId: 1,
      idTag,
      meterStart: 100,
      timestamp: at(minute),
    });
  }

  async function stop(station: CaseStation, started: Payload, reason?: string): Promise<Payload> {
    return station.says('StopTransaction', {
      transactionId: started['transactionId'],
      meterStop: 1100,
      timestamp: at(30),
      ...(reason !== undefined && { reason }),
    });
  }

  it('TC_001_CSMS Cold Boot Charging Station', async (t) => {
    const station = await build(t);
    const answer = await station.says('BootNotification', boot);
    assert.ok(Number(answer['interval']) > 0);
    assert.match(String(answer['currentTime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await station.says('StatusNotification', { connectorId: 0, status: 'Available', errorCode: 'NoError' });
    await station.status('Available');
    await station.shows('status', 'available');
    assert.deepEqual(Object.keys(await station.says('Heartbeat', {})), ['currentTime']);
  });

  it('TC_003_CSMS Regular Charging Session - Plugin First', async (t) => {
    const station = await build(t);
    await station.status('Preparing');
    await station.shows('plugged', 'ON');
    assert.deepEqual(await station.says('Authorize', { idTag: 'VALID' }), { idTagInfo: accepted });
    const started = await start(station);
    assert.deepEqual(started['idTagInfo'], accepted);
    await station.status('Charging');
    await station.shows('charging', 'ON');
    await stop(station, started);
    await station.status('Finishing');
    await station.status('Available');
    await station.shows('plugged', 'OFF');
    const session = await station.session(({ end }) => end !== undefined);
    assert.equal(session['energy'], 1);
    assert.equal(session['id_token'], 'VALID');
    assert.equal(session['stop_reason'], 'Local');
  });

  it('TC_004_1_CSMS Regular Charging Session - Identification First', async (t) => {
    const station = await build(t);
    assert.deepEqual(await station.says('Authorize', { idTag: 'VALID' }), { idTagInfo: accepted });
    await station.status('Preparing');
    const started = await start(station);
    await station.status('Charging');
    await station.shows('transaction_active', 'ON');
    assert.ok(Number(started['transactionId']) > 0);
  });

  it('TC_004_2_CSMS Regular Charging Session - Identification First - ConnectionTimeOut', async (t) => {
    const station = await build(t);
    await station.says('Authorize', { idTag: 'VALID' });
    await station.status('Preparing');
    await station.status('Available');
    await station.shows('status', 'available');
    assert.deepEqual(station.events('transaction'), []);
  });

  it('TC_005_1_CSMS EV Side Disconnected - StopTransactionOnEVSideDisconnect', async (t) => {
    const station = await build(t);
    const started = await start(station);
    await station.status('Charging');
    await station.status('SuspendedEV');
    await station.shows('charging', 'OFF');
    await stop(station, started, 'EVDisconnected');
    await station.status('Finishing');
    await station.status('Available');
    const session = await station.session(({ end }) => end !== undefined);
    assert.equal(session['stop_reason'], 'EVDisconnected');
  });

  it('TC_007_CSMS Regular Start Charging Session - Cached Id', async (t) => {
    const station = await build(t);
    await station.status('Preparing');
    assert.deepEqual((await start(station))['idTagInfo'], accepted);
    await station.status('Charging');
    await station.shows('transaction_active', 'ON');
  });

  for (const [number, idTag, status] of [
    // a token that nobody knows is Blocked, as its users are used to
    [1, 'UNKNOWN', 'Blocked'],
    [2, 'EXPIRED', 'Expired'],
    [3, 'BLOCKED', 'Blocked'],
  ] as const)
    it(`TC_023_${number}_CSMS Start Charging Session - Authorize ${status}`, async (t) => {
      const station = await build(t);
      await station.status('Preparing');
      const answer = await station.says('Authorize', { idTag });
      assert.equal((answer['idTagInfo'] as Payload)['status'], status);
      await station.status('Available');
      await station.shows('transaction_active', 'OFF');
    });

  it('TC_024_CSMS Start Charging Session Lock Failure', async (t) => {
    const station = await build(t);
    await station.says('Authorize', { idTag: 'VALID' });
    await station.status('Preparing');
    await station.status('Faulted', 'ConnectorLockFailure');
    await station.shows('status', 'faulted');
    await station.shows('problem', 'ON');
    await station.shows('error_code', 'ConnectorLockFailure');
  });

  it('TC_032_1_CSMS Power Failure Boot - Stop Transactions', async (t) => {
    const station = await build(t);
    const started = await start(station);
    await station.status('Charging');
    await station.loseConnection();
    await station.connect();
    assert.equal((await station.says('BootNotification', boot))['status'], 'Accepted');
    await stop(station, started, 'PowerLoss');
    await station.status('Available');
    const session = await station.session(({ end }) => end !== undefined);
    assert.deepEqual([session['energy'], session['stop_reason']], [1, 'PowerLoss']);
  });

  it('TC_037_1_CSMS Offline Start Transaction - Valid IdTag', async (t) => {
    const station = await build(t);
    await station.loseConnection();
    await station.connect();
    const started = await start(station, 'VALID', 5);
    assert.deepEqual(started['idTagInfo'], accepted);
    await station.status('Charging');
    const session = await station.session(({ end }) => end === undefined);
    assert.equal(session['start'], at(5));
  });

  it('TC_037_3_CSMS Offline Start Transaction - Invalid IdTag - StopTransactionOnInvalidId', async (t) => {
    const station = await build(t);
    await station.loseConnection();
    await station.connect();
    const started = await start(station, 'BLOCKED', 5);
    assert.equal((started['idTagInfo'] as Payload)['status'], 'Blocked');
    assert.ok(Number(started['transactionId']) > 0);
    await stop(station, started, 'DeAuthorized');
    const session = await station.session(({ end }) => end !== undefined);
    assert.equal(session['stop_reason'], 'DeAuthorized');
  });

  it('TC_039_CSMS Offline Transaction', async (t) => {
    const station = await build(t);
    await station.loseConnection();
    await station.connect();
    const started = await start(station, 'VALID', 5);
    await stop(station, started, 'Local');
    await station.status('Available');
    const session = await station.session(({ end }) => end !== undefined);
    assert.deepEqual([session['start'], session['end'], session['energy']], [at(5), at(30), 1]);
    assert.equal(session['duration'], 25 * 60);
  });

  it('TC_064_CSMS Data Transfer to a Central System', async (t) => {
    const station = await build(t);
    const answer = await station.says('DataTransfer', { vendorId: 'V', messageId: 'M', data: 'D' });
    assert.ok(['Accepted', 'UnknownVendorId'].includes(String(answer['status'])));
  });

  for (const [number, type] of [
    ['077', 'InvalidChargePointCertificate'],
    ['078', 'InvalidCentralSystemCertificate'],
  ] as const)
    it(`TC_${number}_CSMS ${type} Security Event`, async (t) => {
      const station = await build(t);
      assert.deepEqual(await station.says('SecurityEventNotification', { type, timestamp: at(0) }), {});
      const [id = ''] = t.name.split(' ');
      const event = await view.nthJson(`ocpp/${id}/event/security`, 0);
      assert.equal((event['ocpp'] as { request: Payload }).request['type'], type);
    });

  it('TC_088_CSMS WebSocket Subprotocol Negotiation', async (t) => {
    const [id = ''] = t.name.split(' ');
    const handshake = await shakeHands(`${gateway.url}/${id}`, 'ocpp1.6');
    assert.equal(handshake.protocol, 'ocpp1.6');
    handshake.leave();
    const other = await shakeHands(`${gateway.url}/${id}-other`, 'ocpp0.1');
    assert.equal(other.protocol, undefined);
    assert.equal(await other.closeCode(), 1002);
  });

  it('all that was published meanwhile fits the contract', () => {
    assert.deepEqual(contractFaults(view.messages, 'ocpp'), []);
  });
});
