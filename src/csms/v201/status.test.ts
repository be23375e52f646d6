import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createTestCsms, type TestCsms, type TestStation } from '../../../test/support/csms.ts';

const timestamp = '2026-11-22T10:00:00Z';

describe('the status of an EVSE of OCPP 2.x', () => {
  let test: TestCsms;
  let station: TestStation;
  let number = 0;

  before(async () => {
    test = await createTestCsms();
  });
  after(() => test.close());
  beforeEach(() => {
    station = test.connect(`E${++number}`, 'ocpp2.1');
  });

  const state = (key: string): string | undefined => test.outside.state.get(`E${number}/${key}`);
  const last = () => test.outside.events.at(-1);

  async function connector(connectorStatus: string, evseId = 1, connectorId = 1): Promise<void> {
    const answer = await station.call('StatusNotification', {
      timestamp,
      connectorStatus,
      evseId,
      connectorId,
    });
    assert.deepEqual(answer[2], {});
  }

  let seqNo = 0;
  async function transaction(eventType: string, chargingState?: string, connectorId = 1): Promise<void> {
    if (eventType === 'Started') seqNo = 0;
    const answer = await station.call('TransactionEvent', {
      eventType,
      timestamp,
      triggerReason: 'ChargingStateChanged',
      seqNo: seqNo++,
      transactionInfo: { transactionId: 'tx', ...(chargingState !== undefined && { chargingState }) },
      evse: { id: 1, connectorId },
    });
    assert.equal(answer[0], 3);
  }

  async function notify(component: object, variable: string, actualValue: string, more = {}): Promise<void> {
    const eventData = [
      {
        eventId: 1,
        timestamp,
        trigger: 'Delta',
        actualValue,
        component,
        eventNotificationType: 'HardWiredNotification',
        variable: { name: variable },
        ...more,
      },
    ];
    const answer = await station.call('NotifyEvent', { generatedAt: timestamp, seqNo: 0, eventData });
    assert.deepEqual(answer[2], {});
  }

  it('follows the connector without a transaction', async () => {
    for (const [reported, status, as16] of [
      ['Available', 'available', 'Available'],
      ['Occupied', 'occupied', 'Preparing'],
      ['Reserved', 'reserved', 'Reserved'],
      ['Unavailable', 'unavailable', 'Unavailable'],
      ['Faulted', 'faulted', 'Faulted'],
    ] as const) {
      await connector(reported);
      assert.equal(state('1/status'), status);
      assert.equal(state('status'), as16);
    }
    assert.equal(state('error_code'), 'OtherError');
    assert.equal(state('1/problem'), 'ON');
  });

  it('follows the charging state while a transaction runs, and the connector again after it', async () => {
    await connector('Available');
    await connector('Occupied');
    assert.equal(state('1/plugged'), 'ON');
    for (const [charging, status] of [
      ['EVConnected', 'preparing'],
      ['Charging', 'charging'],
      ['SuspendedEV', 'suspended_ev'],
      ['SuspendedEVSE', 'suspended_evse'],
      ['Idle', 'occupied'],
    ] as const) {
      await transaction(charging === 'EVConnected' ? 'Started' : 'Updated', charging);
      assert.equal(state('1/status'), status);
    }
    await transaction('Updated', 'Charging');
    await transaction('Ended', 'EVConnected');
    assert.equal(state('1/status'), 'occupied');
    assert.equal(state('status'), 'Finishing');
    await connector('Available');
    assert.equal(state('1/status'), 'available');
    await connector('Occupied');
    assert.equal(state('status'), 'Preparing');
    const told = test.outside.live.filter(({ stationId }) => stationId === `E${number}`);
    assert.deepEqual(
      told.map(({ payload }) => payload.event_type),
      ['plugged', 'started', 'suspended', 'stopped', 'unplugged', 'plugged'],
    );
  });

  it('is available when the cable is out, whatever the transaction said last', async () => {
    await transaction('Started', 'Charging');
    await connector('Available');
    assert.equal(state('1/status'), 'available');
  });

  it('is faulted while its connector is', async () => {
    await transaction('Started', 'Charging');
    await connector('Faulted');
    assert.equal(state('1/status'), 'faulted');
    await connector('Occupied');
    assert.equal(state('1/status'), 'charging');
  });

  it('is that of the connector in use where there are several', async () => {
    await connector('Available', 1, 1);
    await connector('Available', 1, 2);
    await connector('Occupied', 1, 2);
    assert.equal(state('1/status'), 'occupied');
    await transaction('Started', 'Charging', 2);
    await connector('Unavailable', 1, 1);
    assert.equal(state('1/status'), 'charging');
    assert.equal(state('1.1/status'), 'unavailable');
  });

  it('of EVSE 0 is the station, connector 0 of an EVSE its first', async () => {
    await connector('Unavailable', 0, 0);
    assert.equal(state('station_status'), 'unavailable');
    await connector('Occupied', 2, 0);
    assert.equal(state('2/status'), 'occupied');
    assert.equal(last()?.['connector'], 1);
  });

  it('is told by NotifyEvent as well', async () => {
    const component = { name: 'Connector', evse: { id: 1, connectorId: 1 } };
    await notify(component, 'AvailabilityState', 'Occupied');
    assert.equal(state('1/status'), 'occupied');
    assert.equal(last()?.kind, 'status');
    assert.equal(last()?.['status'], 'occupied');
    await notify(component, 'Problem', 'true', { techCode: 'E17' });
    assert.equal(state('1/problem'), 'ON');
    assert.equal(state('vendor_error_code'), 'E17');
    await notify(component, 'Problem', 'false');
    assert.equal(state('1/problem'), 'OFF');
    assert.equal(state('1/status'), 'occupied');
    await notify({ name: 'ChargingStation' }, 'Problem', 'true');
    assert.equal(state('problem'), 'ON');
    await notify({ name: 'FiscalMetering' }, 'EnergyExport', '1');
    assert.equal(last()?.kind, 'report');
  });

  it('of a transaction alone is known without any report', async () => {
    await transaction('Started', 'Charging');
    await transaction('Ended');
    assert.equal(state('1/status'), 'unknown');
    await connector('Available');
    assert.equal(state('1/status'), 'available');
  });

  it('is the same after a restart of the gateway', async () => {
    await connector('Occupied');
    await transaction('Started', 'SuspendedEV');
    await test.restart();
    assert.equal(state('1/status'), 'suspended_ev');
    station = test.connect(`E${number}`, 'ocpp2.1');
    await transaction('Ended');
    assert.equal(state('1/status'), 'occupied');
  });

  it('with an id beyond any station is refused', async () => {
    const answer = await station.call('StatusNotification', {
      timestamp,
      connectorStatus: 'Available',
      evseId: 100_000,
      connectorId: 1,
    });
    assert.equal(answer[2], 'PropertyConstraintViolation');
  });
});
