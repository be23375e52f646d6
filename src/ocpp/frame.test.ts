import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  actionOf,
  formatCall,
  formatCallError,
  formatCallResult,
  formatCallResultError,
  formatSend,
  payloadText,
} from './frame-text.ts';
import { parseFrame } from './frame.ts';
import type { JsonObject } from './frame.ts';
import { maxDepth } from './json-limits.ts';

const namesPrototype = /__proto__|constructor/;

/** Any JSON object that a frame may carry, as it is after a trip through JSON. */
const payload = fc
  .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }))
  .map((value) => JSON.stringify(value))
  .filter((text) => !namesPrototype.test(text))
  .map((text) => JSON.parse(text) as JsonObject);

const text = fc.string({ unit: 'binary', maxLength: 60 });

test('a CALL, SEND or CALLRESULT that was formatted is parsed as it was', () => {
  fc.assert(
    fc.property(text, text, payload, (messageId, action, payload) => {
      assert.deepEqual(parseFrame(formatCall(messageId, action, payload)), {
        type: 'CALL',
        messageId,
        action,
        payload,
      });
      assert.deepEqual(parseFrame(formatSend(messageId, action, payload)), {
        type: 'SEND',
        messageId,
        action,
        payload,
      });
      assert.deepEqual(parseFrame(formatCallResult(messageId, payload)), {
        type: 'CALLRESULT',
        messageId,
        payload,
      });
    }),
    { numRuns: 500 },
  );
});

test('a CALLERROR or CALLRESULTERROR that was formatted is parsed as it was', () => {
  fc.assert(
    fc.property(text, text, text, payload, (messageId, code, description, details) => {
      const meaning = { messageId, code, description, details };
      const error = parseFrame(formatCallError(messageId, code, description, details));
      assert.deepEqual(error, { type: 'CALLERROR', ...meaning });
      const resultError = parseFrame(formatCallResultError(messageId, code, description, details));
      assert.deepEqual(resultError, { type: 'CALLRESULTERROR', ...meaning });
    }),
    { numRuns: 500 },
  );
});

test('the payload and the action are cut out of a frame as they stand in it', () => {
  fc.assert(
    fc.property(text, text, payload, (messageId, action, payload) => {
      const json = JSON.stringify(payload);
      assert.equal(payloadText(formatCall(messageId, action, json)), json);
      assert.equal(payloadText(formatSend(messageId, action, payload)), json);
      assert.equal(payloadText(formatCallResult(messageId, payload)), json);
      assert.equal(actionOf(formatCall(messageId, action, payload)), action);
      assert.equal(actionOf(formatCallResult(messageId, payload)), '');
    }),
    { numRuns: 500 },
  );
});

test('blanks around the elements do not belong to the payload', () => {
  const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(blank, { minLength: 9, maxLength: 9 }),
      text,
      payload,
      (blanks, messageId, payload) => {
        const [a, b, c, d, e, f, g, h, i] = blanks;
        const json = JSON.stringify(payload, null, 2);
        const call = `${a}[${b}2${c},${d}${JSON.stringify(messageId)}${e},${f}"Reset"${g},${h}${json}${i}]${a}`;
        assert.equal(payloadText(call), json);
        assert.equal(actionOf(call), 'Reset');
        const result = `${a}[${b}3${c},${d}${JSON.stringify(messageId)}${e},${h}${json}${i}]${a}`;
        assert.equal(payloadText(result), json);
      },
    ),
  );
});

test('no text makes the parser or the cutter throw', () => {
  const pieces = [
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"',
    '\\',
    '2',
    '3',
    '4',
    '6',
    ' ',
    'null',
    '"id"',
    '\\u0',
    'é',
  ];
  const noise = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(noise, fc.string({ unit: 'binary' })), (text) => {
      parseFrame(text);
      payloadText(text);
      actionOf(text);
    }),
    { numRuns: 5000 },
  );
});

test('the description of an error is cut at 255 characters', () => {
  const frame = parseFrame(formatCallError('1', 'GenericError', 'x'.repeat(1000)));
  assert.equal(frame.type === 'CALLERROR' && frame.description.length, 255);
});

test('nesting is refused beyond the limit only, however it is made', () => {
  const nested = (depth: number) => `[2,"1","A",${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}]`;
  assert.equal(parseFrame(nested(maxDepth - 1)).type, 'CALL');
  assert.equal(parseFrame(nested(maxDepth)).type, 'broken');
  assert.equal(parseFrame(nested(100_000)).type, 'broken');
  assert.equal(parseFrame('['.repeat(1_000_000)).type, 'broken');
  assert.equal(parseFrame(`[2,"1","A",{"a":[${'{},'.repeat(500)}{}]}]`).type, 'CALL');
});

test('a prototype may be named by a value, not by a key', () => {
  assert.equal(parseFrame('[2,"1","A",{"a":"__proto__"}]').type, 'CALL');
  assert.equal(parseFrame('[2,"__proto__","constructor",{}]').type, 'CALL');
  assert.equal(parseFrame('[2,"1","A",{"a":[{"__proto__":1}]}]').type, 'broken');
  assert.equal(parseFrame('[2,"1","A",{"a":{"\\u0063onstructor":1}}]').type, 'broken');
});

test('what can be read of a broken text is told', () => {
  const broken = parseFrame('[2, "19223201", "MeterValues", {"transactionId":,');
  assert.deepEqual(broken, {
    type: 'broken',
    violation: 'unreadable',
    reason: 'not readable as JSON',
    messageType: 2,
    messageId: '19223201',
    action: 'MeterValues',
  });
});
