const PUBACK = 0x40;
/** Control packet header: type and flags, then at most four bytes of Remaining Length (MQTT 5 §1.5.5, §2.1). */
const LENGTH_BYTES_MAX = 4;

/**
 * Packet ids of the fast lane. Ids 1..8191 belong to MQTT.js, these 8192 to us, and no one takes the rest: who
 * a PUBACK is for shows in its id alone.
 */
export const LANE_FIRST_ID = 0x2000;
export const LANE_IDS = 0x2000;

export function isLaneId(packetId: number): boolean {
  return (packetId & 0xe000) === LANE_FIRST_ID;
}

export interface SplitBytes {
  /** A PUBACK of the fast lane. The reason is 0 where the packet has none (MQTT 5 §3.4.2.1; always in 3.1.1). */
  acknowledged(packetId: number, reasonCode: number): void;
  /** All other bytes, unchanged and in order. */
  pass(bytes: Buffer): void;
}

/**
 * Takes the PUBACKs of the fast lane out of a stream of MQTT packets. Returns a function that is given each
 * chunk as it arrives from the network, cut anywhere. Bytes that are no MQTT are passed on for MQTT.js to refuse.
 */
export function createPubackSplitter(to: SplitBytes): (chunk: Buffer) => void {
  /** The start of a packet that does not yet tell whose it is: at most 8 bytes. */
  let undecided: Buffer | null = null;
  /** Bytes to come of a packet that is decided. */
  let rest = 0;
  let restIsOurs = false;
  let isMalformed = false;

  return function split(arrived: Buffer): void {
    if (isMalformed) return to.pass(arrived);
    const chunk: Buffer = undecided === null ? arrived : Buffer.concat([undecided, arrived]);
    undecided = null;
    const end = chunk.length;
    let at = Math.min(rest, end);
    rest -= at;
    let unpassed = restIsOurs ? at : 0;
    let until = end;

    while (at < end) {
      let body = at + 1;
      let length = 0;
      let more = true;
      for (let i = 0; more && i < LENGTH_BYTES_MAX && body < end; i++) {
        const byte = chunk[body++] as number;
        length |= (byte & 0x7f) << (7 * i);
        more = byte >= 0x80;
      }
      if (more && body - at > LENGTH_BYTES_MAX) {
        isMalformed = true;
        break;
      }
      const isPuback = chunk[at] === PUBACK && length >= 2;
      if (more || (isPuback && body + Math.min(length, 3) > end)) {
        undecided = Buffer.from(chunk.subarray(at));
        until = at;
        break;
      }
      const next = body + length;
      restIsOurs = false;
      if (isPuback) {
        const packetId = ((chunk[body] as number) << 8) | (chunk[body + 1] as number);
        if (isLaneId(packetId)) {
          if (at > unpassed) to.pass(chunk.subarray(unpassed, at));
          unpassed = next;
          restIsOurs = true;
          to.acknowledged(packetId, length > 2 ? (chunk[body + 2] as number) : 0);
        }
      }
      at = next;
      rest = Math.max(0, next - end);
    }
    if (until > unpassed) to.pass(unpassed === 0 && until === end ? chunk : chunk.subarray(unpassed, until));
  };
}
