import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestCsms, type TestCsms, type TestStation } from '../../test/support/csms.ts';

const boot = { chargePointVendor: 'Vendor', chargePointModel: 'Model' };
const start = { connectorId: 1, idTag: 'TAG1', meterStart: 1000, timestamp: '2026-11-22T09:59:00Z' };

function energy(value: string, more: object = {}): object {
  return {
    connectorId: 1,
    meterValue: [{ timestamp: '2026-11-22T10:00:00Z', sampledValue: [{ value }] }],
    ...more,
  };
}

describe('a 1.6 station at the CSMS', () => {
  let test: TestCsms;
  let station: TestStation;

  before(async () => {
    test = await createTestCsms({ pricePerKwh: 0.5 });
    station = test.connect('CP1');
  });
  after(() => test.close());

  it('is accepted, with a time without fractions', async () => {
    const answer = await station.call('BootNotification', boot);
    assert.deepEqual(answer[2], { status: 'Accepted', currentTime: '2026-11-22T10:00:00Z', interval: 300 });
    assert.equal(test.outside.state.get('CP1/(availability)'), 'online');
    assert.equal(test.outside.state.get('CP1/charge_point_vendor'), 'Vendor');
    assert.equal(test.outside.state.get('CP1/last_boot'), '2026-11-22T10:00:00Z');
  });

  it('publishes an event for each message, with seq without gaps and the payloads as sent', () => {
    const kinds = test.outside.events.map(({ kind, event }) => `${kind}/${event}`);
    assert.deepEqual(kinds, ['connection/connected', 'boot/accepted']);
    assert.deepEqual(
      test.outside.events.map(({ seq }) => seq),
      [1, 2],
    );
    const ocpp = test.outside.events[1]?.['ocpp'] as { request: unknown; action: string };
    assert.deepEqual(ocpp.request, boot);
    assert.equal(ocpp.action, 'BootNotification');
  });

  it('has no event for a Heartbeat', async () => {
    const events = test.outside.events.length;
    await station.call('Heartbeat', {});
    assert.equal(test.outside.events.length, events);
    assert.equal(test.outside.state.get('CP1/heartbeat'), 'ON');
  });

  it('shows its status in neutral and in compatible words', async () => {
    await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'SuspendedEV' });
    assert.equal(test.outside.state.get('CP1/1/status'), 'suspended_ev');
    assert.equal(test.outside.state.get('CP1/1/plugged'), 'ON');
    assert.equal(test.outside.state.get('CP1/status'), 'SuspendedEV');
    await station.call('StatusNotification', { connectorId: 0, errorCode: 'NoError', status: 'Available' });
    assert.equal(test.outside.state.get('CP1/station_status'), 'available');
    assert.equal(test.outside.state.get('CP1/status'), 'SuspendedEV');
  });

  it('meters a transaction from start to stop', async () => {
    const [, , started] = await station.call('StartTransaction', start);
    const { transactionId, idTagInfo } = started as { transactionId: number; idTagInfo: { status: string } };
    assert.equal(idTagInfo.status, 'Accepted');
    assert.ok(transactionId > 0);
    assert.equal(test.outside.state.get('CP1/1/transaction_active'), 'ON');
    await station.call('MeterValues', energy('3500.5', { transactionId }));
    assert.equal(test.outside.state.get('CP1/1/energy'), '3.5005');
    assert.equal(test.outside.state.get('CP1/energy_active_import_register'), '3500.5');
    const stop = { transactionId, meterStop: 5000, timestamp: '2026-11-22T11:00:00Z', idTag: 'TAG1' };
    const [, , stopped] = await station.call('StopTransaction', stop);
    assert.deepEqual(stopped, { idTagInfo: { status: 'Accepted' } });
    const session = JSON.parse(test.outside.state.get('CP1/1/(session)') ?? '') as Record<string, unknown>;
    assert.equal(session['energy'], 4);
    assert.equal(session['cost'], 2);
    assert.equal(session['stop_reason'], 'Local');
    assert.equal(test.outside.state.get('CP1/meter_diff'), '4000');
    assert.equal(test.outside.state.get('CP1/1/transaction_active'), 'OFF');
  });

  it('gets the stored answer for a transaction message sent again, whatever its id', async () => {
    const events = test.outside.events.length;
    const again = { ...start, timestamp: '2026-11-22T09:58:00Z' };
    const [, , first] = await station.call('StartTransaction', again, 'a');
    const [, , second] = await station.call('StartTransaction', again, 'b');
    const [, , third] = await station.call('StartTransaction', again, 'a');
    assert.deepEqual(second, first);
    assert.deepEqual(third, first);
    assert.equal(test.outside.events.length, events + 1);
  });

  it('is told of its mistakes by the codes of 1.6, and the next message is not disturbed', async () => {
    const [, , missing] = await station.call('StatusNotification', { connectorId: 1, status: 'Available' });
    assert.equal(missing, 'ProtocolError');
    const [, , wrongType] = await station.call('Authorize', { idTag: 5 });
    assert.equal(wrongType, 'TypeConstraintViolation');
    const [, , tooLong] = await station.call('Authorize', { idTag: 'x'.repeat(21) });
    assert.equal(tooLong, 'PropertyConstraintViolation');
    const [, , extra] = await station.call('Authorize', { idTag: 'x', more: 1 });
    assert.equal(extra, 'FormationViolation');
    const [, , unknown] = await station.call('Nonsense', {});
    assert.equal(unknown, 'NotImplemented');
    const [, , direction] = await station.call('Reset', { type: 'Hard' });
    assert.equal(direction, 'NotSupported');
    const last = test.outside.events.at(-2);
    assert.equal(`${last?.kind}/${last?.event}`, 'other/invalid');
    const [type] = await station.call('Heartbeat', {});
    assert.equal(type, 3);
  });

  it('is known again after a crash: transactions, states, seq, answers', async () => {
    const { events } = test.outside;
    const state = new Map(test.outside.state);
    const seq = events.at(-1)?.seq ?? 0;
    await test.restart();
    for (const key of ['CP1/1/energy', 'CP1/1/transaction_active', 'CP1/1/status', 'CP1/meter_diff'])
      assert.equal(test.outside.state.get(key), state.get(key), key);
    assert.equal(test.outside.state.get('CP1/(availability)'), 'offline');
    const again = test.connect('cp1');
    assert.equal(again.session.station.id, 'CP1');
    const before = events.length;
    const [, , answer] = await again.call('StartTransaction', {
      ...start,
      timestamp: '2026-11-22T09:58:00Z',
    });
    assert.equal(
      String((answer as { transactionId: number }).transactionId),
      events.findLast((e) => e.kind === 'transaction')?.['transaction'],
    );
    assert.equal(events.slice(before).filter(({ kind }) => kind === 'transaction').length, 0);
    await again.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' });
    assert.deepEqual(
      events.slice(-3).map(({ event, seq: at }) => [event, at - seq]),
      [
        ['disconnected', 1],
        ['connected', 2],
        ['changed', 3],
      ],
    );
  });
});

describe('a transaction', () => {
  it('of one station cannot be stopped by another', async () => {
    const test = await createTestCsms();
    try {
      const one = test.connect('ONE');
      const two = test.connect('TWO');
      const [, , started] = await one.call('StartTransaction', start);
      const { transactionId } = started as { transactionId: number };
      const stop = { transactionId, meterStop: 2000, timestamp: '2026-11-22T11:00:00Z' };
      await two.call('StopTransaction', stop);
      assert.equal(test.outside.state.get('ONE/1/transaction_active'), 'ON');
      assert.deepEqual(test.outside.events.at(-1)?.['flags'], ['unknown_transaction']);
      await one.call('StopTransaction', stop);
      assert.equal(test.outside.state.get('ONE/1/transaction_active'), 'OFF');
    } finally {
      await test.close();
    }
  });

  it('is refused to a card that is not on the list, and recorded all the same', async () => {
    const test = await createTestCsms({ authorizedTokens: ['Good'] });
    try {
      const station = test.connect('CP1');
      const [, , authorized] = await station.call('Authorize', { idTag: 'GOOD' });
      assert.deepEqual(authorized, { idTagInfo: { status: 'Accepted' } });
      const [, , refused] = await station.call('Authorize', { idTag: 'Bad' });
      assert.deepEqual(refused, { idTagInfo: { status: 'Blocked' } });
      assert.equal(test.outside.state.get('CP1/authorize'), 'Blocked');
      const [, , started] = await station.call('StartTransaction', { ...start, idTag: 'Bad' });
      assert.equal((started as { idTagInfo: { status: string } }).idTagInfo.status, 'Blocked');
      assert.equal(test.outside.state.get('CP1/1/transaction_active'), 'ON');
    } finally {
      await test.close();
    }
  });
});

describe('an outside decision', () => {
  const asked = { authorization: 'external', askFallback: 'reject' } as const;

  it('is asked for Authorize and StartTransaction alike, and counts', async () => {
    const test = await createTestCsms(asked);
    try {
      test.outside.answerQuestion = () => ({ idTagInfo: { status: 'Expired' } });
      const station = test.connect('CP1');
      const [, , authorized] = await station.call('Authorize', { idTag: 'T' });
      assert.deepEqual(authorized, { idTagInfo: { status: 'Expired' } });
      const [, , started] = await station.call('StartTransaction', {
        ...start,
        timestamp: '2026-11-22T10:00:00Z',
      });
      assert.equal((started as { idTagInfo: { status: string } }).idTagInfo.status, 'Expired');
      assert.deepEqual(
        test.outside.questions.map(({ action, request, evse }) => [action, request, evse]),
        [
          ['Authorize', { idTag: 'T' }, null],
          ['Authorize', { idTag: 'TAG1' }, 1],
        ],
      );
    } finally {
      await test.close();
    }
  });

  it('that does not come, or is no valid answer, gives the fallback', async () => {
    const test = await createTestCsms(asked);
    try {
      const station = test.connect('CP1');
      for (const given of [null, { status: 'Accepted' }, 'yes']) {
        test.outside.answerQuestion = () => given;
        const [, , authorized] = await station.call('Authorize', { idTag: 'T' });
        assert.deepEqual(authorized, { idTagInfo: { status: 'Blocked' } });
      }
    } finally {
      await test.close();
    }
  });

  it('is not asked about a start of long ago: accepted and flagged', async () => {
    const test = await createTestCsms(asked);
    try {
      const station = test.connect('CP1');
      const [, , started] = await station.call('StartTransaction', {
        ...start,
        timestamp: '2026-11-22T08:00:00Z',
      });
      assert.equal((started as { idTagInfo: { status: string } }).idTagInfo.status, 'Accepted');
      assert.deepEqual(test.outside.events.at(-1)?.['anomalies'], ['authorization_not_asked']);
      assert.equal(test.outside.questions.length, 0);
    } finally {
      await test.close();
    }
  });
});
