import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { type BrokerView, readRetained, viewBroker } from '../support/broker-view.ts';
import { serveGateway, type ServingGateway } from '../support/gateway.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { contractFaults } from '../support/published-contract.ts';
import { connectStation, type WireStation } from '../support/wire-station.ts';

/** Commands as any MQTT client gives them, each with exactly one result. */

const run = promisify(execFile);
const topic = 'ocpp/box1';

describe('commands over MQTT', { timeout: 180_000 }, () => {
  let mosquitto: Mosquitto;
  let view: BrokerView;
  let gateway: ServingGateway;
  let station: WireStation;
  /** Results that are due on `cmd_result`. */
  let due = 0;

  before(async () => {
    mosquitto = await startMosquitto();
    view = await viewBroker(mosquitto.port);
    for (const retained of [`${topic}/cmd`, `${topic}/cmd/reset`])
      await view.publish(retained, { action: 'reset', id: 'kept' }, { retain: true });
    await view.publish(`${topic}/evse/1/set/charging`, 'ON', { retain: true });
    await view.publish(`${topic}/call/Reset`, { type: 'Hard' }, { retain: true });
    gateway = await serveGateway({ mqttPort: mosquitto.port });
    await view.value('ocpp/bridge/state', 'online');
    await comeIn();
  });

  after(async () => {
    await station?.close();
    await gateway?.stop();
    await view?.close();
    await mosquitto?.stop();
  });

  async function comeIn(): Promise<void> {
    station = await connectStation(`${gateway.url}/box1`);
    await station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
    await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
    await view.value(`${topic}/availability`, 'online');
  }

  /** The next result on `cmd_result`. */
  const nextResult = (): Promise<Record<string, unknown>> => view.nthJson(`${topic}/cmd_result`, due++);

  async function command(payload: unknown, to = `${topic}/cmd`): Promise<Record<string, unknown>> {
    const result = nextResult();
    await view.publish(to, payload);
    return result;
  }

  async function raw(action: string, payload: unknown): Promise<Record<string, unknown>> {
    const answers = `${topic}/call_result/${action}`;
    const number = view.json(answers).length;
    await view.publish(`${topic}/call/${action}`, payload);
    return view.nthJson(answers, number);
  }

  const codeOf = (result: Record<string, unknown>): unknown => (result['error'] as { code: string }).code;

  it('what was retained before the gateway came is not carried out', async () => {
    const result = await command({ action: 'clear_cache', id: 'first' });
    assert.equal(result['id'], 'first');
    assert.deepEqual(
      station.calls.map(({ action }) => action),
      ['ClearCache'],
    );
    assert.match(gateway.output(), /retain/i);
  });

  it('an MQTT 5 request is answered on its response topic with its correlation data', async () => {
    const answered = nextResult();
    const words = `-h 127.0.0.1 -p ${mosquitto.port} -V mqttv5 -q 1 -W 40 -t ${topic}/cmd -e office/answers`;
    const { stdout } = await run('mosquitto_rr', [
      ...`${words} -D publish correlation-data order-7 -F`.split(' '),
      '%D %p',
      '-m',
      '{"action":"unlock","id":"rr"}',
    ]);
    const [, correlation, payload] = /^(\S+) (.*)$/m.exec(stdout) ?? [];
    assert.equal(correlation, 'order-7');
    const result = await answered;
    assert.deepEqual(JSON.parse(payload ?? ''), result);
    assert.equal(result['id'], 'rr');
    assert.deepEqual((await station.called('UnlockConnector')).payload, { connectorId: 1 });
  });

  it('an MQTT 3.1.1 client finds its answer by id', async () => {
    const old = await viewBroker(mosquitto.port, `${topic}/cmd_result`, 4);
    const result = nextResult();
    await old.publish(`${topic}/cmd`, { action: 'clear_cache', id: 'old' });
    assert.equal((await old.nthJson(`${topic}/cmd_result`, 0))['id'], 'old');
    assert.equal((await result)['status'], 'accepted');
    await old.close();
  });

  it('a response topic under our own topics is refused, and nothing is sent', async () => {
    const before = station.calls.length;
    for (const responseTopic of [`${topic}/cmd`, 'ocpp/bridge/cmd', `${topic}/state/status`]) {
      const result = nextResult();
      await view.publish(`${topic}/cmd`, { action: 'clear_cache' }, { properties: { responseTopic } });
      assert.equal(codeOf(await result), 'response_topic');
    }
    assert.equal(station.calls.length, before);
  });

  it('says what is wrong with a payload', async () => {
    const before = station.calls.length;
    assert.equal(codeOf(await command('{"action":')), 'invalid_json');
    assert.equal(codeOf(await command('[1,2]')), 'invalid_payload');
    assert.equal(codeOf(await command({ action: 7 })), 'invalid_payload');
    assert.equal(codeOf(await command({ args: {} })), 'invalid_payload');
    assert.equal(codeOf(await command({ action: 'start', args: { evse: 'one' } })), 'invalid_args');
    assert.equal(codeOf(await command({ action: 'start', args: { evze: 1 } })), 'invalid_args');
    assert.equal(codeOf(await command({ action: 'reset', args: { type: 'medium' } })), 'invalid_args');
    const unknown = await command({ action: 'strat', id: 'x' });
    assert.equal(codeOf(unknown), 'unknown_action');
    assert.equal(unknown['id'], 'x');
    assert.deepEqual((unknown['error'] as { details: unknown }).details, { nearest: 'start' });
    assert.equal(station.calls.length, before);
  });

  it('takes the action from the topic, and the EVSE', async () => {
    const reset = await command({ id: 't1' }, `${topic}/cmd/reset`);
    assert.deepEqual([reset['action'], reset['status']], ['reset', 'accepted']);
    const disagreeing = await command({ action: 'start' }, `${topic}/cmd/reset`);
    assert.equal(codeOf(disagreeing), 'invalid_payload');
    await command({ action: 'unlock', args: { connector: 1 } }, `${topic}/evse/1/cmd`);
    assert.deepEqual((await station.called('UnlockConnector', 1)).payload, { connectorId: 1 });
    // no command: nobody is answered, as the next result shows
    await view.publish(`${topic}/cmd/lights`, 'ON');
    assert.equal((await command({ action: 'clear_cache', id: 't2' }))['id'], 't2');
  });

  it('passes on raw OCPP and answers with its words', async () => {
    station.answers.set('GetConfiguration', { configurationKey: [], unknownKey: ['Nothing'] });
    assert.deepEqual(await raw('GetConfiguration', { id: 'c1', payload: { key: ['Nothing'] } }), {
      id: 'c1',
      status: 'ok',
      payload: { configurationKey: [], unknownKey: ['Nothing'] },
    });
    station.answers.set('ClearCache', [4, 'InternalError', 'no cache', { disk: 'full' }]);
    assert.deepEqual(await raw('ClearCache', {}), {
      id: null,
      status: 'error',
      error: { code: 'InternalError', description: 'no cache', details: { disk: 'full' } },
    });
    station.answers.delete('ClearCache');
  });

  it('raw OCPP that does not fit the schema is not sent', async () => {
    const before = station.calls.length;
    assert.equal(codeOf(await raw('ChangeConfiguration', { key: 'A' })), 'invalid_args');
    assert.equal(codeOf(await raw('GetConfiguration', '"all"')), 'invalid_payload');
    const misspelled = await raw('GetConfigurations', {});
    assert.equal(codeOf(misspelled), 'unknown_action');
    assert.match((misspelled['error'] as { description: string }).description, /GetConfiguration\b/);
    // the other direction
    assert.equal(codeOf(await raw('BootNotification', {})), 'unknown_action');
    assert.equal(station.calls.length, before);
  });

  it('a scalar starts and stops a charge', async () => {
    const start = nextResult();
    await view.publish(`${topic}/evse/1/set/charging`, 'ON');
    assert.equal((await start)['action'], 'start');
    const { payload } = await station.called('RemoteStartTransaction');
    assert.deepEqual(payload, { connectorId: 1, idTag: 'ocpp2mqtt' });
    const { transactionId, idTagInfo } = await station.call('StartTransaction', {
      connectorId: 1,
      idTag: 'ocpp2mqtt',
      meterStart: 0,
      timestamp: new Date().toISOString(),
    });
    assert.deepEqual(idTagInfo, { status: 'Accepted' });
    await view.value(`${topic}/evse/1/state/transaction_active`, 'ON');
    const stop = nextResult();
    await view.publish(`${topic}/evse/1/set/charging`, 'OFF');
    await stop;
    assert.deepEqual((await station.called('RemoteStopTransaction')).payload, { transactionId });
    await station.call('StopTransaction', {
      transactionId,
      meterStop: 10,
      timestamp: new Date().toISOString(),
    });
    await view.value(`${topic}/evse/1/state/transaction_active`, 'OFF');
  });

  it('a scalar sets a limit and takes it away', async () => {
    const limit = nextResult();
    await view.publish(`${topic}/evse/1/set/current_limit`, '10');
    assert.equal((await limit)['status'], 'accepted');
    await view.value(`${topic}/evse/1/state/current_limit`, '10');
    const { csChargingProfiles } = (await station.called('SetChargingProfile')).payload as {
      csChargingProfiles: { chargingSchedule: { chargingSchedulePeriod: { limit: number }[] } };
    };
    assert.equal(csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0]?.limit, 10);
    const none = nextResult();
    await view.publish(`${topic}/evse/1/set/current_limit`, 'none');
    assert.equal((await none)['status'], 'accepted');
    await station.called('ClearChargingProfile');
    await view.value(`${topic}/evse/1/state/current_limit`, 'none');
  });

  it('a refused scalar shows the real state once more and leaves the earlier fields alone', async () => {
    const shown = `${topic}/evse/1/state/current_limit`;
    const fields = view.messages.filter(({ topic: at }) => at.startsWith(`${topic}/cmd_result/`)).length;
    const times = view.messages.filter(({ topic: at }) => at === shown).length;
    const refused = nextResult();
    await view.publish(`${topic}/evse/1/set/current_limit`, 'much');
    assert.equal(codeOf(await refused), 'invalid_args');
    await view.until('the state once more', () =>
      view.messages.filter(({ topic: at }) => at === shown).length > times ? true : undefined,
    );
    assert.equal(view.values.get(shown), 'none');
    const unknown = nextResult();
    await view.publish(`${topic}/evse/1/set/colour`, 'red');
    assert.equal(codeOf(await unknown), 'unknown_action');
    assert.equal(
      view.messages.filter(({ topic: at }) => at.startsWith(`${topic}/cmd_result/`)).length,
      fields,
    );
  });

  it('the same id and payload again sends nothing and gets the first result', async () => {
    const order = { action: 'data_transfer', args: { vendor_id: 'V', data: '1' }, id: 'once' };
    const first = await command(order);
    assert.equal(first['status'], 'accepted');
    const again = await command(order);
    assert.equal(again['status'], 'duplicate');
    assert.equal((again['result'] as { status: string }).status, 'accepted');
    const other = await command({ ...order, args: { vendor_id: 'V', data: '2' } });
    assert.equal(codeOf(other), 'id_reused');
    assert.equal(station.calls.filter(({ action }) => action === 'DataTransfer').length, 1);
  });

  it('what is too late is not sent', async () => {
    const before = station.calls.length;
    const late = await command({ action: 'clear_cache', expires_at: '2020-01-01T00:00:00Z' });
    assert.equal(late['status'], 'expired');
    assert.equal(station.calls.length, before);
  });

  it('a station that does not answer leaves the outcome open', async () => {
    station.answers.set('ClearCache', null);
    const result = await command({ action: 'clear_cache', timeout: 0.5 });
    assert.equal(result['status'], 'timeout');
    station.answers.delete('ClearCache');
  });

  it('a station that is not registered is answered, without a trace', async () => {
    await view.publish('ocpp/box2/cmd', { action: 'clear_cache', id: 'n' });
    const result = await view.nthJson('ocpp/box2/cmd_result', 0);
    assert.equal(result['id'], 'n');
    assert.equal(codeOf(result), 'unknown_station');
    assert.deepEqual((result['error'] as { details: unknown }).details, { nearest: 'box1' });
    assert.deepEqual(await readRetained(mosquitto.port, 'ocpp/box2/#'), new Map());
  });

  it('the gateway itself takes commands', async () => {
    await view.publish('ocpp/bridge/cmd', { action: 'permit_join', args: { seconds: 60 }, id: 'b1' });
    const permitted = await view.nthJson('ocpp/bridge/cmd_result', 0);
    assert.deepEqual([permitted['id'], permitted['status']], ['b1', 'accepted']);
    await view.publish('ocpp/bridge/cmd', { action: 'permit_jion' });
    const unknown = await view.nthJson('ocpp/bridge/cmd_result', 1);
    assert.equal(codeOf(unknown), 'unknown_action');
    assert.deepEqual((unknown['error'] as { details: unknown }).details, { nearest: 'permit_join' });
  });

  it('a command waits for a station that is briefly away', async () => {
    await station.close();
    await view.value(`${topic}/availability`, 'offline');
    const result = command({ action: 'clear_cache', id: 'w' });
    await comeIn();
    assert.equal((await result)['status'], 'accepted');
  });

  it('a station that stays away is offline', async () => {
    await station.close();
    await view.value(`${topic}/availability`, 'offline');
    const result = await command({ action: 'clear_cache', id: 'o' });
    assert.equal(result['status'], 'offline');
    await view.value(`${topic}/cmd_result/status`, 'error');
  });

  it('each message had exactly one result, and each result is an event of the station', async () => {
    await view.publish(`${topic}/cmd`, { action: 'nothing', id: 'last' });
    assert.equal((await nextResult())['id'], 'last');
    assert.equal(view.json(`${topic}/cmd_result`).length, due);
    const events = view.json(`${topic}/event/command`);
    assert.deepEqual(
      events.filter(({ command }) => command === 'once').map(({ status, by }) => ({ status, by })),
      [
        { status: 'accepted', by: 'mqtt' },
        { status: 'error', by: 'mqtt' },
      ],
    );
  });

  it('all that was published meanwhile fits the contract', () => {
    assert.deepEqual(contractFaults(view.messages, 'ocpp'), []);
  });
});
