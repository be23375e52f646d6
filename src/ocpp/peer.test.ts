import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { formatCall, formatCallError, formatCallResult } from './frame-text.ts';
import { createPeer } from './peer.ts';
import type { Peer, PeerOptions } from './peer.ts';
import { loadProtocol } from './validator.ts';

const protocol = await loadProtocol('ocpp1.6');
const protocol21 = await loadProtocol('ocpp2.1');

function peerOf(options: Partial<PeerOptions> = {}): Peer<number> {
  let ids = 0;
  const newMessageId = () => `m${++ids}`;
  return createPeer<number>({ protocol, role: 'csms', maxQueuedCalls: 3, newMessageId, ...options });
}

function reset(ref: number, expiresAt = Infinity) {
  return { action: 'Reset', payload: { type: 'Soft' }, timeoutMs: 30, expiresAt, ref };
}

describe('CALLs of the other side', () => {
  test('a CALL received again while it is being answered waits for the same answer', () => {
    const peer = peerOf();
    const text = formatCall('1', 'Heartbeat', {});
    assert.equal(peer.receive(text).type, 'call');
    assert.equal(peer.receive(text).type, 'repeat');
    assert.equal(peer.receive(text).type, 'repeat');
    assert.deepEqual(peer.answer('1', 'answer'), ['answer', 'answer', 'answer']);
    assert.equal(peer.counters.repeated, 2);
  });

  test('an id that was answered may come again', () => {
    const peer = peerOf();
    const text = formatCall('1', 'Heartbeat', {});
    peer.receive(text);
    peer.answer('1', 'answer');
    assert.equal(peer.receive(text).type, 'call');
  });

  test('another CALL under an id that is still open is not processed and not answered', () => {
    const peer = peerOf();
    peer.receive(formatCall('1', 'Heartbeat', {}));
    const second = peer.receive(formatCall('1', 'Authorize', { idTag: 'x' }));
    assert.equal(second.type === 'invalid' && second.reply, null);
    assert.deepEqual(peer.answer('1', 'answer'), ['answer']);
  });

  test('CALLs before the answer to the first are all open, and answered in any order', () => {
    const peer = peerOf();
    for (const id of ['1', '2', '3'])
      assert.equal(peer.receive(formatCall(id, 'Heartbeat', {})).type, 'call');
    assert.deepEqual(peer.answer('3', 'c'), ['c']);
    assert.deepEqual(peer.answer('1', 'a'), ['a']);
    assert.deepEqual(peer.answer('2', 'b'), ['b']);
  });

  test('too many open CALLs are not answered, so that the station keeps them', () => {
    const peer = peerOf({ maxOpenCalls: 2 });
    peer.receive(formatCall('1', 'Heartbeat', {}));
    peer.receive(formatCall('2', 'Heartbeat', {}));
    const third = peer.receive(formatCall('3', 'Heartbeat', {}));
    assert.equal(third.type === 'invalid' && third.reply, null);
    assert.deepEqual(peer.answer('3', 'c'), []);
    peer.answer('1', 'a');
    assert.equal(peer.receive(formatCall('3', 'Heartbeat', {})).type, 'call');
  });

  test('an answer to a CALL nobody sent writes nothing', () => {
    assert.deepEqual(peerOf().answer('1', 'answer'), []);
  });

  test('the station receives what the CSMS may send, and the other way round', () => {
    const station = peerOf({ role: 'station' });
    assert.equal(station.receive(formatCall('1', 'Reset', { type: 'Soft' })).type, 'call');
    assert.equal(station.receive(formatCall('2', 'Heartbeat', {})).type, 'invalid');
    assert.equal(station.receive(formatCall('3', 'DataTransfer', { vendorId: 'v' })).type, 'call');
    assert.equal(peerOf().receive(formatCall('3', 'DataTransfer', { vendorId: 'v' })).type, 'call');
  });
});

describe('our CALLs', () => {
  test('an answer belongs to the CALL with its id', () => {
    const peer = peerOf();
    peer.enqueue(reset(7));
    peer.dequeue(0);
    peer.written(0);
    const incoming = peer.receive(formatCallResult('m1', { status: 'Accepted' }));
    assert.equal(incoming.type === 'result' && incoming.call.ref, 7);
  });

  test('a CALLERROR is an answer', () => {
    const peer = peerOf();
    peer.enqueue(reset(7));
    peer.dequeue(0);
    const incoming = peer.receive(formatCallError('m1', 'NotSupported'));
    assert.equal(incoming.type === 'error' && incoming.call.ref, 7);
  });

  test('CALLs of both sides cross', () => {
    const peer = peerOf();
    peer.enqueue(reset(7));
    peer.dequeue(0);
    assert.equal(peer.receive(formatCall('m1', 'Authorize', { idTag: 'x' })).type, 'call');
    assert.deepEqual(peer.answer('m1', 'answer'), ['answer']);
    assert.equal(peer.receive(formatCallResult('m1', { status: 'Accepted' })).type, 'result');
  });

  test('a late CALLRESULT is dropped and counted', () => {
    const peer = peerOf();
    peer.enqueue(reset(7));
    peer.dequeue(0);
    peer.written(0);
    assert.equal(peer.expire(30).timedOut?.ref, 7);
    assert.equal(peer.receive(formatCallResult('m1', { status: 'Accepted' })).type, 'stale');
    assert.equal(peer.counters.stale, 1);
  });

  test('a second CALLRESULT is dropped and counted', () => {
    const peer = peerOf();
    peer.enqueue(reset(7));
    peer.dequeue(0);
    const answer = formatCallResult('m1', { status: 'Accepted' });
    assert.equal(peer.receive(answer).type, 'result');
    assert.equal(peer.receive(answer).type, 'stale');
  });

  test('a CALL that waits is not ended by an answer that guesses its id', () => {
    const peer = peerOf();
    peer.enqueue(reset(7));
    assert.equal(peer.receive(formatCallResult('m1', { status: 'Accepted' })).type, 'stale');
    assert.equal(peer.dequeue(0)?.call.ref, 7);
  });

  test('the other side of 2.1 hears that its answer was broken', () => {
    const peer = peerOf({ protocol: protocol21 });
    peer.enqueue({ ...reset(7), payload: { type: 'OnIdle' } });
    peer.dequeue(0);
    const incoming = peer.receive('[3,"m1","no"]');
    assert.equal(incoming.type, 'invalid');
    assert.equal(incoming.call?.ref, 7);
    assert.equal(incoming.reply, '[5,"m1","FormatViolation","the payload is no object",{}]');
  });
});

type Step =
  | { do: 'enqueue'; expiresIn: number }
  | { do: 'dequeue' | 'written' | 'expire' | 'close' }
  | { do: 'answer'; frame: 'result' | 'error' | 'broken' | 'unknown' }
  | { do: 'pass'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('enqueue' as const), expiresIn: fc.integer({ min: 0, max: 100 }) }),
  fc.record({
    do: fc.constantFrom('dequeue' as const, 'dequeue' as const, 'written' as const, 'expire' as const),
  }),
  fc.record({
    do: fc.constant('answer' as const),
    frame: fc.constantFrom('result' as const, 'error' as const, 'broken' as const, 'unknown' as const),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 60 }) }),
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
);

test('whatever happens, one CALL at most is in flight and each call ends exactly once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const peer = peerOf();
      const open = new Set<number>();
      let inFlight: { messageId: string; ref: number } | null = null;
      let refs = 0;
      let now = 0;
      const end = (call: { ref: number } | null) => {
        if (call === null) return;
        assert.ok(open.delete(call.ref), `call ${call.ref} ended twice`);
        if (call.ref === inFlight?.ref) inFlight = null;
      };
      const run = (step: Step) => {
        switch (step.do) {
          case 'enqueue':
            if (peer.enqueue(reset(++refs, now + step.expiresIn))) open.add(refs);
            break;
          case 'dequeue': {
            const next = peer.dequeue(now);
            if (next === null) break;
            assert.equal(inFlight, null, 'two CALLs in flight');
            assert.ok(next.call.expiresAt > now, 'an expired call was sent');
            inFlight = { messageId: next.call.messageId, ref: next.call.ref };
            break;
          }
          case 'written':
            peer.written(now);
            break;
          case 'answer': {
            const id = step.frame === 'unknown' ? 'nobody' : (inFlight?.messageId ?? 'nobody');
            const texts = {
              result: `[3,"${id}",{}]`,
              error: `[4,"${id}","x"]`,
              broken: `[3,"${id}",`,
              unknown: '[3,"nobody",{}]',
            };
            const incoming = peer.receive(texts[step.frame]);
            if (id === 'nobody') assert.ok(incoming.type === 'stale' || incoming.type === 'invalid');
            if ('call' in incoming) end(incoming.call);
            break;
          }
          case 'expire': {
            const { expired, timedOut } = peer.expire(now);
            for (const call of expired) assert.notEqual(call.ref, inFlight?.ref, 'a sent call expired');
            for (const call of expired) end(call);
            end(timedOut);
            assert.ok(peer.deadline() > now);
            break;
          }
          case 'pass':
            now += step.ms;
            break;
          case 'close': {
            const rest = peer.close();
            for (const call of [rest.inFlight, ...rest.queued]) end(call);
            break;
          }
        }
      };
      for (const step of steps) run(step);
      run({ do: 'close' });
      assert.equal(open.size, 0, 'a call never ended');
    }),
    { numRuns: 2000 },
  );
});
