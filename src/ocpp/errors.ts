import { generationOf } from './version.ts';
import type { OcppGeneration, OcppVersion } from './version.ts';

/** What can be wrong with a message. The first five are found by a schema. */
export type ViolationKind =
  | 'missing_field'
  | 'additional_field'
  | 'wrong_type'
  | 'constraint'
  | 'cardinality'
  | 'unknown_action'
  | 'wrong_direction'
  | 'payload_not_object'
  | 'malformed'
  | 'unreadable'
  | 'unknown_message_type'
  | 'security'
  | 'internal'
  | 'generic';

/** OCPP-J 1.6 §4.2.3, table 7. Two spellings stay as first published: errata §5.1 and §5.2. */
const codes16 = {
  NotImplemented: 'The action is not known.',
  NotSupported: 'The action is known, but not supported here.',
  InternalError: 'The receiver failed while it processed the action.',
  ProtocolError: 'The payload is incomplete.',
  SecurityError: 'A security problem prevented the action.',
  FormationViolation: 'The payload is not built as the action demands.',
  PropertyConstraintViolation: 'A field has a value that is not allowed.',
  OccurenceConstraintViolation: 'A field occurs too often or not often enough.',
  TypeConstraintViolation: 'A field has the wrong data type.',
  GenericError: 'Any other error.',
} as const;

/** OCPP 2.0.1 and 2.1 part 4 §4.3. */
const codes2 = {
  FormatViolation: 'The payload is not built correctly.',
  GenericError: 'Any other error.',
  InternalError: 'The receiver failed while it processed the action.',
  MessageTypeNotSupported: 'The message type is not supported.',
  NotImplemented: 'The action is not known.',
  NotSupported: 'The action is known, but not supported here.',
  OccurrenceConstraintViolation: 'A field occurs too often or not often enough.',
  PropertyConstraintViolation: 'A field has a value that is not allowed.',
  ProtocolError: 'The payload does not have the structure of the action.',
  RpcFrameworkError: 'The frame is no valid RPC message.',
  SecurityError: 'A security problem prevented the action.',
  TypeConstraintViolation: 'A field has the wrong data type.',
} as const;

type Code16 = keyof typeof codes16;
type Code2 = keyof typeof codes2;

/** A code for the wire. */
export type RpcErrorCode = Code16 | Code2;

/** The codes a version may send, with what they mean. */
export function errorCodesOf(version: OcppVersion): Readonly<Partial<Record<RpcErrorCode, string>>> {
  return generationOf(version) === '1.6' ? codes16 : codes2;
}

type CodeTable = Record<OcppGeneration, Record<ViolationKind, RpcErrorCode | null>>;

const codeByViolation = {
  '1.6': {
    missing_field: 'ProtocolError',
    additional_field: 'FormationViolation',
    wrong_type: 'TypeConstraintViolation',
    constraint: 'PropertyConstraintViolation',
    cardinality: 'OccurenceConstraintViolation',
    unknown_action: 'NotImplemented',
    wrong_direction: 'NotSupported',
    payload_not_object: 'FormationViolation',
    malformed: 'FormationViolation',
    unreadable: null,
    unknown_message_type: null,
    security: 'SecurityError',
    internal: 'InternalError',
    generic: 'GenericError',
  },
  '2': {
    missing_field: 'OccurrenceConstraintViolation',
    additional_field: 'ProtocolError',
    wrong_type: 'TypeConstraintViolation',
    constraint: 'PropertyConstraintViolation',
    cardinality: 'OccurrenceConstraintViolation',
    unknown_action: 'NotImplemented',
    wrong_direction: 'NotSupported',
    payload_not_object: 'FormatViolation',
    malformed: 'RpcFrameworkError',
    unreadable: 'RpcFrameworkError',
    unknown_message_type: 'MessageTypeNotSupported',
    security: 'SecurityError',
    internal: 'InternalError',
    generic: 'GenericError',
  },
} as const satisfies CodeTable;

/** The code that tells the sender about a violation; `null`: this version has none and nothing is sent. */
export function errorCodeFor(version: OcppVersion, violation: ViolationKind): RpcErrorCode | null {
  return codeByViolation[generationOf(version)][violation];
}

const otherSpellings: Readonly<Record<string, Code2>> = {
  formationviolation: 'FormatViolation',
  occurenceconstraintviolation: 'OccurrenceConstraintViolation',
};

const codeByLowerCase = new Map<string, Code2>([
  ...(Object.keys(codes2) as Code2[]).map((code) => [code.toLowerCase(), code] as const),
  ...Object.entries(otherSpellings),
]);

/** A received code in the spelling of OCPP 2.x; one that no version knows is a `GenericError`. */
export function normaliseErrorCode(code: string): RpcErrorCode {
  return codeByLowerCase.get(code.trim().toLowerCase()) ?? 'GenericError';
}
