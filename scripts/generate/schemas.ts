import { readFileSync } from 'node:fs';
import type { OcppVersion } from '../../src/ocpp/version.ts';

/** The keywords of JSON Schema which the OCPP schemas use for their meaning. */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  $ref?: string;
  enum?: string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  format?: string;
}

/** The messages of one OCPP version. References name a definition: `{ $ref: 'EVSEType' }`. */
export interface Messages {
  /** By action. */
  requests: ReadonlyMap<string, Schema>;
  /** By action; none for a message that is never confirmed. */
  responses: ReadonlyMap<string, Schema>;
  /** Shared by all messages, by name. */
  definitions: ReadonlyMap<string, Schema>;
}

type SourceSchema = Schema & { $id: string; definitions?: Record<string, Schema> };

const sourceNames: Record<OcppVersion, string> = {
  'ocpp1.6': 'ocpp1_6.json',
  'ocpp2.0.1': 'ocpp2_0_1.json',
  'ocpp2.1': 'ocpp2_1.json',
};

/** Where the schemas of a version are. */
export function sourceOf(version: OcppVersion): URL {
  return new URL(`lib/schemas/${sourceNames[version]}`, import.meta.resolve('ocpp-rpc'));
}

export function readMessages(version: OcppVersion): Messages {
  const sources = JSON.parse(readFileSync(sourceOf(version), 'utf8')) as SourceSchema[];
  const requests = new Map<string, Schema>();
  const responses = new Map<string, Schema>();
  const definitions = new Map<string, Schema>();
  for (const { $id, definitions: own = {}, ...message } of sources) {
    const { action, isResponse } = parseId($id);
    (isResponse ? responses : requests).set(action, meaningOf(message));
    for (const [name, definition] of Object.entries(own))
      addDefinition(definitions, name, meaningOf(definition));
  }
  return { requests, responses, definitions };
}

/** `urn:Authorize.req`, `urn:Authorize.conf`; 2.1: `urn:AuthorizeRequest`, `urn:AuthorizeResponse`, `urn:NotifyPeriodicEventStream`. */
function parseId($id: string): { action: string; isResponse: boolean } {
  const match = /^urn:(\w+?)(?:\.req|\.conf|Request|Response)?$/.exec($id);
  if (match?.[1] === undefined) throw new Error(`Schema with an unexpected id: ${$id}`);
  return { action: match[1], isResponse: /(?:\.conf|Response)$/.test($id) };
}

/** Every message carries its own copy of what it refers to; one is enough as long as they say the same. */
function addDefinition(definitions: Map<string, Schema>, name: string, definition: Schema): void {
  const known = definitions.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
    throw new Error(`Two definitions of ${name} differ`);
  }
  definitions.set(name, definition);
}

/** The schema without titles, descriptions and defaults, which no validator uses. */
function meaningOf(schema: Schema): Schema {
  const { type, $ref, properties, items } = schema;
  return {
    ...(type && { type }),
    ...($ref && { $ref: $ref.replace('#/definitions/', '') }),
    ...(schema.enum && { enum: schema.enum }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, meaningOf(property)]),
      ),
    }),
    ...(items && { items: meaningOf(items) }),
    ...pick(schema, ['required', 'additionalProperties', 'minItems', 'maxItems', 'maxLength']),
    ...pick(schema, ['minimum', 'maximum', 'multipleOf', 'format']),
  };
}

function pick<K extends keyof Schema>(schema: Schema, keys: readonly K[]): Pick<Schema, K> {
  const present = keys.filter((key) => schema[key] !== undefined);
  return Object.fromEntries(present.map((key) => [key, schema[key]])) as Pick<Schema, K>;
}
