import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { openRetainedFile } from './retained-file.ts';
import { createRetainedStorage } from './retained-storage.ts';
import type { RetainedMessages, RetainedStorage } from './retained.ts';
import { createRetainedMessages } from './retained.ts';

async function withFolder(run: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'retained-'));
  try {
    await run(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function open(dir: string, warnings: string[] = []): Promise<RetainedMessages> {
  const storage = createRetainedStorage(dir, (text) => warnings.push(text));
  const messages = createRetainedMessages(storage, assert.ifError);
  await messages.open();
  return messages;
}

function message(topic: string, payload: string) {
  return { topic, payload: Buffer.from(payload), qos: 1 as const, retain: true };
}

void test('what was set, replaced and cleared is the same after reopening', () =>
  withFolder(async (dir) => {
    const first = await open(dir);
    for (let index = 0; index < 1000; index++) first.set(message(`t/${index}`, `${index}`));
    first.set(message('t/1', 'new'));
    first.set(message('t/2', ''));
    assert.equal(first.unwritten, 1000);
    await first.close();
    const second = await open(dir);
    assert.equal(second.size, 999);
    assert.equal(second.get('t/1')?.payload.toString(), 'new');
    assert.equal(second.get('t/2'), undefined);
    second.set(message('t/3', ''));
    await second.close();
    const third = await open(dir);
    assert.equal(third.size, 998);
    await third.close();
  }));

void test('properties and expiry come back', () =>
  withFolder(async (dir) => {
    const properties = {
      contentType: 'text/plain',
      correlationData: Buffer.from([0, 200]),
      userProperties: { a: ['1', '2'] },
    };
    const first = await open(dir);
    first.set({ ...message('t', 'x'), properties, messageExpiry: 5_000_000_000_000 });
    await first.close();
    const second = await open(dir);
    assert.deepEqual(second.get('t'), {
      ...message('t', 'x'),
      cmd: 'publish',
      properties,
      messageExpiry: 5_000_000_000_000,
    });
    await second.close();
  }));

void test('a damaged file is set aside, said once, and the broker starts without it', () =>
  withFolder(async (dir) => {
    await writeFile(join(dir, 'broker.db'), 'this is no database, however long you look at it'.repeat(100));
    const warnings: string[] = [];
    const messages = await open(dir, warnings);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /damaged/);
    messages.set(message('t', 'x'));
    await messages.close();
    assert.ok((await readdir(dir)).includes('broker.db.damaged'));
    const again = await open(dir);
    assert.equal(again.size, 1);
    await again.close();
  }));

void test('a file of a newer version is refused and left alone', () =>
  withFolder(async (dir) => {
    const database = openRetainedFile(join(dir, 'broker.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    await assert.rejects(open(dir), { code: 'store_newer' });
    assert.ok(!(await readdir(dir)).includes('broker.db.damaged'));
  }));

void test('a batch that could not be written is written with the next one', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const batches: string[][] = [];
  let fails = true;
  const written = Promise.withResolvers<void>();
  const failure = Promise.withResolvers<unknown>();
  const storage: RetainedStorage = {
    load: () => [],
    async write(rows) {
      if (fails) throw new Error('disk full');
      batches.push(rows.map(({ topic }) => topic));
      written.resolve();
    },
    close: async () => undefined,
  };
  const messages = createRetainedMessages(storage, (error) => failure.resolve(error));
  await messages.open();
  messages.set(message('a', '1'));
  messages.set(message('a', '2'));
  context.mock.timers.tick(500);
  assert.match(String(await failure.promise), /disk full/);
  fails = false;
  messages.set(message('b', '1'));
  await messages.close();
  await written.promise;
  assert.deepEqual(batches, [['a', 'b']]);
});

void test('a filter without wildcards is looked up, not searched for', () => {
  const messages = createRetainedMessages(null, assert.ifError);
  messages.set(message('a/b', '1'));
  messages.set(message('a/c', '2'));
  const found = [...messages.match(['a/b', 'a/+', 'x'])].map(({ topic }) => topic);
  assert.deepEqual(found, ['a/b', 'a/b', 'a/c']);
  assert.equal(messages.unwritten, 0);
});
