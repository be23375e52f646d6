import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  createTestCsms,
  type PublishedEvent,
  type TestCsms,
  type TestStation,
} from '../../../test/support/csms.ts';

/** What real stations send beside the specification, one test each; named after what they do. */

describe('tolerated', () => {
  let test: TestCsms;
  let station: TestStation;
  let count = 0;

  before(async () => {
    test = await createTestCsms();
  });
  after(() => test.close());

  /** A station of its own for each test. */
  function fresh(): TestStation {
    station = test.connect(`Q${++count}`);
    return station;
  }
  const state = (key: string): string | undefined => test.outside.state.get(`Q${count}/${key}`);
  const last = (): PublishedEvent | undefined => test.outside.events.at(-1);
  const anomalies = (): unknown => last()?.['anomalies'];
  const meter = (sampledValue: unknown, more: object = {}): object => ({
    connectorId: 1,
    meterValue: [{ timestamp: '2026-11-22T10:00:00Z', sampledValue }],
    ...more,
  });
  const start = (more: object = {}): object => ({
    connectorId: 1,
    idTag: 'T',
    meterStart: 100,
    timestamp: '2026-11-22T09:59:00Z',
    ...more,
  });
  async function accepted(action: string, payload: unknown, id?: string): Promise<Record<string, unknown>> {
    const answer = await station.call(action, payload, id);
    assert.equal(answer[0], 3, JSON.stringify(answer));
    return answer[2] as Record<string, unknown>;
  }

  it('no BootNotification after a reconnect: online at once', async () => {
    fresh();
    await accepted('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' });
    assert.equal(state('(availability)'), 'online');
    assert.equal(state('1/charging'), 'ON');
  });

  it('message ids that restart: the same id with another text is another message', async () => {
    fresh();
    await accepted('MeterValues', meter([{ value: '1' }]), '1');
    await accepted('MeterValues', meter([{ value: '2' }]), '1');
    assert.equal(state('1/energy'), '0.002');
  });

  it('a CALL sent again while it is being answered is answered for each and counted once', async () => {
    fresh();
    const text = JSON.stringify([2, 'same', 'StartTransaction', start()]);
    station.send(text);
    station.send(text);
    const first = await station.next();
    const second = await station.next();
    assert.deepEqual(second, first);
    await accepted('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' });
    const mine = test.outside.events.filter(
      (event) => event['station'] === `Q${count}` && event.kind === 'transaction',
    );
    assert.equal(mine.length, 1);
  });

  it('broken JSON: an event with the raw text, no answer, the connection stays', async () => {
    fresh();
    station.send('[2,"1","MeterValues",{"transactionId":,"meterValue":[]}]');
    await accepted('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    const invalid = test.outside.events.at(-2);
    assert.equal(invalid?.event, 'invalid');
    assert.match(String(invalid?.['raw']), /"transactionId":,/);
    assert.equal(station.frames.length, 1);
  });

  it('null as an empty payload', async () => {
    fresh();
    assert.ok((await accepted('Heartbeat', null))['currentTime']);
  });

  it('serial numbers beyond 25 characters', async () => {
    fresh();
    const boot = { chargePointVendor: 'V', chargePointModel: 'M', chargePointSerialNumber: 's'.repeat(34) };
    assert.equal((await accepted('BootNotification', boot))['status'], 'Accepted');
    assert.equal(state('charge_point_serial_number'), 's'.repeat(34));
    assert.deepEqual(anomalies(), ['long_charge_point_serial_number']);
  });

  it('an empty vendor', async () => {
    fresh();
    const answer = await accepted('BootNotification', { chargePointVendor: '', chargePointModel: 'M' });
    assert.equal(answer['status'], 'Accepted');
  });

  it('empty texts in optional boot fields are absent', async () => {
    fresh();
    await accepted('BootNotification', {
      chargePointVendor: 'V',
      chargePointModel: 'M',
      iccid: '',
      imsi: 'null',
    });
    assert.equal(state('iccid'), undefined);
    assert.equal(state('imsi'), undefined);
  });

  it('an info longer than 50 characters', async () => {
    fresh();
    const info = 'User did not disconnect the vehicle within 00:10:00 minutes after charging has ended.';
    await accepted('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Finishing', info });
    assert.equal(state('info'), info);
    assert.deepEqual(anomalies(), ['long_info']);
  });

  it('an errorCode outside the enumeration', async () => {
    fresh();
    await accepted('StatusNotification', { connectorId: 1, errorCode: 'Error', status: 'Available' });
    assert.equal(state('1/problem'), 'ON');
    assert.deepEqual(anomalies(), ['unknown_error_code']);
  });

  it('"null" as info and 0x0000 as vendorErrorCode', async () => {
    fresh();
    const more = { info: 'null', vendorErrorCode: '0x0000' };
    await accepted('StatusNotification', {
      connectorId: 1,
      errorCode: 'NoError',
      status: 'Available',
      ...more,
    });
    assert.equal(state('info'), undefined);
    assert.equal(state('vendor_error_code'), '0x0000');
  });

  it('Faulted with the errorCode NoError', async () => {
    fresh();
    await accepted('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Faulted' });
    assert.equal(state('1/problem'), 'ON');
  });

  it('meter values of connector 0 are the station’s own', async () => {
    fresh();
    await accepted('MeterValues', {
      ...meter([{ value: '5', measurand: 'Power.Active.Import', unit: 'kW' }]),
      connectorId: 0,
    });
    assert.equal(state('power'), '5000');
    assert.equal(state('1/power'), undefined);
  });

  for (const [name, timestamp, anomaly] of [
    ['no zone designator', '2023-10-19T15:28:07', 'timestamp_without_zone'],
    ['a zone of two digits', '2023-10-19T15:28:07+02', 'timestamp_short_offset'],
    ['an impossible date', '2022-02-29T07:02:33.000Z', 'timestamp_invalid'],
  ] as const)
    it(`a timestamp with ${name}`, async () => {
      fresh();
      const payload = meter([{ value: '7' }]);
      await accepted('MeterValues', {
        ...payload,
        meterValue: [{ timestamp, sampledValue: [{ value: '7' }] }],
      });
      assert.equal(state('1/energy'), '0.007');
      assert.ok((anomalies() as string[]).includes(anomaly), JSON.stringify(anomalies()));
    });

  it('six fractional digits and times before the clock was set', async () => {
    fresh();
    for (const timestamp of ['2026-11-22T09:00:00.123456Z', '1970-01-01T00:42:56Z']) {
      await accepted('StartTransaction', start({ timestamp }));
      assert.equal(anomalies(), undefined);
    }
  });

  it('transactionId 0 or -1 in meter values: attributed by connector to the open transaction', async () => {
    fresh();
    const { transactionId } = await accepted('StartTransaction', start());
    for (const wrong of [0, -1, 99]) {
      await accepted('MeterValues', meter([{ value: '200' }], { transactionId: wrong }));
      assert.equal(last()?.['transaction'], String(transactionId));
      assert.deepEqual(anomalies(), ['unknown_transaction']);
    }
  });

  it('meter values without transactionId while charging: attributed by connector', async () => {
    fresh();
    const { transactionId } = await accepted('StartTransaction', start());
    await accepted('MeterValues', meter([{ value: '300' }]));
    assert.equal(last()?.['transaction'], String(transactionId));
  });

  it('-1 in StopTransaction for a transaction started offline: matched by token and meter', async () => {
    fresh();
    const { transactionId } = await accepted('StartTransaction', start());
    const stop = { transactionId: -1, idTag: 'T', meterStop: 500, timestamp: '2026-11-22T11:00:00Z' };
    await accepted('StopTransaction', stop);
    assert.equal(last()?.['transaction'], String(transactionId));
    assert.deepEqual(last()?.['flags'], ['matched_by_meter']);
    assert.equal(state('1/transaction_active'), 'OFF');
  });

  it('only StopTransaction arrives: an event flagged unknown_transaction', async () => {
    fresh();
    await accepted('StopTransaction', {
      transactionId: 5,
      meterStop: 500,
      timestamp: '2026-11-22T11:00:00Z',
    });
    assert.deepEqual(last()?.['flags'], ['unknown_transaction']);
  });

  it('StopTransaction twice with other contents: the first stays', async () => {
    fresh();
    const { transactionId } = await accepted('StartTransaction', start());
    await accepted('StopTransaction', { transactionId, meterStop: 500, timestamp: '2026-11-22T11:00:00Z' });
    await accepted('StopTransaction', { transactionId, meterStop: 900, timestamp: '2026-11-22T12:00:00Z' });
    assert.deepEqual(last()?.['flags'], ['already_stopped']);
    assert.equal(state('meter_stop'), '500');
  });

  it('a second start without a stop: the first transaction is closed with a flag', async () => {
    fresh();
    const first = await accepted('StartTransaction', start());
    const second = await accepted(
      'StartTransaction',
      start({ timestamp: '2026-11-22T10:30:00Z', meterStart: 400 }),
    );
    assert.notEqual(second['transactionId'], first['transactionId']);
    assert.equal(last()?.['replaces'], String(first['transactionId']));
    assert.equal(station.session.station.transactions.size, 1);
  });

  it('reservationId 0 means none', async () => {
    fresh();
    await accepted('StartTransaction', start({ reservationId: 0 }));
    assert.equal(state('reservation_id'), undefined);
  });

  it('odd id tags', async () => {
    fresh();
    for (const idTag of ['#FreeCharging', 'VID:001122334455', '20:69:C0:21']) {
      const { idTagInfo } = await accepted('Authorize', { idTag });
      assert.deepEqual(idTagInfo, { status: 'Accepted' });
    }
  });

  it('numbers instead of texts as value', async () => {
    fresh();
    await accepted(
      'MeterValues',
      meter([{ value: 604.213 }, { value: 10, measurand: 'Current.Import', unit: 'A' }]),
    );
    assert.equal(state('energy_active_import_register'), '604.213');
    assert.equal(state('1/current'), '10');
    assert.deepEqual(anomalies(), ['value_is_a_number']);
  });

  it('leading spaces in numbers', async () => {
    fresh();
    await accepted('MeterValues', meter([{ value: ' 1.7', measurand: 'Power.Active.Import', unit: 'kW' }]));
    assert.equal(state('1/power'), '1700');
  });

  it('meterValue as an object', async () => {
    fresh();
    const entry = { timestamp: '2026-11-22T10:00:00Z', sampledValue: [{ value: '42' }] };
    await accepted('MeterValues', { connectorId: 1, meterValue: entry });
    assert.equal(state('1/energy'), '0.042');
  });

  it('an empty sampledValue', async () => {
    fresh();
    await accepted('MeterValues', meter([]));
    assert.equal(last()?.kind, 'meter');
  });

  it('units beside the enumeration: Hz, C, Celsius and Celcius', async () => {
    fresh();
    const sample = (measurand: string, value: string, unit: string): object => ({ measurand, value, unit });
    await accepted(
      'MeterValues',
      meter([sample('Frequency', '50.02', 'Hz'), sample('Temperature', '31', 'C')]),
    );
    assert.equal(state('1/frequency'), '50.02');
    assert.equal(state('1/temperature'), '31');
    for (const unit of ['Celsius', 'Celcius']) {
      await accepted('MeterValues', meter([sample('Temperature', '32', unit)]));
      assert.equal(anomalies(), undefined);
    }
  });

  it('a measurand outside the enumeration and a sample beyond reading do not lose the rest', async () => {
    fresh();
    await accepted(
      'MeterValues',
      meter([
        { value: '1', measurand: 'Request.Energy' },
        { value: 'n/a' },
        7,
        { measurand: 'Voltage', value: '231' },
      ]),
    );
    assert.equal(state('1/voltage'), '231');
    assert.deepEqual(anomalies(), ['sample_dropped', 'unknown_measurand', 'value_not_a_number']);
  });

  it('no measurand and no unit: Energy.Active.Import.Register in Wh', async () => {
    fresh();
    await accepted('MeterValues', meter([{ value: '12345' }]));
    assert.equal(state('1/energy'), '12.345');
  });

  it('kW and Wh mixed in one message', async () => {
    fresh();
    await accepted(
      'MeterValues',
      meter([
        { value: '7.2', measurand: 'Power.Active.Import', unit: 'kW' },
        { value: '1500', measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      ]),
    );
    assert.equal(state('1/power'), '7200');
    assert.equal(state('power_active_import'), '7200');
    assert.equal(state('1/energy'), '1.5');
  });

  it('several contexts of one measurand: Transaction.Begin does not hide the periodic one', async () => {
    fresh();
    await accepted(
      'MeterValues',
      meter([
        { value: '678', context: 'Sample.Periodic' },
        { value: '0', context: 'Transaction.Begin' },
      ]),
    );
    assert.equal(state('1/energy'), '0.678');
  });

  it('phases: power is the sum, current the largest, voltage the mean', async () => {
    fresh();
    const phases = (measurand: string, values: number[], unit: string, suffix = ''): object[] =>
      values.map((value, index) => ({
        measurand,
        value: String(value),
        phase: `L${index + 1}${suffix}`,
        unit,
      }));
    await accepted(
      'MeterValues',
      meter([
        ...phases('Power.Active.Import', [1000, 1100, 1200], 'W'),
        ...phases('Current.Import', [5, 6, 4], 'A', '-N'),
        ...phases('Voltage', [229, 230, 234], 'V', '-N'),
      ]),
    );
    assert.equal(state('1/power'), '3300');
    assert.equal(state('1/current'), '6');
    assert.equal(state('1/voltage'), '231');
    assert.equal(state('1/current_l2'), '6');
    assert.equal(state('voltage'), '231');
  });

  it('signed data is no number and is kept in the event', async () => {
    fresh();
    const { transactionId } = await accepted('StartTransaction', start());
    const value = JSON.stringify({ signedMeterData: 'x'.repeat(1500) });
    const transactionData = [
      {
        timestamp: '2026-11-22T11:00:00Z',
        sampledValue: [{ value, format: 'SignedData', context: 'Transaction.End' }],
      },
    ];
    await accepted('StopTransaction', {
      transactionId,
      meterStop: 500,
      timestamp: '2026-11-22T11:00:00Z',
      transactionData,
    });
    assert.equal(JSON.parse(state('1/(session)') ?? '{}').signed, 'end');
    assert.ok(test.outside.eventTexts.at(-1)?.includes('x'.repeat(1500)));
  });

  it('the register never goes back to 0', async () => {
    fresh();
    await accepted('MeterValues', meter([{ value: '5000' }]));
    await accepted('MeterValues', meter([{ value: '0' }]));
    assert.equal(state('1/energy'), '5');
  });

  it('a burst of CALLs before the first answer', async () => {
    fresh();
    for (let index = 0; index < 20; index++)
      station.send(JSON.stringify([2, `b${index}`, 'MeterValues', meter([{ value: String(index) }])]));
    for (let index = 0; index < 20; index++) assert.equal((await station.next())[1], `b${index}`);
  });

  it('crossing CALLs: ours is open while the station sends its own', async () => {
    fresh();
    const outcome = station.session.call({
      action: 'RemoteStartTransaction',
      payload: { idTag: 'T' },
      timeoutMs: 1000,
      expiresAt: Infinity,
    });
    const call = await station.next();
    await accepted('Authorize', { idTag: 'T' });
    station.send(JSON.stringify([3, call[1], { status: 'Accepted' }]));
    assert.deepEqual(await outcome, { type: 'result', payload: { status: 'Accepted' } });
  });

  it('other CALLs while the registration is pending get SecurityError', async () => {
    fresh();
    test.csms.registry.set(station.session.station, { registration: 'pending' });
    assert.equal(
      (await accepted('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }))['status'],
      'Pending',
    );
    const answer = await station.call('StartTransaction', start());
    assert.equal(answer[2], 'SecurityError');
    assert.equal(last()?.kind, 'other');
  });
});
