import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { createCommandGateway } from '../../../test/support/command-gateway.ts';
import { evseOf } from '../station.ts';

describe('the registration', () => {
  it('pending lets everything through but starts and stops', async () => {
    const gateway = createCommandGateway();
    gateway.station.registration = 'pending';
    assert.equal((await gateway.execute('start')).error?.code, 'not_accepted');
    assert.equal((await gateway.execute('stop', { transaction: 1 })).error?.code, 'not_accepted');
    assert.equal((await gateway.call('RemoteStartTransaction', { idTag: 'A' })).error?.code, 'not_accepted');
    assert.equal((await gateway.execute('get_config')).status, 'accepted');
    assert.deepEqual(gateway.sent, [['GetConfiguration', {}]]);
    assert.deepEqual(gateway.station.sentStarts, []);
  });

  it('rejected sends nothing', async () => {
    const gateway = createCommandGateway();
    gateway.station.registration = 'rejected';
    assert.equal((await gateway.execute('get_config')).error?.code, 'not_accepted');
    assert.equal((await gateway.call('Reset', { type: 'Soft' })).error?.code, 'not_accepted');
    assert.deepEqual(gateway.sent, []);
  });
});

describe('PRIVILEGED_COMMANDS', () => {
  const privileged: [string, object][] = [
    ['update_firmware', { url: 'ftp://files.example/' }],
    ['get_diagnostics', { location: 'ftp://files.example/' }],
    ['install_certificate', { type: 'csms', certificate: 'c' }],
    ['delete_certificate', { hash: {} }],
    ['reset', { type: 'Hard' }],
    ['set_config', { key: 'AuthorizationKey', value: 'x' }],
    ['set_config', { values: { A: 1, SecurityProfile: 2 } }],
    ['change_configuration', { key: 'authorizationkey', value: 'x' }],
  ];
  const calls: [string, object][] = [
    ['Reset', { type: 'Hard' }],
    ['ChangeConfiguration', { key: 'AuthorizationKey', value: 'x' }],
    ['GetLog', {}],
    ['CertificateSigned', { certificateChain: 'x' }],
  ];

  it('off denies them everywhere', async () => {
    const gateway = createCommandGateway({ privilegedCommands: 'off' });
    for (const [action, args] of privileged) {
      const { status, error } = await gateway.execute(action, args, { ownTopic: true });
      assert.deepEqual([status, error?.code], ['denied', 'privileged'], action);
    }
    for (const [action, args] of calls)
      assert.equal((await gateway.call(action, args, { ownTopic: true })).status, 'denied', action);
    assert.deepEqual(gateway.sent, []);
  });

  it('own_topic wants a topic that names the action', async () => {
    const gateway = createCommandGateway({ privilegedCommands: 'own_topic' });
    assert.equal((await gateway.execute('reset', { type: 'hard' })).status, 'denied');
    assert.equal((await gateway.execute('reset', { type: 'hard' }, { ownTopic: true })).status, 'accepted');
    assert.equal((await gateway.execute('reset', { type: 'soft' })).status, 'accepted');
  });
});

describe('a start', () => {
  it('is remembered with its id before it is sent, so that its token is accepted', async () => {
    const gateway = createCommandGateway();
    gateway.holdCommits(true);
    const result = gateway.execute('start', { evse: 1, id_token: 'A' }, { id: 'a1' });
    await turn();
    assert.deepEqual(gateway.station.sentStarts, [
      { idToken: 'A', evse: 1, command: 'a1', until: Date.parse('2026-11-22T10:10:00Z') },
    ]);
    gateway.holdCommits(false);
    await result;
    assert.equal(gateway.core.authorization.decide(gateway.station, 'A', 1), 'Accepted');
  });

  it('that was refused is forgotten; one without an answer may have arrived', async () => {
    const gateway = createCommandGateway();
    gateway.answers['RemoteStartTransaction'] = { status: 'Rejected' };
    assert.equal((await gateway.execute('start')).status, 'rejected');
    assert.deepEqual(gateway.station.sentStarts, []);
    gateway.answers['RemoteStartTransaction'] = { callError: 'InternalError' };
    await gateway.execute('start');
    assert.deepEqual(gateway.station.sentStarts, []);
    gateway.answers['RemoteStartTransaction'] = 'timeout';
    await gateway.execute('start');
    assert.equal(gateway.station.sentStarts.length, 1);
  });

  it('where charging is not enabled is refused at once', async () => {
    const gateway = createCommandGateway();
    evseOf(gateway.station, 2);
    await gateway.execute('set_charging_enabled', { evse: 1, enabled: false });
    assert.equal((await gateway.execute('start')).error?.code, 'charging_disabled');
    assert.equal((await gateway.execute('start', { evse: 2 })).status, 'accepted');
  });
});

describe('charging_enabled', () => {
  it('without an EVSE switches all; the station is ON when any is', async () => {
    const gateway = createCommandGateway();
    evseOf(gateway.station, 2);
    const { state } = gateway.station;
    await gateway.execute('charging_enabled', 'OFF');
    assert.deepEqual([state.get(1, 'charging_enabled'), state.get(2, 'charging_enabled')], ['OFF', 'OFF']);
    assert.equal(state.get(0, 'charging_enabled'), 'OFF');
    await gateway.execute('set_charging_enabled', { evse: 2, enabled: true });
    assert.equal(state.get(1, 'charging_enabled'), 'OFF');
    assert.equal(state.get(0, 'charging_enabled'), 'ON');
  });

  it('with a word that is no switch is refused', async () => {
    const gateway = createCommandGateway();
    assert.equal((await gateway.execute('charging_enabled', 'maybe')).error?.code, 'invalid_args');
    assert.equal((await gateway.execute('charging_enabled')).error?.code, 'invalid_args');
  });
});

describe('a raw call', () => {
  it('is accepted with the payload of the answer, whatever its status', async () => {
    const gateway = createCommandGateway();
    gateway.answers['Reset'] = { status: 'Rejected' };
    const { status, result, ocpp } = await gateway.call('Reset', { type: 'Soft' });
    assert.deepEqual([status, result], ['accepted', { status: 'Rejected' }]);
    assert.deepEqual(ocpp, [
      { version: 'ocpp1.6', action: 'Reset', request: { type: 'Soft' }, response: { status: 'Rejected' } },
    ]);
  });

  it('is validated before it is sent', async () => {
    const gateway = createCommandGateway();
    const { error } = await gateway.call('Reset', { type: 'Medium' });
    assert.equal(error?.code, 'invalid_args');
    assert.deepEqual(error?.details, { action: 'Reset', path: '/type', rule: 'enum' });
    assert.equal((await gateway.call('Reset', 'Soft')).error?.code, 'invalid_args');
    assert.deepEqual(gateway.sent, []);
  });

  it('of an unknown action or of the wrong direction is told the nearest', async () => {
    const gateway = createCommandGateway();
    assert.deepEqual((await gateway.call('Rest', {})).error?.details, { nearest: 'Reset' });
    assert.equal((await gateway.call('Heartbeat', {})).error?.code, 'unknown_action');
  });
});
