import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { fastFormats, fullFormats } from 'ajv-formats/dist/formats.js';
import { directions } from '../../src/ocpp/directions.ts';
import { loadProtocol } from '../../src/ocpp/validator.ts';
import { ocppVersions } from '../../src/ocpp/version.ts';
import { emitActions } from './actions.ts';
import { readMessages, sourceOf } from './schemas.ts';
import type { Messages, Schema } from './schemas.ts';

const expected = {
  'ocpp1.6': {
    sha256: 'bcef6a1779d7e729d88f604b18a27084b25e3f1d94e95c5c744f1b4a23c47ae5',
    directions: { station: 13, csms: 25, both: 1 },
    sends: [],
  },
  'ocpp2.0.1': {
    sha256: 'bb3c94678892a15bea969666bda599cc342eb3c34b7b351ddcfa974da9765a60',
    directions: { station: 24, csms: 39, both: 1 },
    sends: [],
  },
  'ocpp2.1': {
    sha256: '05ca95379552acf5de73d70566a063f44f6a1d4427072646605c5b352a05adb5',
    directions: { station: 36, csms: 54, both: 1 },
    sends: ['NotifyPeriodicEventStream'],
  },
};

for (const version of ocppVersions) {
  const messages = readMessages(version);
  const protocol = await loadProtocol(version);
  const facts = expected[version];

  describe(version, () => {
    test('the source is the one these facts were checked against', () => {
      const hash = createHash('sha256')
        .update(readFileSync(sourceOf(version)))
        .digest('hex');
      assert.equal(hash, facts.sha256);
    });

    test('every action has its direction', () => {
      const counts = { station: 0, csms: 0, both: 0 };
      for (const { direction } of protocol.actions.values()) counts[direction]++;
      assert.deepEqual(counts, facts.directions);
      assert.deepEqual([...protocol.actions.keys()], Object.keys(directions[version]));
    });

    test('only what has no response is a SEND', () => {
      const sends = [...protocol.actions.values()].filter(({ send }) => send).map(({ name }) => name);
      assert.deepEqual(sends, facts.sends);
    });

    test('a schema without direction and a direction without schema stop the generator', () => {
      const { Heartbeat: _, ...others } = directions[version];
      assert.throws(() => emitActions(version, others, messages), /no direction for Heartbeat/);
      const more = { ...directions[version], Foo: 'csms' as const };
      assert.throws(() => emitActions(version, more, messages), /no schema for Foo/);
    });

    test('the generated validators judge as ajv does with the schemas as they were published', () => {
      const compile = createCompiler(version);
      let judged = 0;
      for (const [kind, schemas] of [
        ['request', messages.requests],
        ['response', messages.responses],
      ] as const) {
        for (const [action, schema] of schemas) {
          const published = compile(action, kind);
          const validate = kind === 'request' ? protocol.validateRequest : protocol.validateResponse;
          const sample = sampleOf(schema, messages);
          assert.equal(validate(action, sample), null, `${action} ${kind}`);
          for (const payload of [sample, ...mutationsOf(sample)]) {
            if ((validate(action, payload) === null) !== published(payload)) {
              assert.fail(`${action} ${kind} ${JSON.stringify(payload)}`);
            }
            judged++;
          }
        }
      }
      assert.ok(judged > 1000, `${judged}`);
    });
  });
}

/** The schemas as they are in the source, compiled at run time. */
function createCompiler(version: (typeof ocppVersions)[number]) {
  const sources = JSON.parse(readFileSync(sourceOf(version), 'utf8')) as { $id: string }[];
  const endings = { request: /^urn:(\w+?)(?:\.req|Request)?$/, response: /^urn:(\w+?)(?:\.conf|Response)$/ };
  return (action: string, kind: 'request' | 'response') => {
    const source = sources.findLast(({ $id }) => endings[kind].exec($id)?.[1] === action);
    assert.ok(source, `${action} ${kind}`);
    const { $id: _, ...schema } = source;
    const formats = { 'date-time': fullFormats['date-time'], uri: fastFormats.uri };
    return new Ajv({ strict: false, multipleOfPrecision: 6, formats }).compile(schema);
  };
}

/** A payload with every field, each with a value that is allowed. */
function sampleOf(schema: Schema, messages: Messages): unknown {
  if (schema.$ref !== undefined) return sampleOf(messages.definitions.get(schema.$ref) ?? {}, messages);
  if (schema.enum !== undefined) return schema.enum.at(-1);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, sampleOf(inner, messages)]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 1 }, () => sampleOf(schema.items ?? {}, messages));
    case 'number':
      return schema.multipleOf === undefined ? (schema.minimum ?? schema.maximum ?? 1.25) : 8.1;
    case 'integer':
      return schema.minimum ?? -3;
    case 'boolean':
      return false;
    case 'string':
      if (schema.format === 'date-time') return '2026-11-22T10:15:00Z';
      return schema.format === 'uri' ? 'ftp://host/path' : 'x'.repeat(Math.min(schema.maxLength ?? 10, 50));
    case undefined:
      return { anything: [null] };
  }
  return undefined;
}

/** The payload with one place changed, for each place and change. */
function* mutationsOf(payload: unknown): Generator {
  yield* [null, 'text', 7, -1, 7.77, true, [], {}].filter(
    (value) => typeof value !== typeof payload || value === null,
  );
  if (typeof payload === 'string') yield* ['', `${payload}${'y'.repeat(20_000)}`, 'not in any list'];
  if (typeof payload === 'number') yield* [-1000, 1e9, 8.15];
  if (Array.isArray(payload)) {
    yield* [[], Array.from({ length: 2000 }, () => payload[0])];
    for (const inner of mutationsOf(payload[0])) yield [inner];
  } else if (typeof payload === 'object' && payload !== null) {
    yield { ...payload, fieldNobodyKnows: 1 };
    for (const [name, value] of Object.entries(payload)) {
      yield Object.fromEntries(Object.entries(payload).filter(([other]) => other !== name));
      for (const inner of mutationsOf(value)) yield { ...payload, [name]: inner };
    }
  }
}
