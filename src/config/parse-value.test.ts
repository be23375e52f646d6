import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Option } from './option.ts';
import { parseValue } from './parse-value.ts';

const described = { description: '' };

test('numbers are decimal, with blanks around them', () => {
  const option: Option = { ...described, type: 'number' };
  for (const [text, value] of [
    ['1883', 1883],
    [' 5 ', 5],
    ['0.3', 0.3],
    ['.5', 0.5],
    ['-1', -1],
    ['+2', 2],
  ] as const) {
    assert.equal(parseValue(option, text), value);
  }
});

test('what is no number stays a text, for the schema to refuse', () => {
  for (const text of ['', 'abc', '0x10', '1e3', '1 2', 'NaN', 'Infinity', '1,5']) {
    assert.equal(parseValue({ ...described, type: 'integer' }, text), text);
  }
});

test('booleans have four spellings each, in any case', () => {
  const option: Option = { ...described, type: 'boolean' };
  for (const text of ['true', 'ON', 'Yes', '1']) assert.equal(parseValue(option, text), true);
  for (const text of ['false', 'OFF', 'No', '0']) assert.equal(parseValue(option, text), false);
  for (const text of ['maybe', '2', 'constructor']) assert.equal(parseValue(option, text), text);
});

test('a list with commas is an array where that is allowed, and JSON always is', () => {
  const option: Option = { ...described, type: 'array', commas: true };
  assert.deepEqual(parseValue(option, 'Authorize, BootNotification'), ['Authorize', 'BootNotification']);
  assert.deepEqual(parseValue(option, '["Authorize"]'), ['Authorize']);
  assert.equal(parseValue({ ...described, type: 'array' }, 'a,b'), 'a,b');
});

test('words of a fixed set are taken in any case, other texts as they are', () => {
  assert.equal(parseValue({ ...described, type: 'string', enum: ['json'] }, ' JSON '), 'json');
  assert.equal(parseValue({ ...described, type: 'string' }, ' Pass '), ' Pass ');
});
