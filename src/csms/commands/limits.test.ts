import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { assert as assertProperty, double, property } from 'fast-check';
import { createCommandGateway } from '../../../test/support/command-gateway.ts';
import type { CommandGateway } from '../../../test/support/command-gateway.ts';
import { evseOf } from '../station.ts';
import { roundedDown } from './charging-limit.ts';

/** Purpose and limit of each profile that was sent; `clear` with the id for one that was cleared. */
function profiles(gateway: CommandGateway): [string, number][] {
  return gateway.sent.map(([action, request]) => {
    if (action === 'ClearChargingProfile') return ['clear', (request as { id: number }).id];
    const { csChargingProfiles } = request as {
      csChargingProfiles: {
        chargingProfilePurpose: string;
        chargingSchedule: { chargingSchedulePeriod: [{ limit: number }] };
      };
    };
    const [{ limit }] = csChargingProfiles.chargingSchedule.chargingSchedulePeriod;
    return [csChargingProfiles.chargingProfilePurpose, limit];
  });
}

function stopTransaction(gateway: CommandGateway, id: string): void {
  gateway.station.transactions.delete(id);
  gateway.commands.observe(gateway.station, [
    {
      type: 'transaction_stopped',
      time: gateway.core.clock.now(),
      id,
      evse: 1,
      idToken: null,
      end: '2026-11-22T10:30:00Z',
      meterStop: null,
      reason: 'Local',
      signed: false,
    },
  ]);
}

function startTransaction(gateway: CommandGateway, id: string): void {
  const transaction = gateway.runTransaction(id);
  gateway.commands.observe(gateway.station, [
    { type: 'transaction_started', time: gateway.core.clock.now(), transaction, authorization: 'Accepted' },
  ]);
}

describe('a limit', () => {
  it('has one decimal, is never above what was asked, and survives a binary check', () => {
    assert.deepEqual([8.1, 16.3, 16, 6.05, 0].map(roundedDown), [8, 16.3, 16, 6, 0]);
    assertProperty(
      property(double({ min: 0, max: 100_000, noNaN: true }), (value) => {
        const rounded = roundedDown(value);
        assert.ok(rounded <= value + 1e-6 && value - rounded < 1.1, `${value} became ${rounded}`);
        assert.ok(Number.isInteger(rounded / 0.1));
      }),
    );
  });

  it('that is enforced is shown, and none when it is cleared', async () => {
    const gateway = createCommandGateway();
    const { state } = gateway.station;
    await gateway.execute('set_limit', { current: 10, phases: 1 });
    assert.deepEqual(
      [state.get(1, 'current_limit'), state.get(1, 'power_limit'), state.get(1, 'phases')],
      ['10', 'none', '1'],
    );
    await gateway.advance(10_000);
    await gateway.execute('set_limit', { power: 7400 });
    assert.deepEqual([state.get(1, 'current_limit'), state.get(1, 'power_limit')], ['none', '7400']);
    await gateway.advance(10_000);
    await gateway.execute('clear_limit', { evse: 1 });
    assert.deepEqual(
      [state.get(1, 'current_limit'), state.get(1, 'power_limit'), state.get(1, 'phases')],
      ['none', 'none', 'auto'],
    );
    await gateway.execute('set_limit', { evse: 0, current: 25 });
    assert.equal(state.get(0, 'station_limit'), '25');
  });

  it('that the station refuses changes nothing', async () => {
    const gateway = createCommandGateway();
    gateway.answers['SetChargingProfile'] = { status: 'Rejected' };
    assert.equal((await gateway.execute('set_limit', { current: 10 })).status, 'rejected');
    assert.equal(gateway.station.state.get(1, 'current_limit'), undefined);
    assert.equal(evseOf(gateway.station, 1).limit, null);
  });

  it('needs the EVSE where there are several, and exactly one of current and power', async () => {
    const gateway = createCommandGateway();
    evseOf(gateway.station, 2);
    const { error } = await gateway.execute('set_limit', { current: 10 });
    assert.deepEqual(error?.details, { path: '/evse', rule: 'required', evses: [1, 2] });
    assert.equal((await gateway.execute('set_limit', { evse: 1 })).error?.code, 'invalid_args');
    const both = await gateway.execute('set_limit', { evse: 1, current: 10, power: 1 });
    assert.equal(both.error?.code, 'invalid_args');
  });

  it('keeps the number of phases of the limit before it', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('set_limit', { current: 16 });
    const one = gateway.execute('set_phases', { evse: 1, phases: 1 });
    await gateway.advance(10_000);
    await one;
    await gateway.advance(1000);
    await gateway.execute('set_limit', { current: 10 });
    assert.deepEqual(evseOf(gateway.station, 1).limit, { current: 10, power: null, phases: 1 });
  });
});

describe('the pace of limits', () => {
  it('lets a lower value out after a second and a higher one after 10', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('set_limit', { current: 16 });
    const lower = gateway.execute('set_limit', { current: 10 });
    await gateway.advance(999);
    assert.equal(gateway.sent.length, 1);
    await gateway.advance(1);
    await lower;
    const higher = gateway.execute('set_limit', { current: 12 });
    await gateway.advance(9999);
    assert.equal(gateway.sent.length, 2);
    await gateway.advance(1);
    assert.equal((await higher).status, 'accepted');
    assert.deepEqual(
      profiles(gateway).map(([, limit]) => limit),
      [16, 10, 12],
    );
  });

  it('sends only the newest: what it overtook is superseded', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('set_limit', { current: 10 });
    const overtaken = [11, 12].map((current) => gateway.execute('set_limit', { current }));
    await turn();
    const newest = gateway.execute('set_limit', { current: 13 });
    assert.deepEqual(
      (await Promise.all(overtaken)).map(({ status }) => status),
      ['superseded', 'superseded'],
    );
    await gateway.advance(10_000);
    assert.equal((await newest).status, 'accepted');
    assert.deepEqual(profiles(gateway), [
      ['TxDefaultProfile', 10],
      ['TxDefaultProfile', 13],
    ]);
  });

  it('lets a lower value overtake a higher one that waits', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('set_limit', { current: 10 });
    const higher = gateway.execute('set_limit', { current: 16 });
    await gateway.advance(2000);
    const lower = await gateway.execute('set_limit', { current: 8 });
    assert.equal(lower.status, 'accepted');
    assert.equal((await higher).status, 'superseded');
  });

  it('expires what would wait longer than it lives', async () => {
    const gateway = createCommandGateway();
    await gateway.execute('set_limit', { current: 10 });
    const { status } = await gateway.execute('set_limit', { current: 16 }, { timeoutSeconds: 5 });
    assert.equal(status, 'expired');
  });
});

describe('a number beyond any station', () => {
  for (const current of [1e308, Infinity, 10_001])
    it(`${current} A is an invalid argument`, async () => {
      const gateway = createCommandGateway();
      const { error } = await gateway.execute('set_limit', { current });
      assert.equal(error?.code, 'invalid_args');
      assert.deepEqual(gateway.sent, []);
    });
});

describe('a limit below the minimum', () => {
  it('pauses the running transaction, never rounds up, and the next value at or above resumes', async () => {
    const gateway = createCommandGateway();
    gateway.runTransaction('1');
    const { state } = gateway.station;
    await gateway.execute('set_limit', { current: 5.9 });
    assert.deepEqual(profiles(gateway), [['TxProfile', 0]]);
    assert.equal(state.get(1, 'current_limit'), '0');
    const resumed = gateway.execute('set_limit', { current: 6 });
    await gateway.advance(10_000);
    await resumed;
    assert.deepEqual(profiles(gateway).slice(1), [
      ['TxDefaultProfile', 6],
      ['TxProfile', 6],
    ]);
    assert.equal(state.get(1, 'current_limit'), '6');
  });

  it('is not ended by a change of phases: they count from the next limit on', async () => {
    const gateway = createCommandGateway();
    gateway.runTransaction('1');
    await gateway.execute('set_limit', { current: 0 });
    const sent = gateway.sent.length;
    assert.equal((await gateway.execute('set_phases', { phases: 1 })).status, 'accepted');
    assert.equal(gateway.sent.length, sent);
    assert.equal(gateway.station.state.get(1, 'current_limit'), '0');
    assert.equal(gateway.station.state.get(1, 'phases'), '1');
  });

  it('sends nothing while nothing runs, and holds the next transactions back', async () => {
    const gateway = createCommandGateway();
    const { state } = gateway.station;
    assert.equal((await gateway.execute('set_limit', { current: 0 })).status, 'accepted');
    assert.deepEqual(gateway.sent, []);
    for (const id of ['1', '2']) {
      startTransaction(gateway, id);
      await turn();
      assert.deepEqual(profiles(gateway).at(-1), ['TxProfile', 0]);
      stopTransaction(gateway, id);
      await turn();
      assert.deepEqual(profiles(gateway).at(-1), ['clear', 7112]);
      assert.equal(state.get(1, 'current_limit'), '0');
    }
  });

  it('outlives a reconnect, as a limit does', async () => {
    const gateway = createCommandGateway();
    gateway.runTransaction('1');
    await gateway.execute('set_limit', { current: 3 });
    gateway.connect();
    await turn();
    assert.deepEqual(profiles(gateway), [['TxProfile', 0]]);
  });
});

describe('a pause', () => {
  it('needs a transaction', async () => {
    const gateway = createCommandGateway();
    assert.equal((await gateway.execute('pause')).error?.code, 'no_transaction');
  });

  it('outlasts a new limit; resume puts that limit in its place', async () => {
    const gateway = createCommandGateway();
    gateway.runTransaction('1');
    await gateway.execute('pause');
    await gateway.execute('set_limit', { current: 10 });
    assert.deepEqual(profiles(gateway), [
      ['TxProfile', 0],
      ['TxDefaultProfile', 10],
    ]);
    assert.equal(gateway.station.state.get(1, 'current_limit'), '0');
    await gateway.execute('resume');
    assert.deepEqual(profiles(gateway).at(-1), ['TxProfile', 10]);
    assert.equal(gateway.station.state.get(1, 'current_limit'), '10');
  });

  it('is removed at the stop, as a command of the gateway', async () => {
    const gateway = createCommandGateway();
    gateway.runTransaction('1');
    await gateway.execute('pause');
    stopTransaction(gateway, '1');
    await turn();
    assert.deepEqual(profiles(gateway).at(-1), ['clear', 7112]);
    assert.equal(evseOf(gateway.station, 1).pause, undefined);
    const own = gateway.results().at(-1);
    assert.deepEqual([own?.['action'], own?.['by']], ['resume', 'gateway']);
  });

  it('is removed at a reconnect', async () => {
    const gateway = createCommandGateway();
    gateway.runTransaction('1');
    await gateway.execute('pause');
    gateway.connect();
    await turn();
    assert.deepEqual(profiles(gateway).at(-1), ['clear', 7112]);
    assert.equal(gateway.station.state.get(1, 'current_limit'), 'none');
  });
});
