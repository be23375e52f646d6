import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { actionOf, payloadText } from './frame-text.ts';
import { createPeer } from './peer.ts';
import { maskFrameText } from './secrets.ts';
import { loadProtocol } from './validator.ts';
import { ocppVersions } from './version.ts';

const mutationsOfEachVersion = 34_000;

const interesting = [
  '"',
  '\\',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  'null',
  '-1',
  '1e999',
  '0',
  '2',
  '3',
  '4',
  '5',
  '6',
  '\u0000',
  'é',
  '\ud800',
  '__proto__',
  ' ',
];

for (const version of ocppVersions) {
  const file = new URL(`../../test/vectors/${version}.json`, import.meta.url);
  const seeds = (JSON.parse(readFileSync(file, 'utf8')) as { text: string }[]).map(({ text }) => text);
  const protocol = await loadProtocol(version);

  test(`${mutationsOfEachVersion} mutated frames of ${version} crash nothing`, () => {
    const random = createRandom(0x0cbb);
    const peer = createPeer<null>({ protocol, role: 'csms', maxQueuedCalls: 1, newMessageId: () => 'c1' });
    const types = new Set<string>();
    for (let count = 0; count < mutationsOfEachVersion; count++) {
      const text = mutate(seeds[random(seeds.length)] ?? '', seeds, random);
      peer.enqueue({ action: 'Reset', payload: {}, timeoutMs: 1, expiresAt: Infinity, ref: null });
      peer.dequeue(0);
      const incoming = peer.receive(text);
      types.add(incoming.type);
      maskFrameText(text);
      if (incoming.type === 'call' || incoming.type === 'send') {
        protocol.validateRequest(incoming.action, incoming.payload);
        assert.equal(actionOf(text), incoming.action);
        assert.deepEqual(JSON.parse(payloadText(text)) ?? {}, incoming.payload);
        peer.answer(incoming.messageId, '');
      } else if (incoming.type === 'result') {
        protocol.validateResponse(incoming.call.action, incoming.payload);
        assert.deepEqual(JSON.parse(payloadText(text)) ?? {}, incoming.payload);
      } else if (incoming.type === 'invalid' && incoming.reply !== null) {
        assert.ok(Array.isArray(JSON.parse(incoming.reply)));
      }
    }
    for (const type of ['call', 'result', 'error', 'stale', 'invalid']) assert.ok(types.has(type), type);
  });
}

type Random = (below: number) => number;

/** The same numbers in every run: xorshift32. */
function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutate(seed: string, seeds: readonly string[], random: Random): string {
  let text = seed;
  for (let changes = random(4); changes >= 0; changes--) {
    const at = random(text.length + 1);
    const end = at + random(8);
    const piece = interesting[random(interesting.length)] ?? '';
    const other = seeds[random(seeds.length)] ?? '';
    const mutations = [
      () => text.slice(0, at) + piece + text.slice(at),
      () => text.slice(0, at) + piece + text.slice(end),
      () => text.slice(0, at) + text.slice(end),
      () => text.slice(0, at) + other.slice(random(other.length + 1)),
      () => text.slice(0, end) + text.slice(at),
    ];
    text = mutations[random(mutations.length)]?.() ?? text;
  }
  return text;
}
