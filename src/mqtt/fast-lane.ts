import type { Duplex } from 'node:stream';
import { LANE_FIRST_ID, LANE_IDS } from './puback-splitter.ts';
import { type MqttProtocol, TOPIC_BYTES_MAX, encodePublish, sizeOfPublish } from './publish-encoder.ts';

/** Packets are encoded into buffers of this size, and leave at the latest when one is full. */
const BUFFER_BYTES = 64 * 1024;
/** What the connection may hold unsent before publishing pauses. */
export const UNSENT_BYTES_MAX = 256 * 1024;

/** How many QoS 1 publishes may await their PUBACK on one connection, whoever sent them. */
export interface Window {
  readonly size: number;
  inFlight: number;
}

/** `full`: later, when there is room again. `too_large`: never, unless it is cut. */
export type PublishOutcome = 'accepted' | 'full' | 'too_large';

export interface FastLaneOptions {
  /** The connection below MQTT.js; whole packets only are written to it. */
  connection: Duplex;
  protocol: MqttProtocol;
  window: Window;
  /** Bytes of a whole packet. */
  maximumPacketSize: number;
  /** The connection has taken what it held. */
  drained: () => void;
}

/**
 * QoS 1 publishes of one connection, many in one write. A buffer that was handed to the connection is never
 * written again, so it may keep it. Nothing is kept here but the tokens of what is in flight.
 */
export interface FastLane<T> {
  publish(topic: Buffer, payload: string | Buffer, retain: boolean, token: T): PublishOutcome;
  /** Forgets a publish: `found` gets its token. An id that is not in flight is ignored. */
  acknowledge(packetId: number, found: (token: T) => void): void;
  fits(topicBytes: number, payloadBytes: number): boolean;
  /** Hands over what is encoded. Happens by itself at the end of the turn. */
  flush(): void;
  /** The tokens of what is in flight, oldest first; forgets them. */
  abandon(): T[];
}

const FREE = Symbol('free');

export function createFastLane<T>(options: FastLaneOptions): FastLane<T> {
  const { connection, protocol, window, maximumPacketSize } = options;
  const tokens: (T | typeof FREE)[] = Array.from({ length: LANE_IDS }, () => FREE);
  let next = 0;
  let buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let start = 0;
  let at = 0;
  let isScheduled = false;
  let isCongested = false;

  connection.on('drain', () => {
    isCongested = false;
    options.drained();
  });

  function write(bytes: Buffer): void {
    if (!connection.write(bytes)) isCongested = connection.writableLength > UNSENT_BYTES_MAX;
  }

  function flush(): void {
    if (at === start) return;
    const bytes = buffer.subarray(start, at);
    start = at;
    write(bytes);
  }

  function flushAtEndOfTurn(): void {
    isScheduled = false;
    flush();
  }

  /** Makes room for a packet in the buffer. */
  function reserve(size: number): void {
    if (at + size <= BUFFER_BYTES) return;
    flush();
    buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    start = at = 0;
  }

  function fits(topicBytes: number, payloadBytes: number): boolean {
    return (
      topicBytes <= TOPIC_BYTES_MAX && sizeOfPublish(topicBytes, payloadBytes, protocol) <= maximumPacketSize
    );
  }

  return {
    fits,
    flush,
    publish(topic, payload, retain, token) {
      const payloadBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
      if (!fits(topic.length, payloadBytes)) return 'too_large';
      // A slot that is still taken belongs to a PUBACK that was overtaken by 8191 others.
      if (isCongested || window.inFlight >= window.size || tokens[next] !== FREE) return 'full';
      const packet = { topic, payload, payloadBytes, retain, packetId: LANE_FIRST_ID + next };
      tokens[next] = token;
      next = (next + 1) % LANE_IDS;
      window.inFlight++;

      const size = sizeOfPublish(topic.length, payloadBytes, protocol);
      if (size > BUFFER_BYTES) {
        const bytes = Buffer.allocUnsafeSlow(size);
        encodePublish(bytes, 0, packet, protocol);
        flush();
        write(bytes);
        return 'accepted';
      }
      reserve(size);
      at = encodePublish(buffer, at, packet, protocol);
      if (!isScheduled) {
        isScheduled = true;
        setImmediate(flushAtEndOfTurn);
      }
      return 'accepted';
    },
    acknowledge(packetId, found) {
      const slot = packetId - LANE_FIRST_ID;
      const token = tokens[slot];
      if (token === undefined || token === FREE) return;
      tokens[slot] = FREE;
      window.inFlight--;
      found(token);
    },
    abandon() {
      const lost = [...tokens.slice(next), ...tokens.slice(0, next)].filter(
        (token): token is T => token !== FREE,
      );
      tokens.fill(FREE);
      window.inFlight -= lost.length;
      at = start;
      return lost;
    },
  };
}
