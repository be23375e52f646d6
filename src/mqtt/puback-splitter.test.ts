import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { createPubackSplitter, isLaneId } from './puback-splitter.ts';

interface Split {
  passed: Buffer;
  acknowledged: [packetId: number, reasonCode: number][];
}

function splitAll(chunks: Buffer[]): Split {
  const passed: Buffer[] = [];
  const acknowledged: Split['acknowledged'] = [];
  const split = createPubackSplitter({
    pass: (bytes) => void passed.push(Buffer.from(bytes)),
    acknowledged: (packetId, reasonCode) => void acknowledged.push([packetId, reasonCode]),
  });
  for (const chunk of chunks) split(chunk);
  return { passed: Buffer.concat(passed), acknowledged };
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
}

function puback(messageId: number, reasonCode: number, reason: string | null): Buffer {
  const properties = reason === null ? {} : { properties: { reasonString: reason } };
  return mqttPacket.generate({ cmd: 'puback', messageId, reasonCode, ...properties }, { protocolVersion: 5 });
}

const packetId = fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.integer({ min: 8190, max: 8194 }));
const acknowledgement = fc
  .record({
    id: packetId,
    reasonCode: fc.constantFrom(0, 0x10, 0x87),
    reason: fc.option(fc.string({ maxLength: 300 })),
  })
  .map(({ id, reasonCode, reason }) => ({
    bytes: puback(id, reasonCode, reason),
    ours: isLaneId(id) ? ([id, reasonCode] as [number, number]) : null,
  }));
const other = fc
  .oneof(
    fc.constant(mqttPacket.generate({ cmd: 'pingresp' })),
    fc.record({ payload: fc.uint8Array({ maxLength: 20_000 }), id: packetId }).map(({ payload, id }) =>
      mqttPacket.generate({
        cmd: 'publish',
        topic: 'ocpp/x/cmd',
        qos: 1,
        dup: false,
        retain: false,
        messageId: id,
        payload: Buffer.from(payload),
      }),
    ),
    packetId.map((messageId) => mqttPacket.generate({ cmd: 'suback', messageId, granted: [1, 0x80] })),
  )
  .map((bytes) => ({ bytes, ours: null }));

test('any chunking of any packets gives MQTT.js exactly the packets that are not of the fast lane', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(acknowledgement, other), { maxLength: 40 }),
      fc.array(fc.nat(), { maxLength: 60 }),
      (packets, places) => {
        const split = splitAll(cut(Buffer.concat(packets.map(({ bytes }) => bytes)), places));
        const others = packets.filter(({ ours }) => ours === null).map(({ bytes }) => bytes);
        assert.deepEqual(split.passed, Buffer.concat(others));
        assert.deepEqual(
          split.acknowledged,
          packets.flatMap(({ ours }) => (ours === null ? [] : [ours])),
        );
      },
    ),
  );
});

test('packets that arrive byte by byte are told apart', () => {
  const bytes = Buffer.concat([puback(8192, 0, null), puback(1, 0, null), puback(16_383, 0x97, 'too much')]);
  const split = splitAll(Array.from(bytes, (byte) => Buffer.from([byte])));
  assert.deepEqual(split, {
    passed: puback(1, 0, null),
    acknowledged: [
      [8192, 0],
      [16_383, 0x97],
    ],
  });
});

test('bytes that look like a PUBACK inside a payload are payload', () => {
  const bytes = mqttPacket.generate({
    cmd: 'publish',
    topic: 't',
    qos: 0,
    dup: false,
    retain: false,
    payload: Buffer.concat([puback(8192, 0, null), puback(8193, 0, null)]),
  });
  assert.deepEqual(splitAll(cut(bytes, [4, 5, 6, 7, 8, 9])), { passed: bytes, acknowledged: [] });
});

test('after a length that is no length everything is passed on for MQTT.js to refuse', () => {
  const bytes = Buffer.concat([
    puback(8192, 0, null),
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]),
    puback(8193, 0, null),
  ]);
  for (const places of [[], [7], [9, 11]]) {
    assert.deepEqual(splitAll(cut(bytes, places)), { passed: bytes.subarray(4), acknowledged: [[8192, 0]] });
  }
});

test('a PUBACK too short for a packet id is left to MQTT.js', () => {
  const bytes = Buffer.from([0x40, 0x01, 0x20, 0x40, 0x00]);
  assert.deepEqual(splitAll([bytes]), { passed: bytes, acknowledged: [] });
});
