import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createTestCsms, type TestCsms, type TestStation } from '../../test/support/csms.ts';

/**
 * What a start-up reads again must be what was known before. One gateway lives through a history without a break;
 * another is stopped, or killed, in the middle of the same history. Both must have told the world the same.
 */

type Step =
  | { do: 'boot' }
  | { do: 'status'; connectorId: number; status: string; errorCode: string }
  | { do: 'start'; connectorId: number; idTag: string; meterStart: number }
  | { do: 'stop'; which: number; meter: number; idTag: string | null; data: boolean }
  | { do: 'meter'; connectorId: number; which: number | null; values: [string, string][] }
  | { do: 'authorize'; idTag: string }
  | { do: 'data'; data: string }
  | { do: 'again' }
  | { do: 'switch'; enabled: boolean }
  | { do: 'pass'; seconds: number }
  | { do: 'checkpoint' }
  | { do: 'break'; kind: 'stop' | 'kill' };

const connectorId = fc.integer({ min: 0, max: 2 });
const idTag = fc.constantFrom('TAG1', 'tag1', 'TAG2');
const register = fc.integer({ min: 0, max: 5000 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('boot' as const) }),
  fc.record({
    do: fc.constant('status' as const),
    connectorId,
    status: fc.constantFrom('Available', 'Preparing', 'Charging', 'SuspendedEV', 'Finishing', 'Faulted'),
    errorCode: fc.constantFrom('NoError', 'GroundFailure'),
  }),
  fc.record({
    do: fc.constant('start' as const),
    connectorId: fc.integer({ min: 1, max: 2 }),
    idTag,
    meterStart: register,
  }),
  fc.record({
    do: fc.constant('stop' as const),
    which: fc.integer({ min: -1, max: 3 }),
    meter: register,
    idTag: fc.option(idTag),
    data: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('meter' as const),
    connectorId,
    which: fc.option(fc.integer({ min: -1, max: 3 })),
    values: fc.array(
      fc.tuple(
        fc.constantFrom('Energy.Active.Import.Register', 'Power.Active.Import', 'Voltage', 'Current.Import'),
        register.map(String),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({ do: fc.constant('authorize' as const), idTag }),
  fc.record({ do: fc.constant('data' as const), data: fc.constantFrom('x', 'ftp://user:secret@host/') }),
  fc.record({ do: fc.constant('again' as const) }),
  fc.record({ do: fc.constant('switch' as const), enabled: fc.boolean() }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
  fc.record({ do: fc.constant('checkpoint' as const) }),
  fc.record({ do: fc.constant('break' as const), kind: fc.constantFrom('stop' as const, 'kill' as const) }),
);

/** Plays a history; a break is a new start, or for the twin only the end of the connection. */
class History {
  private readonly test: TestCsms;
  private readonly breaks: boolean;
  private station: TestStation;
  private readonly started: number[] = [];
  private last: [string, object, string] | null = null;
  private messages = 0;

  constructor(test: TestCsms, breaks: boolean) {
    this.test = test;
    this.breaks = breaks;
    this.station = test.connect('CP1');
  }

  async play(step: Step): Promise<void> {
    const { test } = this;
    const timestamp = new Date(test.time.now).toISOString();
    switch (step.do) {
      case 'boot':
        return this.say('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
      case 'status': {
        const { do: _, ...payload } = step;
        return this.say('StatusNotification', payload);
      }
      case 'start': {
        const { do: _, ...payload } = step;
        return this.say('StartTransaction', { ...payload, timestamp });
      }
      case 'stop': {
        const entry = { timestamp, sampledValue: [{ value: String(step.meter) }] };
        return this.say('StopTransaction', {
          transactionId: this.transaction(step.which),
          meterStop: step.meter,
          timestamp,
          ...(step.idTag !== null && { idTag: step.idTag }),
          ...(step.data && { transactionData: [entry] }),
        });
      }
      case 'meter': {
        const sampledValue = step.values.map(([measurand, value]) => ({ measurand, value }));
        return this.say('MeterValues', {
          connectorId: step.connectorId,
          ...(step.which !== null && { transactionId: this.transaction(step.which) }),
          meterValue: [{ timestamp, sampledValue }],
        });
      }
      case 'authorize':
        return this.say('Authorize', { idTag: step.idTag });
      case 'data':
        return this.say('DataTransfer', { vendorId: 'V', data: step.data });
      case 'again':
        if (this.last !== null) await this.call(...this.last);
        return;
      case 'switch':
        for (const evse of this.station.session.station.evses.values()) evse.chargingEnabled = step.enabled;
        this.station.session.station.state.setCompatible('charging_enabled', step.enabled);
        test.csms.persist(this.station.session.station);
        return;
      case 'pass':
        test.time.now += step.seconds * 1000;
        return;
      case 'checkpoint':
        test.csms.checkpoint();
        return;
      case 'break':
        return this.break(step.kind);
    }
  }

  private async break(kind: 'stop' | 'kill'): Promise<void> {
    const { test } = this;
    if (this.breaks) {
      if (kind === 'stop') test.csms.stop('session_cancelled');
      await test.restart();
    } else {
      test.csms.ended(this.station.session, kind === 'stop' ? 'session_cancelled' : 'unexpected_error');
    }
    this.station = test.connect('CP1');
  }

  private transaction(which: number): number {
    return which < 0 ? which : (this.started.at(-1 - which) ?? 0);
  }

  private async say(action: string, payload: object): Promise<void> {
    await this.call(action, payload, `m${++this.messages}`);
  }

  private async call(action: string, payload: object, id: string): Promise<void> {
    this.last = [action, payload, id];
    const [type, , response] = await this.station.call(action, payload, id);
    assert.equal(type, 3, `${action}: ${JSON.stringify(response)}`);
    const { transactionId } = response as { transactionId?: number };
    if (transactionId !== undefined && !this.started.includes(transactionId))
      this.started.push(transactionId);
  }

  /** What it told, without the ids of its database and its start. */
  async told(): Promise<object> {
    const { test } = this;
    // when this is answered, everything before it is committed
    await this.say('StatusNotification', { connectorId: 0, status: 'Available', errorCode: 'NoError' });
    test.csms.checkpoint();
    const rows = await test.store.state.transactions({ limit: 1000 });
    const state = new Map([...test.outside.state].filter(([key]) => !key.endsWith('service_started')));
    return {
      events: test.outside.eventTexts.map((text) => text.replace(/"log":"\w+"|"id":"[\w-]+"/g, '')),
      state: Object.fromEntries([...state].sort(([one], [other]) => (one < other ? -1 : 1))),
      transactions: rows.map(({ json }) => JSON.parse(json) as object),
    };
  }
}

async function play(steps: readonly Step[], breaks: boolean): Promise<object> {
  const test = await createTestCsms({ pricePerKwh: 0.3 });
  try {
    const history = new History(test, breaks);
    for (const each of steps) await history.play(each);
    return await history.told();
  } finally {
    await test.close();
  }
}

describe('a gateway that is stopped or killed', () => {
  it('knows a running transaction as one: its stop ends the session that is shown', async () => {
    const test = await createTestCsms();
    try {
      const history = new History(test, true);
      await history.play({ do: 'start', connectorId: 1, idTag: 'TAG1', meterStart: 1000 });
      await history.play({ do: 'checkpoint' });
      await history.play({ do: 'break', kind: 'stop' });
      await history.play({ do: 'stop', which: 0, meter: 3000, idTag: null, data: false });
      const session = JSON.parse(test.outside.state.get('CP1/1/(session)') ?? '{}') as object;
      assert.deepEqual(
        { ...session, id: '', start: '', end: '' },
        {
          id: '',
          start: '',
          end: '',
          energy: 2,
          duration: 0,
          id_token: 'TAG1',
          meter_start: 1,
          meter_stop: 3,
          stop_reason: 'Local',
          signed: 'none',
        },
      );
    } finally {
      await test.close();
    }
  });

  it('does not take a made-up transaction id of a station for one of its own', async () => {
    const test = await createTestCsms();
    try {
      const timestamp = '2026-11-22T10:00:00Z';
      await test
        .connect('CP1')
        .call('StopTransaction', { transactionId: 2 ** 31 - 1, meterStop: 1, timestamp });
      await test.restart();
      const start = { connectorId: 1, idTag: 'TAG1', meterStart: 0, timestamp };
      const [, , response] = await test.connect('CP1').call('StartTransaction', start);
      // a 32-bit integer on the station
      assert.ok((response as { transactionId: number }).transactionId < 2 ** 31);
    } finally {
      await test.close();
    }
  });

  it('has told the same as one that never was, when it is back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        assert.deepEqual(await play(steps, true), await play(steps, false));
      }),
      { numRuns: 25 },
    );
  });
});
