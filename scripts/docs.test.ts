import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorCodes } from '../src/errors.ts';
import { generatedDocs } from './generated-docs.ts';

for (const { file, generate } of generatedDocs) {
  test(`${file} is what the source says`, async () => {
    const committed = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    assert.equal(committed, await generate(), 'run npm run docs');
  });
}

test('each error code is documented, and each documented one exists', () => {
  const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^- `(\w+)`: /gm)].map(([, code]) => code);
  assert.deepEqual(documented, Object.keys(errorCodes));
});
