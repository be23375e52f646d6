import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'node:test';

/** The house rules of ARCHITECTURE.md, checked against the imports as they stand in the code. */

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'src');

/** Who may import what, of ours. A name without a slash is a folder or a file directly in `src/`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  nearest: [],
  'json-schema': [],
  log: ['log'],
  clock: ['csms'],
  ocpp: [],
  csms: ['ocpp', 'json-schema', 'nearest', 'errors', 'log'],
  mqtt: ['csms', 'json-schema', 'errors', 'log'],
  store: ['csms', 'errors'],
  broker: ['errors', 'log'],
  config: ['nearest', 'errors', 'log'],
  http: ['csms', 'ocpp/version', 'mqtt/payloads', 'errors', 'log'],
  simulator: ['ocpp', 'errors', 'log'],
  'mqtt-layout': ['config', 'mqtt'],
  cli: ['config', 'simulator', 'gateway', 'mqtt', 'mqtt-layout', 'ocpp', 'nearest', 'errors', 'log'],
  gateway: [
    'broker',
    'clock',
    'config',
    'csms',
    'http',
    'mqtt',
    'mqtt-layout',
    'ocpp',
    'store',
    'errors',
    'log',
  ],
  main: ['cli'],
};

interface SourceFile {
  /** Relative to `src/`, without extension: `csms/v16/authorize`. */
  name: string;
  text: string;
  imports: { target: string; typeOnly: boolean }[];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

const importPattern = /^\s*(?:import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gm;

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(importPattern)].map((match) => ({
    target: nameOf(resolve(dirname(path), match[2] ?? match[3] ?? '')),
    typeOnly: match[1] !== undefined,
  }));
  return { name: nameOf(path), text, imports };
}

function nameOf(path: string): string {
  return relative(source, path).replace(/\.(ts|js)$/, '');
}

const isProduct = (path: string): boolean =>
  !/\.test\.ts$|\.contract\.ts$|\/generated\/|manual-clock/.test(path);
const files = filesBelow(source).filter(isProduct).map(readSource);

function roomOf(name: string): string {
  return name.split('/')[0] ?? name;
}

describe('the architecture', () => {
  it('has a row in the table for every folder and file of src', () => {
    const rooms = new Set(files.map(({ name }) => roomOf(name)));
    assert.deepEqual(
      [...rooms].filter((room) => mayImport[room] === undefined),
      [],
    );
  });

  it('imports only along the dependency table', () => {
    const wrong: string[] = [];
    for (const { name, imports } of files)
      for (const { target } of imports) {
        const room = roomOf(name);
        if (roomOf(target) === room) continue;
        const allowed = (mayImport[room] ?? []).some(
          (entry) => target === entry || target.startsWith(`${entry}/`),
        );
        if (!allowed) wrong.push(`${name} imports ${target}`);
      }
    assert.deepEqual(wrong, []);
  });

  it('has no import cycles', () => {
    const graph = new Map(
      files.map(({ name, imports }) => [
        name,
        imports.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (name: string, path: string[]): void => {
      if (done.has(name)) return;
      if (path.includes(name)) {
        cycles.push([...path.slice(path.indexOf(name)), name].join(' -> '));
        return;
      }
      for (const target of graph.get(name) ?? []) visit(target, [...path, name]);
      done.add(name);
    };
    for (const name of graph.keys()) visit(name, []);
    assert.deepEqual(cycles, []);
  });

  it('reads the environment only at the process edge', () => {
    const readers = files.filter(({ name, text }) => name !== 'main' && /process\s*\.\s*env/.test(text));
    assert.deepEqual(
      readers.map(({ name }) => name),
      [],
    );
  });

  it('asks for the OCPP version only in ocpp/version and the version folders', () => {
    const asking = /version\s*[!=]==\s*'ocpp|'ocpp[\d.]+'\s*[!=]==/i;
    const wrong = files
      .filter(({ name }) => !name.startsWith('ocpp/') && !/\/v(16|201|21)\//.test(name))
      .filter(({ text }) => asking.test(text));
    assert.deepEqual(
      wrong.map(({ name }) => name),
      [],
    );
  });

  it('keeps the versions apart: none imports another, but 2.1 builds on 2.0.1', () => {
    const wrong: string[] = [];
    for (const { name, imports } of files) {
      const version = /\/(v\d+)\//.exec(name)?.[1];
      for (const { target } of imports) {
        const other = /\/(v\d+)\//.exec(target)?.[1];
        if (version === undefined || other === undefined || other === version) continue;
        if (!(version === 'v21' && other === 'v201')) wrong.push(`${name} imports ${target}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('says in ARCHITECTURE.md why a file is longer than 400 lines', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const long = files.filter(
      (file) => file.text.split('\n').length > 400 && !text.includes(`${file.name}.ts`),
    );
    assert.deepEqual(
      long.map(({ name }) => name),
      [],
    );
  });
});
