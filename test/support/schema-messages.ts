import { readMessages, type Messages, type Schema } from '../../scripts/generate/schemas.ts';
import type { OcppVersion } from '../../src/ocpp/version.ts';

export type Payload = Record<string, unknown>;

/** Payloads of every message of a version, made from its schemas. */
export interface SchemaMessages {
  /** Every field there is, lists with one element. */
  full(action: string): Payload;
  /** Required fields only. */
  minimal(action: string): Payload;
  /** One payload for each way to be wrong that the schema of this action allows. */
  broken(action: string): { fault: Fault; payload: Payload }[];
}

export type Fault = 'missing_field' | 'additional_field' | 'wrong_type' | 'constraint';

const time = '2026-11-22T10:00:00Z';

export function createSchemaMessages(version: OcppVersion): SchemaMessages {
  const messages = readMessages(version);

  function full(action: string): Payload {
    return exampleOf(requestOf(messages, action), true) as Payload;
  }

  function exampleOf(schema: Schema, isFull: boolean): unknown {
    const { $ref, type, items, minimum = 1, maximum = Infinity } = schema;
    if ($ref !== undefined) return exampleOf(definitionOf(messages, $ref), isFull);
    if (schema.enum !== undefined) return schema.enum[0];
    if (type === 'string') return schema.format === 'date-time' ? time : 'x'.slice(0, schema.maxLength);
    if (type === 'integer' || type === 'number') return Math.min(Math.max(1, minimum), maximum);
    if (type === 'object') return objectOf(schema, isFull);
    if (type === 'array')
      return Array.from({ length: schema.minItems ?? 1 }, () => exampleOf(items ?? {}, isFull));
    // a schema without type takes anything
    return true;
  }

  function objectOf({ properties = {}, required = [] }: Schema, isFull: boolean): Payload {
    const present = Object.entries(properties).filter(([name]) => isFull || required.includes(name));
    return Object.fromEntries(
      present.map(([name, property]) => [
        name,
        name === 'unit' && property.type === 'string' && property.enum === undefined
          ? 'Wh'
          : exampleOf(property, isFull),
      ]),
    );
  }

  return {
    full,
    minimal: (action) => exampleOf(requestOf(messages, action), false) as Payload,
    broken(action) {
      const { properties = {}, required = [] } = requestOf(messages, action);
      const whole = full(action);
      const broken: { fault: Fault; payload: Payload }[] = [
        { fault: 'additional_field', payload: { ...whole, unheardOf: 1 } },
      ];
      for (const name of required) {
        const { [name]: _, ...rest } = whole;
        broken.push({ fault: 'missing_field', payload: rest });
      }
      for (const [name, property] of Object.entries(properties)) {
        const resolved = property.$ref === undefined ? property : definitionOf(messages, property.$ref);
        const odd = resolved.type === 'object' ? 'text' : {};
        if (resolved.type !== undefined)
          broken.push({ fault: 'wrong_type', payload: { ...whole, [name]: odd } });
        if (resolved.maxLength !== undefined)
          broken.push({
            fault: 'constraint',
            payload: { ...whole, [name]: 'x'.repeat(resolved.maxLength + 1) },
          });
      }
      return broken;
    },
  };
}

function requestOf(messages: Messages, action: string): Schema {
  const schema = messages.requests.get(action);
  if (schema === undefined) throw new RangeError(`no schema for ${action}`);
  return schema;
}

function definitionOf(messages: Messages, name: string): Schema {
  const schema = messages.definitions.get(name);
  if (schema === undefined) throw new RangeError(`no definition of ${name}`);
  return schema;
}
