import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { createCommandGateway } from '../../../test/support/command-gateway.ts';
import type { CommandRequest, CommandResult } from '../commands.ts';

const later = '2026-11-22T10:00:05Z';

async function ends(result: Promise<CommandResult>): Promise<CommandResult | null> {
  let ended: CommandResult | null = null;
  void result.then((value) => (ended = value));
  await turn();
  return ended;
}

describe('a command', () => {
  it('is refused with path and rule when an argument is wrong, and nothing is sent', async () => {
    const gateway = createCommandGateway();
    const { status, error } = await gateway.execute('start', { evse: 'one' });
    assert.equal(status, 'error');
    assert.equal(error?.code, 'invalid_args');
    assert.deepEqual(error?.details, { path: '/evse', rule: 'type' });
    const unknown = await gateway.execute('start', { evze: 1 });
    assert.match(unknown.error?.message ?? '', /did you mean evse/);
    const missing = await gateway.execute('set_config', { key: 'A' });
    assert.equal(missing.error?.code, 'invalid_args');
    assert.deepEqual(gateway.sent, []);
  });

  it('that nobody knows is told the nearest name', async () => {
    const gateway = createCommandGateway();
    const { error } = await gateway.execute('strat');
    assert.equal(error?.code, 'unknown_action');
    assert.deepEqual(error?.details, { nearest: 'start' });
  });

  it('for a station that nobody knows is answered and leaves no trace', async () => {
    const gateway = createCommandGateway();
    const { status, error } = await gateway.execute('reset', {}, { station: 'CP2' });
    assert.equal(status, 'error');
    assert.equal(error?.code, 'unknown_station');
    assert.deepEqual(error?.details, { nearest: 'CP1' });
    assert.deepEqual(gateway.rows, []);
  });

  it('finds its station without case', async () => {
    const gateway = createCommandGateway();
    assert.equal((await gateway.execute('reset', {}, { station: 'cp1' })).status, 'accepted');
  });

  it('tells a CALLERROR with code, description and details', async () => {
    const gateway = createCommandGateway();
    gateway.answers['Reset'] = { callError: 'InternalError', description: 'no', details: { a: 1 } };
    const { status, error, ocpp } = await gateway.execute('reset');
    assert.equal(status, 'error');
    assert.equal(error?.code, 'call_error');
    assert.deepEqual(error?.details, { code: 'InternalError', description: 'no', details: { a: 1 } });
    assert.deepEqual(ocpp[0]?.error, { code: 'InternalError', description: 'no', details: { a: 1 } });
  });

  it('ends as the call ended: timeout, busy, offline, expired', async () => {
    const gateway = createCommandGateway();
    for (const outcome of ['timeout', 'busy', 'offline', 'expired'] as const) {
      gateway.answers['Reset'] = outcome;
      assert.equal((await gateway.execute('reset')).status, outcome);
    }
    assert.equal(gateway.sent.length, 1);
  });

  it('that a station answers with a status of its own is rejected', async () => {
    const gateway = createCommandGateway();
    gateway.answers['ClearCache'] = { status: 'NotImplemented' };
    const { status, result } = await gateway.execute('clear_cache');
    assert.deepEqual([status, result], ['rejected', { status: 'NotImplemented' }]);
  });

  it('whose answer has no status is an invalid answer', async () => {
    const gateway = createCommandGateway();
    gateway.answers['ClearCache'] = {};
    assert.equal((await gateway.execute('clear_cache')).error?.code, 'invalid_answer');
  });

  it('whose time was over when it arrived is expired', async () => {
    const gateway = createCommandGateway();
    const { status } = await gateway.execute('reset', {}, { expiresAt: '2026-11-22T09:59:59Z' });
    assert.equal(status, 'expired');
    const unreadable = await gateway.execute('reset', {}, { expiresAt: 'soon' });
    assert.equal(unreadable.error?.code, 'invalid_payload');
    assert.deepEqual(gateway.sent, []);
  });

  it('with a transaction id that is no integer is refused on 1.6', async () => {
    const gateway = createCommandGateway();
    assert.equal((await gateway.execute('stop', { transaction: 'a-b' })).error?.code, 'invalid_args');
  });

  it('with a token over 20 characters is an error, never cut', async () => {
    const gateway = createCommandGateway();
    const { error } = await gateway.execute('start', { id_token: 'x'.repeat(21) });
    assert.deepEqual(error?.details, { path: '/id_token', rule: 'maxLength' });
    assert.deepEqual(gateway.sent, []);
  });

  it('that stops lists the transactions when several run', async () => {
    const gateway = createCommandGateway();
    gateway.runTransaction('1');
    gateway.runTransaction('2', 2);
    for (const [action, args] of [
      ['stop', {}],
      ['remote_stop_transaction', { transaction_id: 7 }],
    ] as const) {
      const { error } = await gateway.execute(action, args);
      assert.equal(error?.code, 'ambiguous_transaction');
      assert.deepEqual(error?.details, {
        transactions: [
          { transaction: '1', evse: 1, start: '2026-11-22T09:00:00Z' },
          { transaction: '2', evse: 2, start: '2026-11-22T09:00:00Z' },
        ],
      });
    }
    assert.equal((await createCommandGateway().execute('stop')).error?.code, 'no_transaction');
    assert.equal(
      (await createCommandGateway().execute('remote_stop_transaction')).error?.code,
      'no_transaction',
    );
  });

  it('that fails in the gateway itself is an error with a line in the log', async () => {
    const gateway = createCommandGateway();
    gateway.core.authorization.setMode = () => {
      throw new Error('with a detail of the inside');
    };
    const { error } = await gateway.execute('set_authorization', { mode: 'open' });
    assert.equal(error?.code, 'internal');
    assert.ok(!error?.message.includes('inside'));
    assert.deepEqual(gateway.logged, ['a command failed unexpectedly']);
  });
});

describe('the id of a command', () => {
  it('is sent once: the same message again gets the first result', async () => {
    const gateway = createCommandGateway();
    const first = await gateway.execute('reset', {}, { id: 'a1' });
    const second = await gateway.execute('reset', {}, { id: 'a1' });
    assert.equal(second.status, 'duplicate');
    assert.deepEqual(second.result, first);
    assert.equal(gateway.sent.length, 1);
    assert.equal(gateway.results().length, 1);
  });

  it('is a duplicate without a result while the first one runs', async () => {
    const gateway = createCommandGateway();
    gateway.disconnect();
    const first = gateway.execute('reset', {}, { id: 'a1' });
    const second = await gateway.execute('reset', {}, { id: 'a1' });
    assert.equal(second.status, 'duplicate');
    assert.equal(second.result, undefined);
    gateway.connect();
    assert.equal((await first).status, 'accepted');
  });

  it('with another payload is id_reused, and stays with the first', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('reset', {}, { id: 'a1' });
    assert.equal((await gateway.execute('unlock', {}, { id: 'a1' })).error?.code, 'id_reused');
    assert.equal((await gateway.call('Reset', { type: 'Soft' }, { id: 'a1' })).error?.code, 'id_reused');
    assert.equal((await gateway.execute('reset', {}, { id: 'a1' })).status, 'duplicate');
  });

  it('is forgotten after 10 minutes', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('reset', {}, { id: 'a1' });
    await gateway.advance(10 * 60_000 + 1);
    assert.equal((await gateway.execute('reset', {}, { id: 'a1' })).status, 'accepted');
  });

  it('that is missing makes a redelivered message a duplicate', async () => {
    const gateway = createCommandGateway();
    assert.equal((await gateway.execute('reset', {}, { redelivered: true })).status, 'duplicate');
    assert.equal((await gateway.execute('reset', {}, { redelivered: true, id: 'a1' })).status, 'accepted');
    assert.equal(gateway.sent.length, 1);
  });
});

describe('a station that is away', () => {
  it('gets what waits as soon as it connects', async () => {
    const gateway = createCommandGateway();
    gateway.disconnect();
    const result = gateway.execute('reset');
    await gateway.advance(4400);
    assert.deepEqual(gateway.sent, []);
    gateway.connect();
    assert.equal((await result).status, 'accepted');
  });

  it('is offline after the earlier schedule of 4.5 s', async () => {
    const gateway = createCommandGateway();
    gateway.disconnect();
    const result = gateway.execute('reset');
    await gateway.advance(4499);
    assert.equal(await ends(result), null);
    await gateway.advance(1);
    const { status, ms } = await result;
    assert.deepEqual([status, ms], ['offline', 4500]);
  });

  it('is not waited for longer than the command lives', async () => {
    const gateway = createCommandGateway();
    gateway.disconnect();
    const result = gateway.execute('reset', {}, { timeoutSeconds: 1 });
    await gateway.advance(1000);
    assert.equal((await result).status, 'expired');
  });

  it('is not waited for by what the gateway does alone', async () => {
    const gateway = createCommandGateway();
    gateway.disconnect();
    assert.equal((await gateway.execute('get_transactions')).status, 'accepted');
    assert.equal((await gateway.execute('charging_enabled', 'OFF')).status, 'accepted');
  });
});

describe('durability', () => {
  it('marks a command as sent before the first frame, once for all its frames', async () => {
    const gateway = createCommandGateway();
    gateway.holdCommits(true);
    const result = gateway.execute('set_config', { values: { A: '1', B: '2' } }, { id: 'a1' });
    await turn();
    assert.deepEqual(gateway.sent, []);
    gateway.holdCommits(false);
    assert.equal((await result).status, 'accepted');
    assert.equal(gateway.sent.length, 2);
    const marks = gateway.rows.filter(({ meta }) => meta.includes('"record":"command_sent"'));
    assert.equal(marks.length, 1);
  });

  it('resolves only when the result is committed as an event that says who asked', async () => {
    const gateway = createCommandGateway();
    const running = gateway.execute('get_transactions', {}, { id: 'a1', by: 'anna' });
    gateway.holdCommits(true);
    assert.equal(await ends(running), null);
    gateway.holdCommits(false);
    await running;
    const [head] = gateway.results();
    assert.deepEqual(
      {
        kind: head?.['kind'],
        event: head?.['event'],
        command: head?.['command'],
        by: head?.['by'],
        id: head?.['id'],
      },
      { kind: 'command', event: 'result', command: 'a1', by: 'anna', id: undefined },
    );
  });

  it('turns what was sent and never answered into a timeout at the next start, and never sends it again', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('reset', {}, { id: 'a1' });
    // the gateway dies here: the result was never written
    const rows = gateway.rows.filter(({ meta }) => !meta.includes('"event":"result"'));
    const commands = gateway.restart();
    commands.restore(rows);
    await turn();
    const last = gateway.results().at(-1);
    assert.deepEqual([last?.['status'], last?.['command'], last?.['by']], ['timeout', 'a1', 'mqtt']);
    const again = await commands.execute(again1('reset', {}));
    assert.equal(again.status, 'duplicate');
    assert.equal((again.result as CommandResult).status, 'timeout');
    assert.equal(gateway.sent.length, 1);
  });

  it('remembers the ids of the last 10 minutes over a restart', async () => {
    const gateway = createCommandGateway();
    const first = await gateway.execute('reset', {}, { id: 'a1' });
    await gateway.execute('unlock', {}, { id: 'a1' });
    const commands = gateway.restart();
    commands.restore(gateway.rows);
    const again = await commands.execute(again1('reset', {}));
    assert.equal(again.status, 'duplicate');
    assert.deepEqual(again.result, first);
    assert.equal((await commands.execute(again1('unlock', {}))).error?.code, 'id_reused');
    assert.equal(gateway.results().filter(({ status }) => status === 'timeout').length, 0);
  });

  it('keeps no secret in results, events and records', async () => {
    const gateway = createCommandGateway();
    gateway.answers['GetConfiguration'] = {
      configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: 'topsecret' }],
    };
    const results = [
      await gateway.execute('set_config', { key: 'AuthorizationKey', value: 'topsecret' }, { id: 'a1' }),
      await gateway.execute('get_config', {}),
      await gateway.call('ChangeConfiguration', { key: 'AuthorizationKey', value: 'topsecret' }),
      await gateway.execute('get_log', { url: 'ftp://user:topsecret@files.example/' }),
    ];
    assert.ok(JSON.stringify(gateway.sent).includes('topsecret'));
    assert.ok(!JSON.stringify(results).includes('topsecret'));
    assert.ok(!JSON.stringify(gateway.rows).includes('topsecret'));
    assert.ok(![...gateway.station.configuration.values()].includes('topsecret'));
  });
});

/** The message with the id a1, as published once more. */
function again1(action: string, args: unknown): CommandRequest {
  return {
    station: 'CP1',
    action,
    args,
    id: 'a1',
    timeoutSeconds: null,
    expiresAt: later,
    fingerprint: JSON.stringify([action, args]),
    by: 'mqtt',
    ownTopic: false,
    redelivered: false,
  };
}
