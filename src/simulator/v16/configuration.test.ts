import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAcceptedBench } from '../test-bench.ts';
import { createConfiguration } from './configuration.ts';
import { standardKeys } from './configuration-keys.ts';

const required =
  'AuthorizeRemoteTxRequests ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation ' +
  'GetConfigurationMaxKeys HeartbeatInterval LocalAuthorizeOffline LocalPreauthorize MeterValuesAlignedData ' +
  'MeterValuesSampledData MeterValueSampleInterval NumberOfConnectors ResetRetries StopTransactionOnEVSideDisconnect ' +
  'StopTransactionOnInvalidId StopTxnAlignedData StopTxnSampledData SupportedFeatureProfiles ' +
  'TransactionMessageAttempts TransactionMessageRetryInterval UnlockConnectorOnEVSideDisconnect LocalAuthListEnabled ' +
  'LocalAuthListMaxLength SendLocalListMaxLength ChargeProfileMaxStackLevel ChargingScheduleAllowedChargingRateUnit ' +
  'ChargingScheduleMaxPeriods MaxChargingProfilesInstalled';

test('every required key of the specification is there', () => {
  const keys = standardKeys({
    connectors: 2,
    phases: 3,
    meterInterval: 60,
    password: '',
    securityProfile: 0,
  });
  const names = new Set(keys.map(({ key }) => key));
  for (const key of required.split(' ')) assert.ok(names.has(key), key);
});

test('a change is judged by access, type, range and list', () => {
  const configuration = createConfiguration(
    standardKeys({ connectors: 2, phases: 3, meterInterval: 60, password: '', securityProfile: 0 }),
  );
  const cases: [string, string, string][] = [
    ['HeartbeatInterval', '120', 'Accepted'],
    ['heartbeatinterval', ' 60 ', 'Accepted'],
    ['HeartbeatInterval', '-1', 'Rejected'],
    ['HeartbeatInterval', '1.5', 'Rejected'],
    ['WebSocketPingInterval', '-5', 'Rejected'],
    ['NumberOfConnectors', '3', 'Rejected'],
    ['LocalPreauthorize', 'TRUE', 'Accepted'],
    ['LocalPreauthorize', 'yes', 'Rejected'],
    ['MeterValuesSampledData', 'Voltage, Current.Import.L1', 'Accepted'],
    ['MeterValuesSampledData', 'Voltage,Warp.Factor', 'Rejected'],
    ['StopTxnSampledData', '', 'Accepted'],
    ['ConnectorPhaseRotation', '0.RST,1.RTS', 'RebootRequired'],
    ['ConnectorPhaseRotation', '0.XYZ', 'Rejected'],
    ['NoSuchKey', '1', 'NotSupported'],
  ];
  for (const [key, value, status] of cases)
    assert.equal(configuration.change(key, value), status, `${key}=${value}`);
  assert.equal(configuration.text('MeterValuesSampledData'), 'Voltage,Current.Import.L1');
});

test('GetConfiguration lists everything but secrets, or the keys asked for and those it does not know', async (t) => {
  const { csms } = await buildAcceptedBench(t, { password: 'a-long-enough-secret' });
  const all = await csms.call('GetConfiguration', {});
  assert.ok((all.configurationKey?.length ?? 0) > 45);
  assert.equal(JSON.stringify(all).includes('secret'), false);
  const some = await csms.call('GetConfiguration', {
    key: ['NumberOfConnectors', 'Nonsense', 'AuthorizationKey'],
  });
  assert.deepEqual(some, {
    configurationKey: [{ key: 'NumberOfConnectors', readonly: true, value: '1' }],
    unknownKey: ['Nonsense', 'AuthorizationKey'],
  });
});

test('a shorter interval takes effect at once', async (t) => {
  const { csms, pass } = await buildAcceptedBench(t);
  await csms.call('ChangeConfiguration', { key: 'HeartbeatInterval', value: '10' });
  await pass(31);
  assert.equal(csms.all('Heartbeat').length, 3);
});

test('the security profile rises only to one the station is ready for', async (t) => {
  const { csms } = await buildAcceptedBench(t);
  const raise = (value: string) => csms.call('ChangeConfiguration', { key: 'SecurityProfile', value });
  assert.equal((await raise('1')).status, 'Rejected');
  assert.equal((await raise('3')).status, 'Rejected');
});

test('the local list follows full and differential updates', async (t) => {
  const { csms, station } = await buildAcceptedBench(t);
  const accepted = { idTagInfo: { status: 'Accepted' as const } };
  const send = async (
    listVersion: number,
    updateType: 'Full' | 'Differential',
    localAuthorizationList: object[],
  ) => {
    const update = {
      listVersion,
      updateType,
      localAuthorizationList: localAuthorizationList as { idTag: string }[],
    };
    return (await csms.call('SendLocalList', update)).status;
  };
  assert.deepEqual(await csms.call('GetLocalListVersion', {}), { listVersion: 0 });
  assert.equal(
    await send(5, 'Full', [
      { idTag: 'A', ...accepted },
      { idTag: 'B', ...accepted },
    ]),
    'Accepted',
  );
  assert.equal(await send(5, 'Differential', [{ idTag: 'A' }]), 'VersionMismatch');
  assert.equal(await send(6, 'Differential', [{ idTag: 'A' }, { idTag: 'a' }]), 'Failed');
  assert.equal(await send(6, 'Full', [{ idTag: 'A' }]), 'Failed');
  assert.equal(await send(6, 'Differential', [{ idTag: 'A' }, { idTag: 'C', ...accepted }]), 'Accepted');
  assert.deepEqual(await csms.call('GetLocalListVersion', {}), { listVersion: 6 });
  station.goOffline();
  station.plug();
  assert.equal(await station.presentCard('A'), 'refused');
  assert.equal(await station.presentCard('c'), 'started');
});
