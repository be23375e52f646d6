import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { errorCodesOf } from './errors.ts';
import { actionOf, payloadText } from './frame-text.ts';
import { createPeer } from './peer.ts';
import type { Incoming, InvalidFrame } from './peer.ts';
import { loadProtocol } from './validator.ts';
import type { Protocol } from './validator.ts';
import { ocppVersions } from './version.ts';

interface Vector {
  name: string;
  text: string;
  inFlight?: { messageId: string; action: string };
  expect: {
    type: Incoming<null>['type'];
    action?: string;
    violations?: string[];
    code?: string;
    violation?: string;
    reply?: unknown[] | null;
    ends?: boolean;
  };
}

for (const version of ocppVersions) {
  const file = new URL(`../../test/vectors/${version}.json`, import.meta.url);
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
  const protocol = await loadProtocol(version);
  describe(version, () => {
    for (const vector of vectors) test(vector.name, () => checkVector(vector, protocol));
  });
}

function checkVector(vector: Vector, protocol: Protocol): void {
  const { inFlight, text, expect } = vector;
  const peer = createPeer<null>({
    protocol,
    role: 'csms',
    maxQueuedCalls: 1,
    newMessageId: () => inFlight?.messageId ?? '',
  });
  if (inFlight !== undefined) {
    peer.enqueue({ action: inFlight.action, payload: {}, timeoutMs: 1, expiresAt: Infinity, ref: null });
    assert.notEqual(peer.dequeue(0), null);
  }
  const incoming = peer.receive(text);
  assert.equal(incoming.type, expect.type, JSON.stringify(incoming));
  switch (incoming.type) {
    case 'call':
    case 'send':
      assert.equal(incoming.action, expect.action);
      assert.equal(actionOf(text), incoming.action);
      assert.deepEqual(JSON.parse(payloadText(text)) ?? {}, incoming.payload);
      checkViolations(protocol.validateRequest(incoming.action, incoming.payload), expect);
      break;
    case 'result':
      assert.equal(incoming.call.action, expect.action);
      assert.deepEqual(JSON.parse(payloadText(text)) ?? {}, incoming.payload);
      checkViolations(protocol.validateResponse(incoming.call.action, incoming.payload), expect);
      break;
    case 'error':
    case 'result_error':
      assert.equal(incoming.code, expect.code);
      break;
    case 'invalid':
      checkInvalid(incoming, expect, protocol);
      break;
    case 'stale':
      assert.equal(peer.counters.stale, 1);
      break;
    case 'repeat':
      assert.fail('one text alone cannot be a repeat');
  }
}

function checkViolations(
  violations: ReturnType<Protocol['validateRequest']>,
  expect: Vector['expect'],
): void {
  const told = (violations ?? []).map(({ kind, path }) => `${kind} ${path}`);
  assert.deepEqual(told.sort(), (expect.violations ?? []).toSorted());
}

function checkInvalid(incoming: InvalidFrame<null>, expect: Vector['expect'], { version }: Protocol): void {
  assert.equal(incoming.violation, expect.violation);
  assert.equal(incoming.call !== null, expect.ends ?? false);
  const reply = incoming.reply === null ? null : (JSON.parse(incoming.reply) as unknown[]);
  assert.deepEqual(reply?.slice(0, 3) ?? null, expect.reply);
  if (reply === null) return;
  assert.equal(reply.length, 5);
  assert.equal(incoming.code, reply[2]);
  assert.ok(String(reply[2]) in errorCodesOf(version), `${String(reply[2])} is no code of ${version}`);
}
