import type { OcppVersion } from '../../src/ocpp/version.ts';
import type { Messages, Schema } from './schemas.ts';

/** The payloads of every message as TypeScript types, and `Requests` and `Responses` by action. */
export function emitTypes(version: OcppVersion, { requests, responses, definitions }: Messages): string {
  return [
    `/** Payloads of ${version}, from its JSON schemas. */`,
    ...[...definitions].map(([name, schema]) => emitType(name, schema)),
    ...[...requests].map(([action, schema]) => emitType(`${action}Request`, schema)),
    ...[...responses].map(([action, schema]) => emitType(`${action}Response`, schema)),
    emitIndex('Requests', 'Request', requests),
    emitIndex('Responses', 'Response', responses),
    '',
  ].join('\n\n');
}

function emitType(name: string, schema: Schema): string {
  return `export type ${name} = ${typeOf(schema, '')};`;
}

function emitIndex(name: string, suffix: string, messages: ReadonlyMap<string, Schema>): string {
  const rows = [...messages.keys()].map((action) => `  ${action}: ${action}${suffix};`);
  return `export interface ${name} {\n${rows.join('\n')}\n}`;
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref;
  if (schema.enum !== undefined) return schema.enum.map((value) => `'${value}'`).join(' | ');
  if (schema.type === 'object') return objectType(schema, indent);
  if (schema.type === 'array') return `(${typeOf(schema.items ?? {}, indent)})[]`;
  if (schema.type === 'integer') return 'number';
  // A schema that says nothing allows anything: `data` of a 2.x DataTransfer.
  return schema.type ?? 'unknown';
}

function objectType(
  { properties = {}, required = [], additionalProperties }: Schema,
  indent: string,
): string {
  const inner = `${indent}  `;
  const rows = Object.entries(properties).map(
    ([name, schema]) => `${inner}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};`,
  );
  if (additionalProperties !== false) rows.push(`${inner}[name: string]: unknown;`);
  return rows.length === 0 ? 'Record<string, never>' : `{\n${rows.join('\n')}\n${indent}}`;
}
