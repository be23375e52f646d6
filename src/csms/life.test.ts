import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTestCsms, type TestCsms } from '../../test/support/csms.ts';
import type { CsmsOptions } from './core.ts';
import type { Effect } from './model.ts';
import { evseOf } from './station.ts';

const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
const now = '2026-11-22T10:00:00Z';
const start = { connectorId: 1, idTag: 'TAG1', meterStart: 1000, timestamp: now };

/** Each test has a gateway of its own. */
function lives(name: string, options: Partial<CsmsOptions>, run: (test: TestCsms) => Promise<void>): void {
  it(name, async () => {
    const test = await createTestCsms(options);
    try {
      await run(test);
    } finally {
      await test.close();
    }
  });
}

async function statusOf(answer: Promise<unknown[]>): Promise<unknown> {
  const [, , response] = await answer;
  const { status, idTagInfo } = response as { status?: string; idTagInfo?: { status: string } };
  return idTagInfo?.status ?? status;
}

describe('a message that waits for an outside decision when its connection ends', () => {
  lives('is decided anew when the station says it again', { authorization: 'external' }, async (test) => {
    const first = test.connect('CP1');
    test.outside.answerQuestion = () => new Promise(() => {});
    first.send(JSON.stringify([2, 'a', 'StartTransaction', start]));
    test.csms.ended(first.session, 'connection_error_1006');
    test.outside.answerQuestion = () => ({ idTagInfo: { status: 'Accepted' } });
    assert.equal(await statusOf(test.connect('CP1').call('StartTransaction', start, 'b')), 'Accepted');
    assert.equal(first.frames.length, 0);
  });
});

describe('registration', () => {
  lives(
    'is pending while the clock is not believed, and as it was when it is',
    { clockPlausibleAfter: Date.parse('2026-11-22T11:00:00Z') },
    async (test) => {
      const station = test.connect('CP1');
      const [, , answer] = await station.call('BootNotification', boot);
      assert.deepEqual(answer, { status: 'Pending', currentTime: now, interval: 30 });
      test.time.now += 2 * 3_600_000;
      assert.equal(await statusOf(station.call('BootNotification', boot)), 'Accepted');
      assert.equal((await station.call('Heartbeat', {}))[0], 3);
    },
  );

  lives('rejected: not even what was asked for before is taken', {}, async (test) => {
    const station = test.connect('CP1');
    test.csms.registry.set(station.session.station, { registration: 'pending' });
    const trigger = station.session.call({
      action: 'TriggerMessage',
      payload: { requestedMessage: 'Heartbeat' },
      timeoutMs: 1000,
      expiresAt: test.time.now + 1000,
    });
    const [, id] = await station.next();
    station.send(JSON.stringify([3, id, { status: 'Accepted' }]));
    await trigger;
    assert.equal((await station.call('Heartbeat', {}))[0], 3);
    test.csms.registry.set(station.session.station, { registration: 'rejected' });
    assert.equal((await station.call('Heartbeat', {}))[2], 'SecurityError');
  });
});

describe('charging_enabled OFF', () => {
  lives('refuses before any fallback', { authorization: 'external', askFallback: 'accept' }, async (test) => {
    const station = test.connect('CP1');
    assert.equal(await statusOf(station.call('Authorize', { idTag: 'T' })), 'Accepted');
    evseOf(station.session.station, 1).chargingEnabled = false;
    assert.equal(await statusOf(station.call('Authorize', { idTag: 'T' })), 'Blocked');
  });

  lives('holds for an EVSE that shows up later', {}, async (test) => {
    const station = test.connect('CP1');
    evseOf(station.session.station, 1).chargingEnabled = false;
    await station.call('StatusNotification', { connectorId: 2, errorCode: 'NoError', status: 'Available' });
    assert.equal(test.outside.state.get('CP1/2/charging_enabled'), 'OFF');
    assert.equal(await statusOf(station.call('Authorize', { idTag: 'T' })), 'Blocked');
  });
});

describe('a start that we sent', () => {
  lives(
    'is accepted although nobody outside answers',
    { authorization: 'external', askFallback: 'reject' },
    async (test) => {
      const station = test.connect('CP1');
      station.session.station.sentStarts.push({
        idToken: 'TAG1',
        evse: 1,
        command: 'c1',
        until: test.time.now + 60_000,
      });
      assert.equal(await statusOf(station.call('StartTransaction', start)), 'Accepted');
      assert.equal(test.outside.events.at(-1)?.['command'], 'c1');
      assert.deepEqual(station.session.station.sentStarts, []);
      assert.equal(await statusOf(station.call('Authorize', { idTag: 'TAG1' })), 'Blocked');
    },
  );
});

describe('watchers', () => {
  lives('are told at every Heartbeat', {}, async (test) => {
    const station = test.connect('CP1');
    const told: string[] = [];
    const { outlet } = test.outside;
    const { state } = outlet;
    outlet.state = (entry) => {
      told.push(`${entry.key}=${entry.text}`);
      state(entry);
    };
    await station.call('Heartbeat', {});
    test.time.now += 5000;
    told.length = 0;
    await station.call('Heartbeat', {});
    assert.deepEqual(told, ['heartbeat=ON', 'last_seen=2026-11-22T10:00:05Z']);
  });

  lives('of effects hear what happens, after it was applied', {}, async (test) => {
    const heard: Effect['type'][] = [];
    test.csms.observe((station, effects) => {
      for (const { type } of effects) heard.push(type);
      if (heard.at(-1) === 'authorized') assert.equal(station.transactions.size, 1);
    });
    const station = test.connect('CP1');
    await station.call('StartTransaction', start);
    test.csms.ended(station.session, 'normal_closure');
    assert.deepEqual(heard, ['connected', 'transaction_started', 'authorized', 'disconnected']);
  });
});

describe('secrets', () => {
  lives('in a frame that cannot be read are not told', {}, async (test) => {
    const station = test.connect('CP1');
    station.send('[3,"x",{"configurationKey":[{"key":"AuthorizationKey","value":"topsecret"}');
    await station.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
    assert.ok(
      test.outside.eventTexts.some((text) => text.includes('AuthorizationKey') || text.includes('***')),
    );
    assert.ok(test.outside.eventTexts.every((text) => !text.includes('topsecret')));
  });
});

describe('joining', () => {
  const expectedStations = ['A', 'B', 'x'.repeat(49)];

  lives(
    'expected stations that have no place are a warning, not the end',
    { expectedStations, singleStation: true },
    (test) => {
      assert.deepEqual(
        test.logged.filter(({ level }) => level === 'warn').map(({ message }) => message.slice(0, 21)),
        ['EXPECTED_CHARGE_POINTS', 'EXPECTED_CHARGE_POINTS'].map((text) => text.slice(0, 21)),
      );
      assert.notEqual(test.csms.registry.find('A'), null);
      return Promise.resolve();
    },
  );

  lives(
    'is open until 30 minutes after the first one came, however long that takes',
    { expectedStations: ['A'], join: 'window' },
    (test) => {
      const admit = (identity: string): object =>
        test.csms.admit({ identity, address: '192.168.1.5', offered: [] });
      test.time.now += 24 * 3_600_000;
      assert.ok('station' in admit('A'));
      test.time.now += 29 * 60_000;
      assert.ok('station' in admit('B'));
      test.time.now += 2 * 60_000;
      assert.ok('refused' in admit('C'));
      assert.ok('station' in admit('b'));
      return Promise.resolve();
    },
  );
});
