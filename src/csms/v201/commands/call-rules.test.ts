import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createTestCsms, type TestCsms, type TestStation } from '../../../../test/support/csms.ts';
import type { Commands, CommandResult } from '../../commands.ts';
import { createCommands } from '../../commands/engine.ts';
import type { CsmsOptions } from '../../core.ts';

describe('a raw call to a station of OCPP 2.x', () => {
  let test: TestCsms;
  let station: TestStation;
  let commands: Commands;

  afterEach(() => test.close());

  async function meet(options: Partial<CsmsOptions> = {}): Promise<void> {
    test = await createTestCsms(options);
    commands = createCommands(test.csms, { setLogLevel: () => {}, restart: () => {} });
    station = test.connect('A', 'ocpp2.1');
  }

  const call = (action: string, args: object): Promise<CommandResult> =>
    commands.call({
      station: 'A',
      action,
      args,
      id: null,
      timeoutSeconds: null,
      expiresAt: null,
      fingerprint: JSON.stringify(args),
      by: 'mqtt',
      ownTopic: false,
      redelivered: false,
    });

  it('is sent and answered', async () => {
    await meet();
    const result = call('NotifyWebPaymentStarted', { evseId: 1, timeout: 60 });
    const [, messageId, action] = await station.next();
    assert.equal(action, 'NotifyWebPaymentStarted');
    station.send(JSON.stringify([3, messageId, {}]));
    assert.equal((await result).status, 'accepted');
  });

  for (const [action, args] of [
    ['UpdateFirmware', {}],
    ['SetNetworkProfile', {}],
    ['Reset', { type: 'Immediate' }],
    ['Reset', { type: 'ImmediateAndResume' }],
    [
      'SetVariables',
      {
        setVariableData: [
          {
            component: { name: 'SecurityCtrlr' },
            variable: { name: 'BasicAuthPassword' },
            attributeValue: 'x',
          },
        ],
      },
    ],
  ] as const)
    it(`is denied by PRIVILEGED_COMMANDS: ${action} ${JSON.stringify(args).slice(0, 30)}`, async () => {
      await meet({ privilegedCommands: 'off' });
      assert.equal((await call(action, args)).status, 'denied');
    });

  it('is not denied when it is harmless or not even valid', async () => {
    await meet({ privilegedCommands: 'off' });
    for (const setVariableData of [[null], 7, [{ variable: null }]])
      assert.equal((await call('SetVariables', { setVariableData })).status, 'error');
    void call('Reset', { type: 'OnIdle' });
    assert.equal((await station.next())[2], 'Reset');
  });

  it('starts and stops nothing while the registration is pending', async () => {
    await meet();
    station.session.station.registration = 'pending';
    for (const [action, args] of [
      ['RequestStartTransaction', { idToken: { idToken: 'A', type: 'Central' }, remoteStartId: 1 }],
      ['RequestStopTransaction', { transactionId: 'tx' }],
    ] as const)
      assert.equal((await call(action, args)).error?.code, 'not_accepted');
    void call('TriggerMessage', { requestedMessage: 'Heartbeat' });
    assert.equal((await station.next())[2], 'TriggerMessage');
  });
});
