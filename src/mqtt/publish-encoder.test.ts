import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { encodePublish, sizeOfPublish } from './publish-encoder.ts';

const payload = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  // Around each border of the length of the Remaining Length.
  fc
    .constantFrom(100, 120, 16_300, 16_360, 2_097_100)
    .chain((from) => fc.integer({ min: from, max: from + 60 }).map((length) => 'x'.repeat(length))),
);

test('a PUBLISH is what mqtt-packet makes of it, byte for byte, in both protocols', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60 }),
      payload,
      fc.boolean(),
      fc.integer({ min: 1, max: 65_535 }),
      fc.constantFrom('5' as const, '3.1.1' as const),
      (topic, payload, retain, packetId, protocol) => {
        const name = Buffer.from(topic);
        const payloadBytes = Buffer.byteLength(payload);
        const size = sizeOfPublish(name.length, payloadBytes, protocol);
        const into = Buffer.alloc(size + 3);
        const end = encodePublish(
          into,
          3,
          { topic: name, payload, payloadBytes, retain, packetId },
          protocol,
        );
        assert.equal(end, size + 3);
        const expected = mqttPacket.generate(
          { cmd: 'publish', topic, payload, retain, messageId: packetId, qos: 1, dup: false },
          { protocolVersion: protocol === '5' ? 5 : 4 },
        );
        assert.ok(expected.equals(into.subarray(3)));
      },
    ),
  );
});
