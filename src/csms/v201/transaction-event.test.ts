import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestCsms, type TestCsms, type TestStation } from '../../../test/support/csms.ts';

type Payload = Record<string, unknown>;

describe('a transaction of OCPP 2.0.1', () => {
  let test: TestCsms;
  let station: TestStation;
  let number = 0;

  before(async () => {
    test = await createTestCsms({ pricePerKwh: 0.5 });
  });
  after(() => test.close());
  beforeEach(() => {
    station = test.connect(`T${++number}`, 'ocpp2.0.1');
  });

  const state = (key: string): string | undefined => test.outside.state.get(`T${number}/${key}`);
  const session = (): Payload => JSON.parse(state('1/(session)') ?? '{}') as Payload;
  const last = () => test.outside.events.at(-1);
  const minute = (n: number): string => `2026-11-22T10:${String(n).padStart(2, '0')}:00Z`;

  async function tell(eventType: string, seqNo: number, more: Payload = {}): Promise<Payload> {
    const { info, ...rest } = more as { info?: Payload };
    const answer = await station.call('TransactionEvent', {
      eventType,
      seqNo,
      timestamp: minute(seqNo),
      triggerReason: 'ChargingStateChanged',
      transactionInfo: { transactionId: 'tx-1', ...info },
      ...rest,
    });
    assert.equal(answer[0], 3, JSON.stringify(answer));
    return answer[2] as Payload;
  }

  const evse = { id: 1, connectorId: 1 };
  const idToken = { idToken: '04A3', type: 'ISO14443' };
  const register = (value: number, context: string, more: Payload = {}): Payload => ({
    meterValue: [{ timestamp: minute(0), sampledValue: [{ value, context, ...more }] }],
  });

  it('starts, goes on and ends', async () => {
    const started = await tell('Started', 0, {
      evse,
      idToken,
      triggerReason: 'Authorized',
      info: { chargingState: 'EVConnected' },
      ...register(1000, 'Transaction.Begin'),
    });
    assert.deepEqual(started, { idTokenInfo: { status: 'Accepted' } });
    assert.equal(state('1/status'), 'preparing');
    assert.equal(state('1/transaction_active'), 'ON');
    assert.equal(state('transaction_id'), 'tx-1');
    await tell('Updated', 1, { info: { chargingState: 'Charging' } });
    assert.equal(state('1/status'), 'charging');
    assert.equal(state('status'), 'Charging');
    const cost = await tell('Updated', 2, register(3, 'Sample.Periodic', { unitOfMeasure: { unit: 'kWh' } }));
    assert.deepEqual(cost, { totalCost: 1 });
    assert.equal(state('1/energy'), '3');
    await tell('Updated', 3, { info: { chargingState: 'SuspendedEV' } });
    assert.equal(state('1/status'), 'suspended_ev');
    const ended = await tell('Ended', 4, {
      info: { stoppedReason: 'EVDisconnected' },
      ...register(5000, 'Transaction.End'),
    });
    assert.deepEqual(ended, { totalCost: 2 });
    assert.equal(state('1/transaction_active'), 'OFF');
    assert.equal(state('meter_stop'), '5000');
    assert.equal(state('reason'), 'EVDisconnected');
    const { start, end, energy, cost: whole, stop_reason, id_token } = session();
    assert.deepEqual(
      { start, end, energy, whole, stop_reason, id_token },
      {
        start: minute(0),
        end: minute(4),
        energy: 4,
        whole: 2,
        stop_reason: 'EVDisconnected',
        id_token: '04A3',
      },
    );
  });

  it('names its token when the cable came first', async () => {
    await tell('Started', 0, {
      evse,
      triggerReason: 'CablePluggedIn',
      info: { chargingState: 'EVConnected' },
    });
    assert.equal(session()['id_token'], undefined);
    const answer = await tell('Updated', 1, { idToken, triggerReason: 'Authorized' });
    assert.deepEqual(answer['idTokenInfo'], { status: 'Accepted' });
    assert.equal(session()['id_token'], '04A3');
  });

  it('is the running one also where later events name no EVSE', async () => {
    await tell('Started', 0, { evse: { id: 2, connectorId: 1 } });
    await tell('Updated', 1, { info: { chargingState: 'Charging' } });
    assert.equal(last()?.['evse'], 2);
    assert.equal(state('2/status'), 'charging');
  });

  it('takes connector 0 for the first', async () => {
    await tell('Started', 0, { evse: { id: 1, connectorId: 0 } });
    assert.equal(last()?.['connector'], 1);
    assert.deepEqual(last()?.['anomalies'], ['connector_zero']);
  });

  it('gives the stored answer to a message sent again, under whatever id', async () => {
    await tell('Started', 0, { evse, idToken });
    const before = test.outside.events.length;
    assert.deepEqual(await tell('Started', 0, { evse, idToken }), { idTokenInfo: { status: 'Accepted' } });
    assert.equal(test.outside.events.length, before);
  });

  it('keeps and flags another message of the same number', async () => {
    await tell('Started', 0, { evse });
    await tell('Ended', 0, { timestamp: minute(3) });
    assert.deepEqual(last()?.['anomalies'], ['seq_no_repeated']);
    assert.equal(state('1/transaction_active'), 'OFF');
  });

  it('tells of a gap, and takes what comes late as the past', async () => {
    await tell('Started', 0, { evse, info: { chargingState: 'Charging' } });
    await tell('Updated', 2, { info: { chargingState: 'SuspendedEVSE' } });
    assert.deepEqual(last()?.['anomalies'], ['seq_no_gap']);
    await tell('Updated', 1, { info: { chargingState: 'Charging' }, ...register(500, 'Sample.Periodic') });
    assert.deepEqual(last()?.['anomalies'], ['out_of_order']);
    assert.equal(last()?.['late'], true);
    assert.equal(state('1/status'), 'suspended_evse');
    await tell('Updated', 3);
    assert.equal(last()?.['anomalies'], undefined);
  });

  it('begins with the first event that comes, and learns of its start later', async () => {
    await tell('Updated', 1, { evse, ...register(700, 'Sample.Periodic') });
    assert.deepEqual(last()?.['flags'], ['missing_start']);
    assert.deepEqual(session()['flags'], ['missing_start']);
    await tell('Started', 0, { evse, idToken, ...register(600, 'Transaction.Begin') });
    assert.equal(last()?.['late'], true);
    assert.equal(session()['flags'], undefined);
    assert.equal(session()['start'], minute(0));
    assert.equal(session()['meter_start'], 0.6);
  });

  it('is an event and nothing more when it has ended or its EVSE is not known', async () => {
    await tell('Updated', 1);
    assert.deepEqual(last()?.['flags'], ['unknown_transaction']);
    await tell('Started', 0, { evse });
    await tell('Ended', 5);
    await tell('Updated', 2);
    assert.deepEqual(last()?.['flags'], ['already_stopped']);
    assert.equal(state('1/transaction_active'), 'OFF');
  });

  it('takes the place of one whose end was lost', async () => {
    await tell('Started', 0, { evse });
    await tell('Started', 1, { evse, info: { transactionId: 'tx-2' } });
    assert.equal(last()?.['replaces'], 'tx-1');
    assert.deepEqual([...station.session.station.transactions.keys()], ['tx-2']);
  });

  it('may have the id of an earlier one after a reboot', async () => {
    await tell('Started', 0, { evse });
    await tell('Ended', 1);
    await tell('Started', 0, { evse, timestamp: minute(30) });
    assert.equal(state('1/transaction_active'), 'ON');
    assert.equal(session()['start'], minute(30));
  });

  it('is never one of another station', async () => {
    await tell('Started', 0, { evse });
    const first = number;
    station = test.connect(`T${++number}`, 'ocpp2.0.1');
    await tell('Ended', 1, { evse });
    assert.equal(test.outside.state.get(`T${first}/1/transaction_active`), 'ON');
  });

  it('counts multipliers, and knows signed values', async () => {
    await tell('Started', 0, {
      evse,
      ...register(12345, 'Transaction.Begin', {
        unitOfMeasure: { unit: 'kWh', multiplier: -3 },
        signedMeterValue: {
          signedMeterData: 'T0NNRg==',
          signingMethod: '',
          encodingMethod: 'OCMF',
          publicKey: '',
        },
      }),
    });
    assert.equal(session()['meter_start'], 12.345);
    assert.equal(session()['signed'], 'start');
  });

  it('without a trigger, or with a value as text, is not lost', async () => {
    const event = {
      eventType: 'Started',
      seqNo: 0,
      timestamp: minute(0),
      transactionInfo: { transactionId: 'tx-1' },
      evse,
      meterValue: [{ timestamp: minute(0), sampledValue: [{ value: ' 42 ' }] }],
    };
    const [type] = await station.call('TransactionEvent', event);
    assert.equal(type, 3);
    assert.deepEqual(last()?.['anomalies'], ['value_is_a_text', 'trigger_reason_missing']);
    assert.equal(state('1/energy'), '0.042');
  });

  it('says the reservation it used', async () => {
    await tell('Started', 0, { evse, reservationId: 12 });
    assert.equal(state('reservation_id'), '12');
  });

  it('is the same after a restart of the gateway', async () => {
    await tell('Started', 0, { evse, idToken, info: { chargingState: 'Charging' } });
    await tell('Updated', 3, register(800, 'Sample.Periodic'));
    const before = new Map(test.outside.state);
    await test.restart();
    for (const key of ['1/status', '1/energy', '1/transaction_active', 'transaction_id', '1/(session)'])
      assert.equal(state(key), before.get(`T${number}/${key}`), key);
    station = test.connect(`T${number}`, 'ocpp2.0.1');
    await tell('Updated', 1);
    assert.deepEqual(last()?.['anomalies'], ['out_of_order']);
    const events = test.outside.events.length;
    await tell('Started', 0, { evse, idToken, info: { chargingState: 'Charging' } });
    assert.equal(test.outside.events.length, events);
  });
});
