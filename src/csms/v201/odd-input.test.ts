import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createTestCsms, type TestCsms, type TestStation } from '../../../test/support/csms.ts';
import { createSchemaMessages } from '../../../test/support/schema-messages.ts';
import { loadProtocol } from '../../ocpp/validator.ts';

type Path = (string | number)[];

/** Where in a payload something can be replaced. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, each]) =>
    placesOf(each, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  // an earlier change may have taken the place away
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return typeof key === 'number' && key < value.length
      ? value.with(key, replaced(value[key], rest, by))
      : value;
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, by) };
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(-1, 0, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e300, null, true, [], {}, [null], [[]]),
  fc.constantFrom('', ' ', 'null', 'NaN', '1e308', '1970-01-01T00:00:00Z', '2026-02-30T10:00:00Z', 'kW'),
  fc.constantFrom('__proto__', 'constructor', 'Transaction.Begin', 'Started', 'Updated', 'Ended', 'Charging'),
  fc.string({ maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const isNumber =
  /(?:power|energy|current|voltage|soc|temperature|meter_(?:start|stop|diff|cost))[a-z_0-9]*(?<!timestamp|reason)$/;

describe('whatever a station of OCPP 2.1 sends', async () => {
  const protocol = await loadProtocol('ocpp2.1');
  const messages = createSchemaMessages('ocpp2.1');
  const actions = [...protocol.actions.values()]
    .filter(({ direction, send }) => direction !== 'csms' && !send)
    .map(({ name }) => name);
  // most of what can go wrong is there
  const oftener = [
    'TransactionEvent',
    'TransactionEvent',
    'MeterValues',
    'StatusNotification',
    'NotifyEvent',
  ];
  const message = fc.constantFrom(...actions, ...oftener, ...oftener).chain((action) => {
    const example = messages.full(action);
    const change = fc.tuple(fc.constantFrom(...placesOf(example)), odd);
    return fc
      .array(change, { maxLength: 3 })
      .map((changes): [string, unknown] => [
        action,
        changes.reduce<unknown>((payload, [path, by]) => replaced(payload, path, by) ?? payload, example),
      ]);
  });
  let test: TestCsms;
  let station: TestStation;

  before(async () => {
    test = await createTestCsms({ pricePerKwh: 0.3 });
    station = test.connect('A', 'ocpp2.1');
  });
  after(() => test.close());

  it('gets exactly one answer, a valid one, and no state is without a value', async () => {
    let id = 0;
    await fc.assert(
      fc.asyncProperty(message, async ([action, payload]) => {
        const before = station.frames.length;
        const [type, messageId, response] = await station.call(action, payload, `x${++id}`);
        assert.ok(type === 3 || type === 4);
        assert.equal(messageId, `x${id}`);
        assert.equal(station.frames.length, before + 1);
        if (type === 3) assert.equal(protocol.validateResponse(action, response), null);
        for (const [key, text] of test.outside.state) {
          assert.notEqual(text, '', key);
          if (isNumber.test(key)) assert.match(text, /^-?\d+(\.\d+)?(e[+-]\d+)?$/, key);
        }
      }),
      { numRuns: 1000, endOnFailure: true },
    );
    assert.deepEqual(
      test.logged.filter(({ level }) => level === 'error'),
      [],
    );
  });

  it('is the same state after a restart of the gateway', async () => {
    const before = new Map(test.outside.state);
    await test.restart();
    const changing =
      /(?:service_started|connection_state|last_|disconnect_reason|heartbeat|availability|_import$)/;
    for (const [key, text] of before)
      if (!changing.test(key)) assert.equal(test.outside.state.get(key), text, key);
  });
});
