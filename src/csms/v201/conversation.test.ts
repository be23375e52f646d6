import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { CsmsOptions } from '../core.ts';
import type { OcppVersion } from '../../ocpp/version.ts';
import { createTestCsms, type TestCsms, type TestStation } from '../../../test/support/csms.ts';

const timestamp = '2026-11-22T10:00:00Z';
const boot = { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M', serialNumber: 'S' } };
const report = { requestId: 1, generatedAt: timestamp, seqNo: 0 };

describe('a station of OCPP 2.x', () => {
  let test: TestCsms;
  let station: TestStation;

  afterEach(() => test.close());

  async function meet(
    version: OcppVersion | null = 'ocpp2.0.1',
    options: Partial<CsmsOptions> = {},
  ): Promise<void> {
    test = await createTestCsms(options);
    station = test.connect('A', version);
  }

  const state = (key: string): string | undefined => test.outside.state.get(`A/${key}`);
  const last = () => test.outside.events.at(-1);

  async function answerTo(action: string, payload: object): Promise<Record<string, unknown>> {
    const answer = await station.call(action, payload);
    assert.equal(answer[0], 3, JSON.stringify(answer));
    return answer[2] as Record<string, unknown>;
  }

  it('boots', async () => {
    await meet('ocpp2.1');
    assert.deepEqual(await answerTo('BootNotification', boot), {
      currentTime: timestamp,
      interval: 300,
      status: 'Accepted',
    });
    assert.equal(last()?.event, 'accepted');
    assert.equal(state('charge_point_vendor'), 'V');
    assert.equal(state('charge_point_serial_number'), 'S');
    assert.equal(state('ocpp_version'), 'ocpp2.1');
  });

  it('is heard only about what was asked for while it is pending', async () => {
    await meet();
    test.csms.registry.set(station.session.station, { registration: 'pending' });
    assert.equal((await answerTo('BootNotification', boot))['status'], 'Pending');
    assert.equal((await station.call('NotifyReport', report))[2], 'SecurityError');
    void station.session.call({
      action: 'GetBaseReport',
      payload: { requestId: 1, reportBase: 'FullInventory' },
      timeoutMs: 1000,
      expiresAt: Infinity,
    });
    await station.next();
    await answerTo('NotifyReport', report);
    assert.equal((await station.call('Heartbeat', {}))[2], 'SecurityError');
  });

  it('is not heard while it is rejected', async () => {
    await meet();
    test.csms.registry.set(station.session.station, { registration: 'rejected' });
    assert.equal((await answerTo('BootNotification', boot))['status'], 'Rejected');
    assert.equal((await station.call('NotifyReport', report))[2], 'SecurityError');
  });

  it('is understood without an agreed version when its first message is a boot', async () => {
    await meet(null);
    const answers = [
      station.call('BootNotification', boot),
      station.call('StatusNotification', {
        timestamp,
        connectorStatus: 'Occupied',
        evseId: 1,
        connectorId: 1,
      }),
    ];
    const [first = [], second = []] = await Promise.all(answers);
    assert.equal((first[2] as { status: string }).status, 'Accepted');
    assert.deepEqual(second[2], {});
    assert.equal(station.session.version, 'ocpp2.0.1');
    assert.equal(state('ocpp_version'), 'ocpp2.0.1');
    assert.equal(state('1/status'), 'occupied');
  });

  it('is taken for 1.6 without an agreed version when its first message is another', async () => {
    await meet(null);
    await answerTo('Heartbeat', {});
    assert.equal((await station.call('BootNotification', boot))[0], 4);
    assert.equal(station.session.version, 'ocpp1.6');
  });

  const authorize = async (idToken: string, type: string, more = {}): Promise<Record<string, unknown>> =>
    answerTo('Authorize', { idToken: { idToken, type }, ...more });

  it('asks whether a token may charge', async () => {
    await meet('ocpp2.0.1', { authorizedTokens: ['Known'], authorization: 'list' });
    test.csms.authorization.add({
      idToken: 'member',
      status: 'Accepted',
      groupIdToken: 'fleet',
      expiresAt: '2099-01-01T00:00:00Z',
    });
    test.csms.authorization.add({
      idToken: 'old',
      status: 'Accepted',
      expiresAt: '2020-01-01T00:00:00Z',
    });
    test.csms.authorization.add({ idToken: 'bad', status: 'Blocked' });
    const statusOf = async (idToken: string, type = 'ISO14443') =>
      ((await authorize(idToken, type))['idTokenInfo'] as { status: string }).status;
    assert.equal(await statusOf('kNOWN'), 'Accepted');
    assert.equal(state('authorize'), 'Accepted');
    assert.equal(await statusOf('stranger'), 'Unknown');
    assert.equal(state('authorize'), 'Blocked');
    assert.equal(await statusOf('1234', 'KeyCode'), 'Invalid');
    assert.equal(await statusOf('old'), 'Expired');
    assert.equal(await statusOf('bad'), 'Blocked');
    assert.equal(await statusOf('', 'NoAuthorization'), 'Accepted');
    assert.deepEqual(await authorize('member', 'Central'), {
      idTokenInfo: {
        status: 'Accepted',
        cacheExpiryDateTime: '2099-01-01T00:00:00Z',
        groupIdToken: { idToken: 'fleet', type: 'Central' },
      },
    });
  });

  it('is told that nobody here can verify a contract certificate', async () => {
    await meet('ocpp2.1');
    assert.deepEqual(await authorize('DE-X', 'eMAID', { certificate: 'PEM' }), {
      idTokenInfo: { status: 'Invalid' },
      certificateStatus: 'CertChainError',
    });
  });

  it('gets what an outside decision says, of its certificates and its tokens alike', async () => {
    await meet('ocpp2.0.1', { delegate: ['Authorize', 'SignCertificate'] });
    test.outside.answerQuestion = ({ action }) =>
      action === 'Authorize'
        ? { idTokenInfo: { status: 'NoCredit' }, certificateStatus: 'Accepted' }
        : { status: 'Accepted' };
    const more = { certificate: 'PEM' };
    assert.equal((await authorize('DE-X', 'eMAID', more))['certificateStatus'], 'Accepted');
    assert.equal(last()?.['status'], 'NoCredit');
    assert.deepEqual(await answerTo('SignCertificate', { csr: 'C' }), { status: 'Accepted' });
    const event = {
      eventType: 'Started',
      timestamp,
      triggerReason: 'Authorized',
      seqNo: 0,
      transactionInfo: { transactionId: 'tx' },
      idToken: { idToken: 'T', type: 'Central' },
      evse: { id: 1 },
    };
    assert.deepEqual(await answerTo('TransactionEvent', event), { idTokenInfo: { status: 'NoCredit' } });
    assert.deepEqual(test.outside.questions.at(-1)?.request, { idToken: { idToken: 'T', type: 'Central' } });
  });

  it('sends streams that are never answered, not even when they are wrong', async () => {
    await meet('ocpp2.1');
    const stream = { id: 1, pending: 0, basetime: timestamp, data: [{ t: 0, v: '1' }] };
    station.send(JSON.stringify([6, 's1', 'NotifyPeriodicEventStream', stream]));
    station.send(JSON.stringify([6, 's2', 'NotifyPeriodicEventStream', { id: 1 }]));
    await answerTo('FirmwareStatusNotification', { status: 'Idle' });
    const [good, bad] = test.outside.events.slice(-3);
    assert.deepEqual(good?.['ocpp'], {
      version: 'ocpp2.1',
      action: 'NotifyPeriodicEventStream',
      request: stream,
    });
    assert.equal(bad?.event, 'invalid');
    assert.equal(station.frames.length, 1);
  });

  it('reports an answer of ours that it cannot use', async () => {
    await meet('ocpp2.1');
    station.send(JSON.stringify([5, 'm1', 'FormatViolation', 'no', {}]));
    await answerTo('FirmwareStatusNotification', { status: 'Idle' });
    assert.match(String(test.outside.events.at(-2)?.['reason']), /could not use our answer/);
    assert.equal(station.frames.length, 1);
  });

  it('has meter values of its EVSEs and its main meter', async () => {
    await meet();
    const meterValue = (value: number): object[] => [
      {
        timestamp,
        sampledValue: [
          { value, measurand: 'Power.Active.Import', unitOfMeasure: { unit: 'W', multiplier: 3 } },
        ],
      },
    ];
    await answerTo('MeterValues', { evseId: 0, meterValue: meterValue(1.1) });
    await answerTo('MeterValues', { evseId: 2, meterValue: meterValue(7.4) });
    assert.equal(state('power'), '1100');
    assert.equal(state('2/power'), '7400');
  });
});
