import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCommandGateway } from '../../../test/support/command-gateway.ts';
import { replayLimit } from './replay-events.ts';

describe('a bridge command', () => {
  it('accepts, changes and removes stations', async () => {
    const gateway = createCommandGateway();
    const { registry } = gateway.core;
    assert.equal((await gateway.bridge('station_accept', { station: 'CP2' })).status, 'accepted');
    const settings = { name: 'Garage', registration: 'pending', raw_frames: true };
    assert.equal((await gateway.bridge('station_set', { station: 'cp2', ...settings })).status, 'accepted');
    assert.equal(registry.find('CP2')?.name, 'Garage');
    assert.equal(registry.find('CP2')?.registration, 'pending');
    assert.equal((await gateway.bridge('station_remove', { station: 'CP2' })).status, 'accepted');
    assert.equal(registry.find('CP2'), null);
    assert.equal((await gateway.bridge('station_remove', { station: 'CP2' })).error?.code, 'unknown_station');
  });

  it('opens joining', async () => {
    const gateway = createCommandGateway();
    let seconds = 0;
    gateway.core.registry.permitJoin = (given) => void (seconds = given);
    await gateway.bridge('permit_join');
    assert.equal(seconds, 300);
  });

  it('keeps the list of tokens', async () => {
    const gateway = createCommandGateway();
    await gateway.bridge('token_add', {
      id_token: 'A',
      name: 'Anna',
      expires_at: '2027-01-01T01:00:00+01:00',
    });
    await gateway.bridge('token_add', { id_token: 'B', status: 'Blocked' });
    assert.deepEqual((await gateway.bridge('token_list')).result, {
      tokens: [
        { id_token: 'A', status: 'Accepted', name: 'Anna', expires_at: '2027-01-01T00:00:00.000Z' },
        { id_token: 'B', status: 'Blocked' },
      ],
    });
    assert.equal((await gateway.bridge('token_remove', { id_token: 'a' })).status, 'accepted');
    assert.equal((await gateway.bridge('token_remove', { id_token: 'a' })).status, 'rejected');
  });

  it('sets the log level and restarts after its result', async () => {
    const gateway = createCommandGateway();
    await gateway.bridge('log_level', { level: 'debug' });
    assert.deepEqual(gateway.levels, ['debug']);
    assert.equal((await gateway.bridge('restart')).status, 'accepted');
    assert.equal(gateway.restarts.count, 0);
    await gateway.advance(0);
    assert.equal(gateway.restarts.count, 1);
  });

  it('has the same envelope: ids, unknown actions, arguments, expiry', async () => {
    const gateway = createCommandGateway();
    const first = await gateway.bridge('token_list', {}, { id: 'b1' });
    const second = await gateway.bridge('token_list', {}, { id: 'b1' });
    assert.deepEqual([second.status, second.result], ['duplicate', first]);
    assert.equal((await gateway.bridge('permit_join', {}, { id: 'b1' })).error?.code, 'id_reused');
    assert.deepEqual((await gateway.bridge('permitjoin')).error?.details, { nearest: 'permit_join' });
    assert.equal((await gateway.bridge('log_level', { level: 'loud' })).error?.code, 'invalid_args');
    assert.equal(
      (await gateway.bridge('token_list', {}, { expiresAt: '2020-01-01T00:00:00Z' })).status,
      'expired',
    );
    const commands = gateway.restart();
    commands.restore(gateway.rows);
    const again = await commands.bridge({
      action: 'token_list',
      args: {},
      id: 'b1',
      timeoutSeconds: null,
      expiresAt: null,
      fingerprint: JSON.stringify(['token_list', {}]),
      by: 'mqtt',
      ownTopic: false,
      redelivered: false,
    });
    assert.equal(again.status, 'duplicate');
  });
});

describe('a replay', () => {
  /** Events with seq 1..count, one a second from 10:00:00. */
  async function record(count: number) {
    const gateway = createCommandGateway();
    const begin = gateway.core.clock.now();
    for (let index = 0; index < count; index += 1)
      gateway.core.recorder.event(gateway.station, {
        head: { kind: 'status', event: 'changed' },
        time: begin + index * 1000,
      });
    await gateway.advance(0);
    return gateway;
  }

  it('publishes a range by seq, in order', async () => {
    const gateway = await record(10);
    const { result } = await gateway.bridge('replay', { station: 'CP1', from: 3, to: 5 });
    assert.deepEqual(result, { log: 'log1', count: 3, next: null });
    assert.deepEqual(
      gateway.replayed.map(({ seq }) => seq),
      [3, 4, 5],
    );
  });

  it('publishes a range by time', async () => {
    const gateway = await record(10);
    const range = { since: '2026-11-22T10:00:02Z', until: '2026-11-22T10:00:04Z' };
    const { result } = await gateway.bridge('replay', { station: 'CP1', ...range });
    assert.deepEqual(result, { log: 'log1', count: 3, next: null });
    assert.deepEqual(
      gateway.replayed.map(({ seq }) => seq),
      [3, 4, 5],
    );
  });

  it('stops after 10,000 and says where to go on', async () => {
    const gateway = await record(replayLimit + 2);
    const { result } = await gateway.bridge('replay', { station: 'CP1' });
    assert.deepEqual(result, { log: 'log1', count: replayLimit, next: { from: replayLimit + 1 } });
    const rest = await gateway.bridge('replay', {
      station: 'CP1',
      from: replayLimit + 1,
      to: replayLimit + 2,
    });
    assert.deepEqual(rest.result, { log: 'log1', count: 2, next: null });
  });

  it('of an unknown station or of two kinds of range is refused', async () => {
    const gateway = createCommandGateway();
    assert.equal((await gateway.bridge('replay', { station: 'X' })).error?.code, 'unknown_station');
    const range = { station: 'CP1', from: 1, until: '2026-11-22T10:00:04Z' };
    assert.equal((await gateway.bridge('replay', range)).error?.code, 'invalid_args');
  });
});
