import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createTestCsms, type TestCsms, type TestStation } from '../../../test/support/csms.ts';

/** A believable payload of each action a 1.6 station may send, with everything optional in it. */
const timestamp = '2026-11-22T10:00:00Z';
const sampledValue = [
  {
    value: '12.5',
    context: 'Sample.Periodic',
    format: 'Raw',
    measurand: 'Energy.Active.Import.Register',
    phase: 'L1',
    location: 'Outlet',
    unit: 'kWh',
  },
  { value: '230', measurand: 'Voltage', unit: 'V' },
];
const examples: Record<string, object> = {
  Authorize: { idTag: 'TAG1' },
  BootNotification: {
    chargePointVendor: 'V',
    chargePointModel: 'M',
    chargePointSerialNumber: 'S',
    chargeBoxSerialNumber: 'B',
    firmwareVersion: '1',
    iccid: '1',
    imsi: '1',
    meterType: 'T',
    meterSerialNumber: 'N',
  },
  DataTransfer: { vendorId: 'V', messageId: 'M', data: 'D' },
  DiagnosticsStatusNotification: { status: 'Idle' },
  FirmwareStatusNotification: { status: 'Idle' },
  Heartbeat: {},
  MeterValues: { connectorId: 1, transactionId: 1, meterValue: [{ timestamp, sampledValue }] },
  StartTransaction: { connectorId: 1, idTag: 'TAG1', meterStart: 1, timestamp, reservationId: 1 },
  StatusNotification: {
    connectorId: 1,
    errorCode: 'NoError',
    status: 'Charging',
    info: 'I',
    timestamp,
    vendorId: 'V',
    vendorErrorCode: 'E',
  },
  StopTransaction: {
    transactionId: 1,
    meterStop: 2,
    timestamp,
    idTag: 'TAG1',
    reason: 'Local',
    transactionData: [{ timestamp, sampledValue }],
  },
  LogStatusNotification: { status: 'Idle', requestId: 1 },
  SecurityEventNotification: { type: 'T', timestamp, techInfo: 'I' },
  SignCertificate: { csr: 'C' },
  SignedFirmwareStatusNotification: { status: 'Idle', requestId: 1 },
};

/** Where in a payload something can be replaced. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, each]) =>
    placesOf(each, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

function replaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.with(Number(key), replaced(value[Number(key)], rest, by));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replaced(object[key], rest, by) };
}

const oddNumbers = [-1, 0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 53, -(2 ** 53), 1e300, 1.5, -0.1];
const oddTexts = [
  '',
  ' ',
  'null',
  '1e308',
  '-1e308',
  'NaN',
  'Infinity',
  '1970-01-01T00:00:00Z',
  'kW',
  'toString',
];
const oddWords = [
  'constructor',
  'hasOwnProperty',
  '2026-02-30T10:00:00Z',
  '+275760-09-13T00:00:00Z',
  '1',
  'L2-N',
];

const odd = fc.oneof(
  fc.constantFrom<unknown>(...oddNumbers, ...oddTexts, ...oddWords, null, true, [], {}, [null], [[]]),
  fc.string({ maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const message = fc.constantFrom(...Object.keys(examples)).chain((action) => {
  const example = examples[action] ?? {};
  const place = fc.constantFrom(...placesOf(example));
  return fc
    .array(fc.tuple(place, odd), { minLength: 1, maxLength: 3 })
    .map((changes): [string, unknown] => [
      action,
      changes.reduce<unknown>((payload, [path, by]) => replaced(example, path, by) ?? payload, example),
    ]);
});

const isNumber =
  /(?:power|energy|current|voltage|soc|temperature|meter_(?:start|stop|diff|cost))[a-z_0-9]*(?<!timestamp|reason)$/;

describe('whatever a station sends', () => {
  let test: TestCsms;
  let station: TestStation;

  before(async () => {
    test = await createTestCsms({ pricePerKwh: 0.3 });
    station = test.connect('CP1');
  });
  after(() => test.close());

  it('gets exactly one answer, and no state is without a value', async () => {
    let id = 0;
    await fc.assert(
      fc.asyncProperty(message, async ([action, payload]) => {
        const before = station.frames.length;
        const [type, messageId] = await station.call(action, payload, `x${++id}`);
        assert.ok(type === 3 || type === 4);
        assert.equal(messageId, `x${id}`);
        assert.equal(station.frames.length, before + 1);
        for (const [key, text] of test.outside.state)
          if (isNumber.test(key)) assert.match(text, /^-?\d+(\.\d+)?(e[+-]\d+)?$/, key);
      }),
      { numRuns: 1000, endOnFailure: true },
    );
    assert.deepEqual(
      test.logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
