import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../nearest.ts';
import { loadConfig } from './load.ts';
import { parseValue } from './parse-value.ts';
import { renderReferencePage } from './reference-page.ts';
import { flagName, optionNames, optionOf, yamlKey } from './schema.ts';

test('every option is documented with its name and what it is for', () => {
  const page = renderReferencePage();
  for (const name of optionNames) {
    assert.ok(page.includes(`### ${name}\n\n${optionOf(name).description}\n`), name);
  }
});

test('every option says what holds without a value', () => {
  for (const name of optionNames) {
    const { default: value, unset } = optionOf(name);
    assert.notEqual(value === undefined, unset === undefined, name);
  }
});

test('every default is a value that the option itself allows', () => {
  for (const name of optionNames) {
    const { default: value } = optionOf(name);
    if (value === undefined) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    assert.deepEqual(parseValue(optionOf(name), text), value, name);
    const { config } = loadConfig({ flags: { [name]: text }, env: {}, cwd: '/', readFile: () => undefined });
    assert.deepEqual(config.values[name], value, name);
  }
});

test('the yaml key and the flag of an option follow from its name', () => {
  assert.equal(yamlKey('RETENTION_MAX_GB'), 'retention_max_gb');
  assert.equal(flagName('RETENTION_MAX_GB'), '--retention-max-gb');
});

test('the nearest name takes the fewest typing errors, in any case', () => {
  assert.equal(nearest('mqtt_prot', ['MQTT_CERT', 'MQTT_PORT', 'MQTT_URL']), 'MQTT_PORT');
  assert.equal(nearest('x', []), undefined);
});
