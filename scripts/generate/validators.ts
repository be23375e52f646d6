import { Ajv } from 'ajv';
import { _ } from 'ajv/dist/compile/codegen/index.js';
import standaloneModule from 'ajv/dist/standalone/index.js';
import { fastFormats, fullFormats } from 'ajv-formats/dist/formats.js';
import type { Messages } from './schemas.ts';

const standalone = standaloneModule.default;

/** All that generated code imports: two small files without imports of their own, never ajv itself. */
const prologue = `import ucs2length from 'ajv/dist/runtime/ucs2length.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
`;

/**
 * One ES module with a validator for each request and response of a version. Its errors are bare (keyword,
 * params, path); their texts are made when somebody reads them.
 */
export function emitValidators({ requests, responses, definitions }: Messages): string {
  const ajv = new Ajv({
    // A tolerant receiver has to know every deviation before it decides.
    allErrors: true,
    messages: false,
    strict: false,
    // Small definitions are checked in place, larger ones by a function that all messages share.
    inlineRefs: 4,
    // 8.1 A is a multiple of 0.1, although 8.1 / 0.1 is no integer in binary.
    multipleOfPrecision: 6,
    code: { source: true, esm: true, formats: _`fullFormats` },
    // The quick pattern for a date-time accepts 30 February; the one for a URI is as good as the long one.
    formats: { 'date-time': fullFormats['date-time'], uri: fastFormats.uri },
  });
  for (const [name, schema] of definitions) ajv.addSchema(schema, name);
  for (const [action, schema] of requests) ajv.addSchema(schema, `${action}Request`);
  for (const [action, schema] of responses) ajv.addSchema(schema, `${action}Response`);

  const names = [
    ...[...requests.keys()].map((action) => `${action}Request`),
    ...[...responses.keys()].map((action) => `${action}Response`),
  ];
  const code = standalone(ajv, Object.fromEntries(names.map((name) => [name, name])));
  return `${prologue}${asModule(code, names)}
export const requests = { ${entries([...requests.keys()], 'Request')} };
export const responses = { ${entries([...responses.keys()], 'Response')} };
`;
}

export function emitValidatorTypes(): string {
  return `import type { ErrorObject } from 'ajv';

/** The errors of the last run are on the function. */
export interface Validate {
  (payload: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export const requests: Readonly<Record<string, Validate>>;
export const responses: Readonly<Record<string, Validate>>;
`;
}

/** ajv writes CommonJS requires and each schema's text also into ES modules. */
function asModule(code: string, names: string[]): string {
  const text = code
    .replace('"use strict";', '')
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', 'ucs2length.default')
    .replaceAll(/export const (?=\w+ = validate\d+;)/g, 'const ');
  if (text.includes('require(')) throw new Error('The generated validators require something at run time');
  const used = new Set(text.match(/\bschema\d+(?=\.)/g));
  const pruned = text.replaceAll(
    /const (schema\d+) = \{.*?\};(?=const|function|export)/g,
    (declaration, name: string) => (used.has(name) ? declaration : ''),
  );
  for (const name of names)
    if (!pruned.includes(`const ${name} = `)) throw new Error(`No validator for ${name}`);
  return pruned;
}

function entries(actions: string[], suffix: string): string {
  return actions.map((action) => `${action}: ${action}${suffix}`).join(', ');
}
