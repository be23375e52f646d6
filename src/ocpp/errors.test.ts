import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodeFor, errorCodesOf, normaliseErrorCode } from './errors.ts';
import type { RpcErrorCode, ViolationKind } from './errors.ts';
import { ocppVersions } from './version.ts';

const table: Record<ViolationKind, [in16: RpcErrorCode | null, in2: RpcErrorCode]> = {
  unknown_action: ['NotImplemented', 'NotImplemented'],
  wrong_direction: ['NotSupported', 'NotSupported'],
  payload_not_object: ['FormationViolation', 'FormatViolation'],
  missing_field: ['ProtocolError', 'OccurrenceConstraintViolation'],
  additional_field: ['FormationViolation', 'ProtocolError'],
  wrong_type: ['TypeConstraintViolation', 'TypeConstraintViolation'],
  constraint: ['PropertyConstraintViolation', 'PropertyConstraintViolation'],
  cardinality: ['OccurenceConstraintViolation', 'OccurrenceConstraintViolation'],
  malformed: ['FormationViolation', 'RpcFrameworkError'],
  unreadable: [null, 'RpcFrameworkError'],
  unknown_message_type: [null, 'MessageTypeNotSupported'],
  security: ['SecurityError', 'SecurityError'],
  internal: ['InternalError', 'InternalError'],
  generic: ['GenericError', 'GenericError'],
};

for (const [kind, [in16, in2]] of Object.entries(table) as [ViolationKind, (typeof table)[ViolationKind]][]) {
  test(`${kind} is ${in16 ?? 'not told'} in 1.6 and ${in2} in 2.x`, () => {
    assert.equal(errorCodeFor('ocpp1.6', kind), in16);
    assert.equal(errorCodeFor('ocpp2.0.1', kind), in2);
    assert.equal(errorCodeFor('ocpp2.1', kind), in2);
  });
}

test('every code that is sent is one of its version, and described', () => {
  for (const version of ocppVersions) {
    const codes = errorCodesOf(version);
    for (const kind of Object.keys(table) as ViolationKind[]) {
      const code = errorCodeFor(version, kind);
      if (code !== null) assert.ok(codes[code], `${version} ${code}`);
    }
  }
});

test('1.6 has ten codes with its two odd spellings, 2.x has twelve', () => {
  assert.equal(Object.keys(errorCodesOf('ocpp1.6')).length, 10);
  assert.ok(!('FormatViolation' in errorCodesOf('ocpp1.6')));
  assert.ok(!('OccurrenceConstraintViolation' in errorCodesOf('ocpp1.6')));
  assert.equal(Object.keys(errorCodesOf('ocpp2.1')).length, 12);
  assert.ok(!('FormationViolation' in errorCodesOf('ocpp2.1')));
});

test('both spellings are understood, in any case', () => {
  assert.equal(normaliseErrorCode('FormationViolation'), 'FormatViolation');
  assert.equal(normaliseErrorCode('FormatViolation'), 'FormatViolation');
  assert.equal(normaliseErrorCode('OccurenceConstraintViolation'), 'OccurrenceConstraintViolation');
  assert.equal(normaliseErrorCode('occurrenceconstraintviolation '), 'OccurrenceConstraintViolation');
  assert.equal(normaliseErrorCode('notsupported'), 'NotSupported');
});

test('a code that no version knows is a GenericError', () => {
  assert.equal(normaliseErrorCode(''), 'GenericError');
  assert.equal(normaliseErrorCode('constructor'), 'GenericError');
});
