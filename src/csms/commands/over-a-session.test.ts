import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { createTestCsms } from '../../../test/support/csms.ts';
import type { TestCsms, TestStation } from '../../../test/support/csms.ts';
import type { CommandRequest, Commands } from '../commands.ts';
import { createCommands } from './engine.ts';

function request(action: string, args: unknown, id: string): CommandRequest {
  return {
    station: 'CP1',
    action,
    args,
    id,
    timeoutSeconds: null,
    expiresAt: null,
    fingerprint: JSON.stringify([action, args]),
    by: 'mqtt',
    ownTopic: false,
    redelivered: false,
  };
}

function engineOn({ csms }: TestCsms): Commands {
  const commands = createCommands(csms, { setLogLevel: () => {}, restart: () => {} });
  csms.observe((station, effects) => commands.observe(station, effects));
  commands.restore(csms.commandRows);
  return commands;
}

describe('commands over a real session and store', () => {
  let test: TestCsms;
  let commands: Commands;
  let station: TestStation;

  before(async () => {
    test = await createTestCsms();
    commands = engineOn(test);
    station = test.connect('CP1');
    await station.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  });
  after(() => test.close());

  it('a start is answered, and the transaction it causes names it', async () => {
    const result = commands.execute(request('start', { id_token: 'A' }, 'a1'));
    const [, messageId, action, payload] = await station.next();
    assert.deepEqual([action, payload], ['RemoteStartTransaction', { connectorId: 1, idTag: 'A' }]);
    station.send(JSON.stringify([3, messageId, { status: 'Accepted' }]));
    assert.equal((await result).status, 'accepted');
    const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: '2026-11-22T10:00:00Z' };
    await station.call('StartTransaction', start);
    const started = test.outside.events.find(({ event }) => event === 'started');
    assert.equal(started?.['command'], 'a1');
    const told = test.outside.events.find(({ kind }) => kind === 'command');
    assert.deepEqual([told?.event, told?.['command'], told?.['status']], ['result', 'a1', 'accepted']);
  });

  it('one that was sent when the gateway died is a timeout afterwards, and its id a duplicate', async () => {
    void commands.execute(request('unlock', {}, 'a2'));
    await station.next();
    await test.restart();
    commands = engineOn(test);
    const known = await commands.execute(request('start', { id_token: 'A' }, 'a1'));
    const lost = await commands.execute(request('unlock', {}, 'a2'));
    assert.deepEqual([known.status, lost.status], ['duplicate', 'duplicate']);
    while (!test.outside.events.some(({ status }) => status === 'timeout')) await turn();
    const timeout = test.outside.events.find(({ status }) => status === 'timeout');
    assert.equal(timeout?.['command'], 'a2');
  });
});
