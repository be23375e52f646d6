import type { AedesPublishPacket } from 'aedes';

import type { BrokerPersistence } from './persistence.ts';
import type { BrokerClient, StoredPacket } from './packets.ts';
import { matches } from './topic-filter.ts';

type QoS = 0 | 1 | 2;

/** Fixed header, topic length, packet identifier and lengths: more than a PUBLISH has beside topic, payload, properties. */
const publishOverhead = 32;
const cachedTopics = 4096;

export interface Delivery {
  /** The last word before a message goes to a client: the packet to send, or null for none. */
  forward: (client: BrokerClient, packet: AedesPublishPacket) => AedesPublishPacket | null;
  /** Called once for each connection. */
  prepare: (client: BrokerClient) => void;
  /** To be called when the client's subscriptions changed. */
  subscriptionsChanged: (client: BrokerClient) => void;
}

/**
 * Puts right what aedes 2.0.0-beta.1 gets wrong on the way to a client:
 * the QoS where a filter with wildcards or several filters match, retained messages that are outdated before they
 * are written, packets larger than the client takes, and its `$SYS` topics, which name other clients.
 */
export function createDelivery(
  persistence: BrokerPersistence,
  retained: (topic: string) => StoredPacket | undefined,
): Delivery {
  const granted = new WeakMap<BrokerClient, Map<string, QoS | undefined>>();

  /** The highest QoS among the client's subscriptions to this topic. MQTT 5 §3.3.4 */
  function grantedQos(client: BrokerClient, topic: string): QoS | undefined {
    let known = granted.get(client);
    if (known === undefined || known.size >= cachedTopics) granted.set(client, (known = new Map()));
    if (known.has(topic)) return known.get(topic);
    let highest: QoS | undefined;
    for (const [filter, { qos }] of Object.entries(client.subscriptions)) {
      if ((highest === undefined || qos > highest) && matches(filter, topic)) highest = qos;
    }
    known.set(topic, highest);
    return highest;
  }

  return {
    forward(client, packet) {
      if (packet.topic.startsWith('$SYS/')) return null;
      // aedes sends retained messages to a new subscription without a broker's number.
      if (packet.brokerId === null) {
        const current = retained(packet.topic);
        if (current === undefined) return null;
        packet.payload = current.payload;
        packet.qos = current.qos;
      }
      const qos = packet.qos === 0 ? 0 : grantedQos(client, packet.topic);
      if (qos !== undefined && qos < packet.qos) packet.qos = qos;
      if (client.maximumPacketSize !== undefined && sizeOf(packet) > client.maximumPacketSize) {
        // MQTT 5 §3.1.2.11.4: as if it were delivered.
        persistence.forget(client, packet);
        return null;
      }
      if (isLiveRetained(client, packet))
        packet.messageId = persistence.send(client, packet, takeMessageId(client));
      return packet;
    },
    prepare(client) {
      // aedes answers with these objects' inherited members otherwise: a filter `constructor` is "subscribed" already.
      client.subscriptions = Object.create(null) as BrokerClient['subscriptions'];
      const { deliver0, deliverQoS } = client;
      // Of several filters that match, the first one asked decides; the highest QoS has to.
      client.deliver0 = (packet, delivered) =>
        packet.qos > 0 && (grantedQos(client, packet.topic) ?? 0) > 0
          ? deliverQoS(packet, delivered)
          : deliver0(packet, delivered);
    },
    subscriptionsChanged: (client) => granted.delete(client),
  };
}

/** With retain-as-published aedes writes such a message without noting it in the session: nothing would clear it. */
function isLiveRetained(client: BrokerClient, packet: AedesPublishPacket): boolean {
  return (
    packet.retain &&
    packet.qos > 0 &&
    !client.clean &&
    packet.brokerId !== null &&
    packet.messageId === undefined
  );
}

function takeMessageId(client: BrokerClient): number {
  const id = client._nextId;
  client._nextId = id >= 65535 ? 1 : id + 1;
  return id;
}

function sizeOf(packet: AedesPublishPacket): number {
  const properties = packet.properties === undefined ? 0 : JSON.stringify(packet.properties).length;
  return publishOverhead + Buffer.byteLength(packet.topic) + packet.payload.length + properties;
}
