import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import { GatewayError } from '../../errors.ts';
import { nearestName } from '../../nearest.ts';

// strict mode does not know the keywords of documentation
const ajv = new Ajv({ useDefaults: true, strict: false, strictNumbers: true });
ajvFormats.default(ajv, ['date-time', 'uri']);

const compiled = new WeakMap<TSchema, ValidateFunction>();

/** A copy of the arguments with defaults; throws `invalid_args` with path and rule. A schema is compiled when first used. */
export function validateArgs<S extends TSchema>(schema: S, args: unknown): Static<S> {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  const copy: unknown = structuredClone(args ?? {});
  if (validate(copy)) return copy as Static<S>;
  throw invalidArgs(schema, validate.errors?.[0]);
}

function invalidArgs(schema: TSchema, error: ErrorObject | undefined): GatewayError {
  const { instancePath = '', keyword = '', message = 'is not allowed', params = {} } = error ?? {};
  const property = String(params['missingProperty'] ?? params['additionalProperty'] ?? '');
  const path = property === '' ? instancePath || '/' : `${instancePath}/${property}`;
  return new GatewayError(
    'invalid_args',
    `${path} ${ruleText(schema, keyword, property, params) ?? message}`,
    {
      details: { path, rule: keyword },
    },
  );
}

function ruleText(
  schema: TSchema,
  keyword: string,
  property: string,
  params: ErrorObject['params'],
): string | null {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'enum') return `must be one of ${(params['allowedValues'] as unknown[]).join(', ')}`;
  if (keyword === 'const') return `must be ${String(params['allowedValue'])}`;
  if (keyword !== 'additionalProperties') return null;
  const known = 'properties' in schema ? Object.keys(schema['properties'] as object) : [];
  const near = nearestName(property, known);
  return near === null
    ? 'is no argument of this command'
    : `is no argument of this command; did you mean ${near}?`;
}
