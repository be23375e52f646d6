import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { commandNames } from '../src/csms/commands/catalogue.ts';
import { channels } from '../src/mqtt/channels.ts';
import { addresses, parseBridgePart, parseStationPart } from '../src/mqtt/topics.ts';
import { asyncApi, renderAsyncApi } from './asyncapi.ts';

interface Document {
  channels: Record<
    string,
    { address: string; parameters: Record<string, object>; messages: Record<string, object> }
  >;
  operations: Record<string, { action: string; channel: { $ref: string } }>;
  components: { schemas: Record<string, object> };
}

const document = parse(renderAsyncApi()) as Document;

/** What a reference points at; fails where there is nothing. */
function resolve(reference: string): unknown {
  let at: unknown = document;
  for (const name of reference.slice(2).split('/')) {
    assert.ok(typeof at === 'object' && at !== null && name in at, `${reference} leads nowhere`);
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function* referencesIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === '$ref') yield String(inner);
    else yield* referencesIn(inner);
  }
}

test('every topic is documented with its parameters, its direction and its payload', () => {
  assert.deepEqual(Object.keys(document.channels), Object.keys(channels));
  assert.deepEqual(
    Object.values(document.channels)
      .map(({ address }) => address)
      .sort(),
    Object.values(addresses).toSorted(),
  );
  for (const { address, parameters } of Object.values(document.channels)) {
    const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    assert.deepEqual(Object.keys(parameters), names);
    for (const parameter of Object.values(parameters)) assert.ok('description' in parameter, address);
  }
});

test('what others publish is what is parsed', () => {
  for (const [name, { action }] of Object.entries(document.operations)) {
    const { address = '' } = document.channels[name] ?? {};
    const [, part = ''] =
      /^\{\w+\}\/(.*)$/.exec(address.replace('{evse}', '1').replaceAll(/\{(key|action|id)\}/g, 'x')) ?? [];
    const isParsed = parseStationPart(part) !== null || parseBridgePart(part) === 'bridge_command';
    assert.equal(isParsed, action === 'receive', address);
  }
});

test('every reference leads somewhere', () => {
  const references = [...referencesIn(document)];
  assert.ok(references.length > 50);
  for (const reference of references) resolve(reference);
});

test('every schema is one', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    assert.doesNotThrow(() => ajv.compile(schema), name);
  }
});

test('every command has a name in the document', () => {
  const text = JSON.stringify(document.components.schemas['Command']);
  for (const name of commandNames()) assert.ok(text.includes(`"${name}"`), name);
});

test('the text is the document', () => {
  assert.deepEqual(document, asyncApi());
});
