import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseDotenv } from './dotenv.ts';

function valuesOf(text: string, known: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(parseDotenv(text, known).entries.map(({ name, value }) => [name, value]));
}

test('quotes of both kinds, blanks, export and comments are read as python-dotenv reads them', () => {
  const text = [
    '# a comment',
    '',
    "SINGLE='ocpp/charger1'  # why",
    'DOUBLE="a # b"',
    'export EXPORTED=yes',
    'SPACED =  some words   # why',
    'HASH=pass#word',
    'JSON=\'["a","b"]\'',
    'EMPTY=',
    'NOTHING',
    '  INDENTED=1',
  ].join('\n');
  assert.deepEqual(valuesOf(text), {
    SINGLE: 'ocpp/charger1',
    DOUBLE: 'a # b',
    EXPORTED: 'yes',
    SPACED: 'some words',
    HASH: 'pass#word',
    JSON: '["a","b"]',
    EMPTY: '',
    NOTHING: '',
    INDENTED: '1',
  });
});

test('escapes are those of the quotes around them', () => {
  assert.deepEqual(
    valuesOf(String.raw`A='it\'s \n'` + '\n' + String.raw`B="say \"hi\"\tthere"` + '\n' + String.raw`C=a\nb`),
    {
      A: String.raw`it's \n`,
      B: 'say "hi"\tthere',
      C: String.raw`a\nb`,
    },
  );
});

test('a quoted value may go over several lines, and lines are still counted', () => {
  const { entries } = parseDotenv('A="one\ntwo"\r\nB=1\n', {});
  assert.deepEqual(entries, [
    { name: 'A', value: 'one\ntwo', line: 1 },
    { name: 'B', value: '1', line: 3 },
  ]);
});

test('${NAME} is what the environment says, then the file, then its own default', () => {
  const text = 'HOST=file\nA=${HOST}/x\nB=${NONE:-other}\nC=${NONE}';
  assert.deepEqual(valuesOf(text), { HOST: 'file', A: 'file/x', B: 'other', C: '' });
  assert.equal(valuesOf(text, { HOST: 'environment' })['A'], 'environment/x');
});

test('a line that says nothing readable is reported and the next one is read', () => {
  const { entries, unreadable } = parseDotenv('=x\nMQTT_PORT=1883\nA=\'open\nB=2\nLAST="x" y', {});
  assert.deepEqual(unreadable, [1, 3, 5]);
  assert.deepEqual(
    entries.map(({ name }) => name),
    ['MQTT_PORT', 'B'],
  );
});

test('no text is too strange: everything ends, and every line number exists', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('A', '=', "'", '"', '\\', '\n', '\r', '#', ' ', '$', '{', '}') }),
      (text) => {
        const { entries, unreadable } = parseDotenv(text, {});
        const lines = text.split(/\r\n|\r|\n/).length;
        for (const line of [...unreadable, ...entries.map((entry) => entry.line)])
          assert.ok(line >= 1 && line <= lines);
      },
    ),
  );
});
