/**
 * Writes the generated documents; with `--check` it writes nothing and fails when one of them is not what the
 * source says now.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedDocs } from './generated-docs.ts';

const isCheck = process.argv.includes('--check');

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

for (const { file, generate } of generatedDocs) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const text = await generate();
  if (read(path) === text) continue;
  if (isCheck) {
    console.error(`${file} is stale: run npm run docs`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`${file} written`);
  }
}
