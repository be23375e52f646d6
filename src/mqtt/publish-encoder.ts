export type MqttProtocol = '5' | '3.1.1';

/** A topic name is a UTF-8 string with two bytes of length (MQTT 5 §1.5.4). */
export const TOPIC_BYTES_MAX = 65_535;
/** Texts up to here are cheaper to copy character by character than through a call out of JavaScript. */
const SHORT_TEXT = 32;

const PUBLISH_QOS1 = 0x32;
const RETAIN = 0x01;

/** The Remaining Length of a QoS 1 PUBLISH: topic, packet id, in MQTT 5 an empty property list, payload. */
function remainingLength(topicBytes: number, payloadBytes: number, protocol: MqttProtocol): number {
  return 2 + topicBytes + 2 + (protocol === '5' ? 1 : 0) + payloadBytes;
}

/** Bytes of the whole packet on the wire. */
export function sizeOfPublish(topicBytes: number, payloadBytes: number, protocol: MqttProtocol): number {
  const rest = remainingLength(topicBytes, payloadBytes, protocol);
  // MQTT 5 §1.5.5, table 1-1
  const lengthBytes = rest < 0x80 ? 1 : rest < 0x4000 ? 2 : rest < 0x20_0000 ? 3 : 4;
  return 1 + lengthBytes + rest;
}

export interface PublishPacket {
  /** The topic name in UTF-8. */
  topic: Buffer;
  payload: string | Buffer;
  /** Length of the payload in UTF-8. */
  payloadBytes: number;
  retain: boolean;
  packetId: number;
}

/** Writes text of `bytes` bytes in UTF-8; returns the position behind it. */
function writeText(into: Buffer, at: number, text: string, bytes: number): number {
  // Only ASCII has as many bytes as characters.
  if (bytes === text.length && bytes <= SHORT_TEXT) {
    for (let i = 0; i < bytes; i++) into[at + i] = text.charCodeAt(i);
  } else into.write(text, at, bytes, 'utf8');
  return at + bytes;
}

/**
 * Writes a QoS 1 PUBLISH without DUP (MQTT 5 §3.3, MQTT 3.1.1 §3.3) at `at`; returns the position behind it. The
 * buffer must have room for `sizeOfPublish`.
 */
export function encodePublish(
  into: Buffer,
  at: number,
  packet: PublishPacket,
  protocol: MqttProtocol,
): number {
  const { topic, payload, payloadBytes, packetId } = packet;
  const topicBytes = topic.length;
  into[at++] = packet.retain ? PUBLISH_QOS1 | RETAIN : PUBLISH_QOS1;
  let length = remainingLength(topicBytes, payloadBytes, protocol);
  while (length > 0x7f) {
    into[at++] = (length & 0x7f) | 0x80;
    length >>>= 7;
  }
  into[at++] = length;
  into[at++] = topicBytes >>> 8;
  into[at++] = topicBytes & 0xff;
  into.set(topic, at);
  at += topicBytes;
  into[at++] = packetId >>> 8;
  into[at++] = packetId & 0xff;
  if (protocol === '5') into[at++] = 0;
  if (typeof payload === 'string') return writeText(into, at, payload, payloadBytes);
  into.set(payload, at);
  return at + payloadBytes;
}
