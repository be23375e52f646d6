import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RPCClient } from 'ocpp-rpc';
import { loadProtocol } from '../../src/ocpp/validator.ts';
import { type BrokerView, viewBroker } from '../support/broker-view.ts';
import { type LocalGateway, startLocalGateway } from '../support/gateway.ts';
import { commands16, type Payload, stationMessages16 } from '../support/messages16.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';

/** A station made by others, with its own strict validation of all that passes. */

const topic = 'ocpp/RPC%2016%2F%C3%A4';

type ClientOptions = ConstructorParameters<typeof RPCClient>[0];

describe('a station made with ocpp-rpc in strict mode', { timeout: 120_000 }, () => {
  let mosquitto: Mosquitto;
  let view: BrokerView;
  let gateway: LocalGateway;
  let station: RPCClient;
  let transactionId = 0;
  /** What its validation found wrong with our side. */
  const failures: unknown[] = [];

  before(async () => {
    mosquitto = await startMosquitto();
    view = await viewBroker(mosquitto.port);
    gateway = await startLocalGateway(mosquitto.port);
    await view.value('ocpp/bridge/state', 'online');
    const identity = 'RPC 16/ä';
    // its types ask for every option, its code has defaults
    const options: Partial<ClientOptions> = { endpoint: gateway.url, identity, protocols: ['ocpp1.6'] };
    station = new RPCClient({ ...options, strictMode: true, reconnect: false } as ClientOptions);
    station.on('strictValidationFailure', (failure: unknown) => failures.push(failure));
    await station.connect();
  });

  after(async () => {
    await station?.close();
    await gateway?.stop();
    await view?.close();
    await mosquitto?.stop();
  });

  for (const [action, payload] of stationMessages16)
    it(`accepts the answer to ${action}`, async () => {
      const request = 'transactionId' in payload ? { ...payload, transactionId } : payload;
      const answer = (await station.call(action, request)) as Payload;
      if (action === 'StartTransaction') transactionId = Number(answer['transactionId']);
      assert.deepEqual(failures, []);
    });

  for (const [action, payload, answer] of commands16)
    it(`is asked for ${action} over MQTT, and its answer comes back`, async () => {
      let asked: unknown;
      station.handle(action, async ({ params }) => {
        asked = params;
        return answer;
      });
      const number = view.json(`${topic}/call_result/${action}`).length;
      await view.publish(`${topic}/call/${action}`, payload);
      const result = await view.nthJson(`${topic}/call_result/${action}`, number);
      assert.deepEqual(result, { id: null, status: 'ok', payload: answer });
      assert.deepEqual(asked, payload);
      assert.deepEqual(failures, []);
    });

  it('these are all actions of 1.6', async () => {
    const { actions } = await loadProtocol('ocpp1.6');
    const tried = [...stationMessages16, ...commands16].map(([action]) => action);
    assert.deepEqual([...new Set(tried)].sort(), [...actions.keys()].sort());
  });
});
