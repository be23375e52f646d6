import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadProtocol } from './validator.ts';
import { ocppVersions } from './version.ts';

const [v16, v201, v21] = await Promise.all(ocppVersions.map(loadProtocol));
assert.ok(v16 && v201 && v21);

describe('a deviation is told by kind and place', () => {
  test('a missing field', () => {
    assert.deepEqual(v16.validateRequest('Authorize', {}), [
      { kind: 'missing_field', path: '/idTag', keyword: 'required', message: '/idTag is missing' },
    ]);
  });

  test('a field that is not part of the message', () => {
    assert.deepEqual(v16.validateRequest('Heartbeat', { 'a/b~c': 1 }), [
      {
        kind: 'additional_field',
        path: '/a~1b~0c',
        keyword: 'additionalProperties',
        message: '/a~1b~0c is not part of the message',
      },
    ]);
  });

  test('a wrong type', () => {
    assert.deepEqual(v16.validateRequest('Authorize', { idTag: 7 }), [
      { kind: 'wrong_type', path: '/idTag', keyword: 'type', message: '/idTag is no string' },
    ]);
  });

  test('a payload that is no object', () => {
    assert.deepEqual(v16.validateRequest('Heartbeat', []), [
      { kind: 'wrong_type', path: '', keyword: 'type', message: 'the payload is no object' },
    ]);
  });

  test('a value outside its list', () => {
    assert.deepEqual(v16.validateRequest('Reset', { type: 'soft' }), [
      { kind: 'constraint', path: '/type', keyword: 'enum', message: '/type is none of Hard, Soft' },
    ]);
  });

  test('a list that is too short or too long', () => {
    assert.deepEqual(v201.validateRequest('GetVariables', { getVariableData: [] }), [
      {
        kind: 'cardinality',
        path: '/getVariableData',
        keyword: 'minItems',
        message: '/getVariableData has fewer than 1 elements',
      },
    ]);
    const certificateHashData = {
      hashAlgorithm: 'SHA256',
      issuerNameHash: '',
      issuerKeyHash: '',
      serialNumber: '',
    };
    const ocspData = { ...certificateHashData, responderURL: '' };
    const request = {
      idToken: { idToken: 'T', type: 'Central' },
      iso15118CertificateHashData: Array.from({ length: 5 }, () => ocspData),
    };
    assert.equal(v201.validateRequest('Authorize', request)?.[0]?.kind, 'cardinality');
  });

  test('a number out of range', () => {
    const request = { chargingProfileCriteria: { stackLevel: -1 } };
    const [violation] = v21.validateRequest('ClearChargingProfile', request) ?? [];
    assert.equal(violation?.kind, 'constraint');
    assert.equal(violation.message, '/chargingProfileCriteria/stackLevel is less than 0');
  });

  test('a text that is too long', () => {
    const [violation] = v16.validateRequest('Authorize', { idTag: 'x'.repeat(21) }) ?? [];
    assert.equal(violation?.kind, 'constraint');
    assert.equal(violation.message, '/idTag is longer than 20 characters');
  });
});

test('all deviations are told, but never more than 64', () => {
  const payload = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, index]));
  assert.equal(v16.validateRequest('BootNotification', payload)?.length, 64);
  assert.equal(v16.validateRequest('BootNotification', {})?.length, 2);
});

test('a valid payload stays valid after an invalid one', () => {
  assert.notEqual(v16.validateRequest('Authorize', {}), null);
  assert.equal(v16.validateRequest('Authorize', { idTag: 'x' }), null);
});

test('an action the version does not have is an error of the caller', () => {
  assert.throws(() => v16.validateRequest('TransactionEvent', {}), RangeError);
  assert.throws(() => v16.validateRequest('toString', {}), RangeError);
  assert.throws(() => v21.validateResponse('NotifyPeriodicEventStream', {}), RangeError);
});

describe('the errata of the 1.6 schemas are part of them', () => {
  test('the interval of a BootNotification is an integer (OCPP-J 1.6 errata §2.4)', () => {
    const response = { status: 'Accepted', currentTime: '2026-11-22T10:15:00Z', interval: 1.5 };
    assert.equal(v16.validateResponse('BootNotification', response)?.[0]?.path, '/interval');
  });

  test('an idTagInfo of a local list has its fields (OCPP-J 1.6 errata §2.3)', () => {
    const idTagInfo = { status: 'Accepted', expiryDate: '2026-11-22T10:15:00Z', parentIdTag: 'P' };
    const request = {
      listVersion: 1,
      updateType: 'Full',
      localAuthorizationList: [{ idTag: 'T', idTagInfo }],
    };
    assert.equal(v16.validateRequest('SendLocalList', request), null);
  });

  test('retries of an UpdateFirmware are integers (OCPP-J 1.6 errata §2.5)', () => {
    const request = { location: 'ftp://host/file', retrieveDate: '2026-11-22T10:15:00Z', retries: 0.5 };
    assert.equal(v16.validateRequest('UpdateFirmware', request)?.[0]?.path, '/retries');
  });

  test('inner objects take no additional fields (OCPP-J 1.6 errata §3.2)', () => {
    const idTagInfo = { status: 'Accepted', more: 1 };
    assert.equal(v16.validateResponse('Authorize', { idTagInfo })?.[0]?.kind, 'additional_field');
  });

  test('Celsius and Celcius are units (OCPP-J 1.6 errata §2.1)', () => {
    for (const unit of ['Celsius', 'Celcius']) {
      const transactionData = [{ timestamp: '2026-11-22T10:15:00Z', sampledValue: [{ value: '1', unit }] }];
      const stop = { meterStop: 1, timestamp: '2026-11-22T10:15:00Z', transactionId: 1, transactionData };
      assert.equal(v16.validateRequest('StopTransaction', stop), null);
      assert.equal(v16.validateRequest('MeterValues', { connectorId: 1, meterValue: transactionData }), null);
    }
  });
});

test('every limit with one decimal is valid, none with two', () => {
  const withLimit = (limit: number) => ({
    connectorId: 0,
    csChargingProfiles: {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] },
    },
  });
  for (let tenths = 0; tenths <= 40_000; tenths++) {
    const limit = tenths / 10;
    assert.equal(v16.validateRequest('SetChargingProfile', withLimit(limit)), null, `${limit}`);
  }
  assert.notEqual(v16.validateRequest('SetChargingProfile', withLimit(8.15)), null);
});

test('the generated code of a version imports nothing but two small files', async () => {
  const { readFile } = await import('node:fs/promises');
  for (const folder of ['v16', 'v201', 'v21']) {
    const code = await readFile(new URL(`generated/${folder}/validators.js`, import.meta.url), 'utf8');
    const imported = [...code.matchAll(/^import .* from '(.*)';$/gm)].map((match) => match[1]);
    assert.deepEqual(imported, ['ajv/dist/runtime/ucs2length.js', 'ajv-formats/dist/formats.js']);
    assert.ok(!code.includes('require('));
  }
});
