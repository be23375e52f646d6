import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createTestCsms, type TestCsms, type TestStation } from '../../../test/support/csms.ts';

/** Which transaction a message belongs to: a mistake here is a wrong bill. */

describe('a message of a transaction', () => {
  let test: TestCsms;
  let station: TestStation;

  beforeEach(async () => {
    test = await createTestCsms();
    station = test.connect('CP1');
  });
  afterEach(() => test.close());

  const at = (): string => new Date((test.time.now += 60_000)).toISOString();
  const active = (): string | undefined => test.outside.state.get('CP1/1/transaction_active');
  const last = (): Record<string, unknown> => test.outside.events.at(-1) ?? {};

  async function start(meterStart: number, timestamp = at()): Promise<number> {
    const [, , response] = await station.call('StartTransaction', {
      connectorId: 1,
      idTag: 'TAG1',
      meterStart,
      timestamp,
    });
    return (response as { transactionId: number }).transactionId;
  }

  async function stop(transactionId: number, meterStop: number, idTag?: string): Promise<void> {
    await station.call('StopTransaction', {
      transactionId,
      meterStop,
      timestamp: at(),
      ...(idTag && { idTag }),
    });
  }

  async function meter(value: number, transactionId?: number): Promise<void> {
    await station.call('MeterValues', {
      connectorId: 1,
      ...(transactionId !== undefined && { transactionId }),
      meterValue: [{ timestamp: at(), sampledValue: [{ value: String(value) }] }],
    });
  }

  it('a late stop of an earlier transaction does not end the running one', async () => {
    const first = await start(1000);
    const second = await start(2000);
    await stop(first, 2000, 'TAG1');
    assert.equal(active(), 'ON');
    assert.deepEqual(last()['flags'], ['unknown_transaction']);
    await stop(second, 3000, 'TAG1');
    assert.equal(active(), 'OFF');
  });

  it('a stop with an id the station made up is matched by token and register', async () => {
    const id = await start(1000);
    await stop(-1, 900, 'TAG1');
    assert.equal(active(), 'ON');
    await stop(0, 3000, 'OTHER');
    assert.equal(active(), 'ON');
    await stop(-1, 3000, 'TAG1');
    assert.equal(active(), 'OFF');
    assert.equal(last()['transaction'], String(id));
    assert.deepEqual(last()['flags'], ['matched_by_meter']);
  });

  it('late meter values of the transaction that has just ended are not the next one’s', async () => {
    const first = await start(1000);
    await stop(first, 2000);
    await meter(1900, first);
    assert.equal(last()['transaction'], String(first));
    const second = await start(2000);
    await meter(1950, first);
    assert.equal(last()['transaction'], undefined);
    assert.deepEqual(last()['anomalies'], ['unknown_transaction']);
    assert.equal(test.outside.state.get('CP1/transaction_id'), String(second));
    await meter(2100, 0);
    assert.equal(last()['transaction'], String(second));
  });

  it('a start said again long after, when its transaction still runs, gets the same id', async () => {
    const timestamp = at();
    const id = await start(1000, timestamp);
    for (let value = 1000; value < 1200; value++) await meter(value, id);
    const events = test.outside.events.length;
    assert.equal(await start(1000, timestamp), id);
    assert.equal(test.outside.events.length, events);
    const another = await start(1000);
    assert.notEqual(another, id);
  });

  it('a start on connector 0 is one of EVSE 1', async () => {
    const start = { connectorId: 0, idTag: 'TAG1', meterStart: 5, timestamp: at() };
    await station.call('StartTransaction', start);
    assert.equal(active(), 'ON');
    assert.equal(last()['evse'], 1);
    assert.deepEqual(last()['anomalies'], ['connector_zero']);
  });

  it('a connector that no station has is refused', async () => {
    for (const connectorId of [-1, 1000, 4_000_000_000]) {
      const status = { connectorId, errorCode: 'NoError', status: 'Available' };
      assert.equal((await station.call('StatusNotification', status))[2], 'PropertyConstraintViolation');
    }
  });
});
