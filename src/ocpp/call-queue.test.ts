import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCallQueue } from './call-queue.ts';

function queueOf(maxQueuedCalls = 3) {
  let ids = 0;
  return createCallQueue<string>({ maxQueuedCalls, newMessageId: () => `m${++ids}` });
}

function call(ref: string, { timeoutMs = 30, expiresAt = Infinity } = {}) {
  return { action: 'Reset', payload: { type: 'Soft' }, timeoutMs, expiresAt, ref };
}

describe('one CALL at a time', () => {
  test('the next one waits until the one in flight has ended', () => {
    const queue = queueOf();
    queue.enqueue(call('a'));
    queue.enqueue(call('b'));
    assert.equal(queue.dequeue(0)?.text, '[2,"m1","Reset",{"type":"Soft"}]');
    assert.equal(queue.dequeue(0), null);
    assert.equal(queue.end('m1')?.ref, 'a');
    assert.equal(queue.dequeue(0)?.call.ref, 'b');
  });

  test('an id that is not in flight ends nothing', () => {
    const queue = queueOf();
    queue.enqueue(call('a'));
    assert.equal(queue.end('m1'), null);
    queue.dequeue(0);
    assert.equal(queue.end('m2'), null);
    assert.equal(queue.end('m1')?.ref, 'a');
    assert.equal(queue.end('m1'), null);
  });

  test('a payload that is ready JSON goes out as it is', () => {
    const queue = queueOf();
    queue.enqueue({ ...call('a'), payload: '{ "type": "Soft" }' });
    assert.equal(queue.dequeue(0)?.text, '[2,"m1","Reset",{ "type": "Soft" }]');
  });
});

describe('time', () => {
  test('the wait for an answer starts when the CALL was written', () => {
    const queue = queueOf();
    queue.enqueue(call('a', { timeoutMs: 30 }));
    queue.dequeue(0);
    assert.equal(queue.deadline(), Infinity);
    queue.written(100);
    assert.equal(queue.deadline(), 130);
    assert.deepEqual(queue.expire(129), { expired: [], timedOut: null });
    assert.equal(queue.expire(130).timedOut?.ref, 'a');
    assert.equal(queue.deadline(), Infinity);
    assert.equal(queue.end('m1'), null);
  });

  test('a queued call that expires is never sent', () => {
    const queue = queueOf();
    queue.enqueue(call('a', { expiresAt: 50 }));
    queue.enqueue(call('b'));
    assert.equal(queue.deadline(), 50);
    assert.equal(queue.dequeue(50)?.call.ref, 'b');
    assert.deepEqual(
      queue.expire(50).expired.map(({ ref }) => ref),
      ['a'],
    );
    assert.deepEqual(queue.expire(50).expired, []);
  });

  test('a CALL that was sent no longer expires, it times out', () => {
    const queue = queueOf();
    queue.enqueue(call('a', { timeoutMs: 30, expiresAt: 50 }));
    queue.dequeue(49);
    queue.written(49);
    assert.deepEqual(queue.expire(60), { expired: [], timedOut: null });
    assert.equal(queue.expire(79).timedOut?.ref, 'a');
  });

  test('an answer ends the wait', () => {
    const queue = queueOf();
    queue.enqueue(call('a'));
    queue.dequeue(0);
    queue.written(0);
    queue.end('m1');
    assert.equal(queue.deadline(), Infinity);
    assert.deepEqual(queue.expire(1e9), { expired: [], timedOut: null });
  });
});

describe('limits', () => {
  test('a full queue takes no more, and the one in flight does not count', () => {
    const queue = queueOf(2);
    assert.ok(queue.enqueue(call('a')));
    assert.ok(queue.enqueue(call('b')));
    assert.ok(!queue.enqueue(call('c')));
    queue.dequeue(0);
    assert.ok(queue.enqueue(call('d')));
  });

  test('closing gives back everything and takes nothing more', () => {
    const queue = queueOf();
    queue.enqueue(call('a'));
    queue.enqueue(call('b'));
    queue.dequeue(0);
    queue.written(0);
    const rest = queue.close();
    assert.equal(rest.inFlight?.ref, 'a');
    assert.deepEqual(
      rest.queued.map(({ ref }) => ref),
      ['b'],
    );
    assert.deepEqual(queue.close(), { inFlight: null, queued: [] });
    assert.ok(!queue.enqueue(call('c')));
    assert.equal(queue.dequeue(0), null);
    assert.equal(queue.deadline(), Infinity);
  });
});
