import type { MqttClient } from 'mqtt';
import { GatewayError } from '../errors.ts';
import type { Publication } from './bus.ts';
import { UNSENT_BYTES_MAX, type Window } from './fast-lane.ts';
import { describeReason, publishProperties, reasonCodeOf } from './mqtt-js.ts';
import { TOPIC_BYTES_MAX } from './publish-encoder.ts';

/** Publishes that wait for room in the window; a broker that lets so many gather does not keep up. */
const WAITING_MAX = 20_000;
/** More than the fixed header and the packet id need, and the frames of the properties. */
const HEADER_BYTES = 64;

/** Publishes of one connection through MQTT.js, each with its answer. They go before the fast lane's. */
export interface SlowLane {
  publish(publication: Publication): Promise<void>;
  /** Sends what waits, as far as there is room. */
  proceed(): void;
  /** Rejects everything that has no PUBACK. */
  abandon(reason: string): void;
}

interface Pending {
  publication: Publication;
  resolve: () => void;
  reject: (error: GatewayError) => void;
}

/** An upper bound of the packet's size. */
function estimateSize({ topic, payload, ...properties }: Publication): number {
  const texts = [
    topic,
    payload,
    properties.responseTopic,
    properties.contentType,
    properties.correlationData,
  ];
  const user = Object.entries(properties.userProperties ?? {}).flat(2);
  const lengths = [...texts, ...user].map((text) => (text === undefined ? 0 : 5 + Buffer.byteLength(text)));
  return lengths.reduce((sum, length) => sum + length, HEADER_BYTES);
}

export function createSlowLane(options: {
  client: MqttClient;
  window: Window;
  maximumPacketSize: number;
  /** A PUBACK has made room. */
  settled: () => void;
}): SlowLane {
  const { client, window, maximumPacketSize } = options;
  const waiting: Pending[] = [];
  const sent = new Set<Pending>();

  function send(pending: Pending): void {
    const { topic, payload, retain } = pending.publication;
    const properties = publishProperties(pending.publication);
    window.inFlight++;
    sent.add(pending);
    client.publish(topic, payload, { qos: 1, retain, properties }, (error) => {
      if (!sent.delete(pending)) return;
      window.inFlight--;
      const reasonCode = reasonCodeOf(error);
      if (reasonCode !== null) {
        const message = `The broker refuses ${topic}: ${describeReason(reasonCode)}`;
        pending.reject(new GatewayError('publish_refused', message, { details: { reasonCode } }));
      } else if (error)
        pending.reject(new GatewayError('broker_unreachable', error.message, { cause: error }));
      else pending.resolve();
      options.settled();
    });
  }

  /** MQTT.js waits for `drain` once for each QoS 0 publish that has a callback: none is given. */
  function sendUnacknowledged(publication: Publication): void {
    const { topic, payload, retain } = publication;
    client.publish(topic, payload, { qos: 0, retain, properties: publishProperties(publication) });
  }

  function proceed(): void {
    while (window.inFlight < window.size) {
      const pending = waiting.shift();
      if (pending === undefined) return;
      send(pending);
    }
  }

  return {
    proceed,
    async publish(publication) {
      const { topic, qos } = publication;
      if (Buffer.byteLength(topic) > TOPIC_BYTES_MAX || estimateSize(publication) > maximumPacketSize) {
        throw new GatewayError('publish_too_large', `Too large for the broker: ${topic.slice(0, 200)}`);
      }
      const isBusy =
        qos === 0 ? client.stream.writableLength > UNSENT_BYTES_MAX : waiting.length >= WAITING_MAX;
      if (isBusy) throw new GatewayError('broker_busy', `The broker does not keep up: ${topic}`);
      if (qos === 0) return sendUnacknowledged(publication);
      await new Promise<void>((resolve, reject) => {
        waiting.push({ publication, resolve, reject });
        proceed();
      });
    },
    abandon(reason) {
      for (const { publication, reject } of [...sent, ...waiting]) {
        reject(
          new GatewayError('broker_unreachable', `No acknowledgement of ${publication.topic}: ${reason}`),
        );
      }
      window.inFlight -= sent.size;
      sent.clear();
      waiting.length = 0;
    },
  };
}
