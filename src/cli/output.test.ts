import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutput, type Output } from './output.ts';

function capture({ json = false, colours = false } = {}): {
  output: Output;
  stdout: string[];
  stderr: string[];
} {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const output = createOutput({
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    json,
    colours,
  });
  return { output, stdout, stderr };
}

test('columns are aligned, and colours take no room in them', () => {
  const { output, stdout } = capture({ colours: true });
  output.table([
    [output.paint('green', 'ok'), 'one'],
    ['failed', 'two', 'three'],
  ]);
  assert.deepEqual(stdout, ['\u001b[32mok\u001b[0m      one\n', 'failed  two  three\n']);
});

test('values are printed with --json only, lines and tables without it only', () => {
  for (const json of [false, true]) {
    const { output, stdout } = capture({ json });
    output.line('a line');
    output.table([['a', 'row']]);
    output.value({ a: 1 });
    assert.deepEqual(stdout, json ? ['{"a":1}\n'] : ['a line\n', 'a  row\n']);
  }
});

test('an unexpected error has the code internal', () => {
  const { output, stdout } = capture({ json: true });
  output.fail(new TypeError('x is not a function'));
  assert.deepEqual(JSON.parse(stdout[0] ?? ''), {
    error: { code: 'internal', message: 'x is not a function' },
  });
});
