import type { ErrorObject } from 'ajv';
import type { ActionEntry } from './directions.ts';
import type { ViolationKind } from './errors.ts';
import type { OcppVersion } from './version.ts';

/** One deviation of a payload from its schema. */
export interface Violation {
  kind: Extract<
    ViolationKind,
    'missing_field' | 'additional_field' | 'wrong_type' | 'constraint' | 'cardinality'
  >;
  /** JSON pointer to the field, also to one that is missing: `/meterValue/0/timestamp`; '' is the payload. */
  path: string;
  /** Keyword of JSON Schema: `required`, `maxLength`, `enum`... */
  keyword: string;
  /** For people, without the offending value: `/idTag is longer than 20 characters`. */
  message: string;
}

/** What one OCPP version says: its actions and their schemas. */
export interface Protocol {
  readonly version: OcppVersion;
  /** In the specification's order. */
  readonly actions: ReadonlyMap<string, ActionEntry>;
  /** `null`: valid. At most 64 violations are told. Throws on an action the version does not have. */
  validateRequest(action: string, payload: unknown): Violation[] | null;
  /** As `validateRequest`; a SEND has no response and throws, too. */
  validateResponse(action: string, payload: unknown): Violation[] | null;
}

/** Loads the generated code of this version only. */
export async function loadProtocol(version: OcppVersion): Promise<Protocol> {
  const [{ actions }, { requests, responses }] = await importGenerated[version]();
  return {
    version,
    actions: new Map<string, ActionEntry>(Object.entries(actions)),
    validateRequest: createValidation(requests),
    validateResponse: createValidation(responses),
  };
}

const importGenerated = {
  'ocpp1.6': async () =>
    Promise.all([import('./generated/v16/actions.ts'), import('./generated/v16/validators.js')]),
  'ocpp2.0.1': async () =>
    Promise.all([import('./generated/v201/actions.ts'), import('./generated/v201/validators.js')]),
  'ocpp2.1': async () =>
    Promise.all([import('./generated/v21/actions.ts'), import('./generated/v21/validators.js')]),
};

interface Validate {
  (payload: unknown): boolean;
  errors?: ErrorObject[] | null;
}

const maxViolations = 64;

function createValidation(validators: Readonly<Record<string, Validate>>): Protocol['validateRequest'] {
  const byAction = new Map(Object.entries(validators));
  return (action, payload) => {
    const validate = byAction.get(action);
    if (validate === undefined) throw new RangeError(`No schema for ${action}`);
    if (validate(payload)) return null;
    return (validate.errors ?? []).slice(0, maxViolations).map(describe);
  };
}

function describe({ keyword, instancePath, params }: ErrorObject): Violation {
  const at = instancePath === '' ? 'the payload' : instancePath;
  switch (keyword) {
    case 'required': {
      const path = `${instancePath}/${params['missingProperty']}`;
      return { kind: 'missing_field', path, keyword, message: `${path} is missing` };
    }
    case 'additionalProperties': {
      const path = `${instancePath}/${escapePointer(String(params['additionalProperty']))}`;
      return { kind: 'additional_field', path, keyword, message: `${path} is not part of the message` };
    }
    case 'type':
      return { kind: 'wrong_type', path: instancePath, keyword, message: `${at} is no ${params['type']}` };
    case 'minItems':
    case 'maxItems': {
      const message = `${at} has ${keyword === 'minItems' ? 'fewer' : 'more'} than ${params['limit']} elements`;
      return { kind: 'cardinality', path: instancePath, keyword, message };
    }
    default:
      return {
        kind: 'constraint',
        path: instancePath,
        keyword,
        message: `${at} ${constraintText(keyword, params)}`,
      };
  }
}

/** RFC 6901 §3. */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function constraintText(keyword: string, params: ErrorObject['params']): string {
  switch (keyword) {
    case 'enum':
      return `is none of ${(params['allowedValues'] as string[]).join(', ')}`;
    case 'maxLength':
      return `is longer than ${params['limit']} characters`;
    case 'minimum':
      return `is less than ${params['limit']}`;
    case 'maximum':
      return `is greater than ${params['limit']}`;
    case 'multipleOf':
      return `is not a multiple of ${params['multipleOf']}`;
    case 'format':
      return `is no ${params['format']}`;
    default:
      return `violates ${keyword}`;
  }
}
