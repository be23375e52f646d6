import type { ConnectPacket, PublishPacket, SubscribePacket, UnsubscribePacket } from 'aedes';

import type { BrokerLimits } from './limits.ts';
import type { BrokerClient } from './packets.ts';

type Inbound = ConnectPacket | PublishPacket | SubscribePacket | UnsubscribePacket | { cmd: 'other' };

/** A packet that is refused, with the MQTT 5 reason code of the DISCONNECT. MQTT 5 §3.14.2.1 */
export interface Refusal {
  reasonCode: number;
  text: string;
}

const topicNameInvalid = 0x90;
const topicFilterInvalid = 0x8f;
const quotaExceeded = 0x97;
const clientIdInvalid = 0x85;

/**
 * Looks at each packet of a client before aedes does, and ends the connection at one that aedes would stumble over
 * or that goes beyond our limits.
 */
export function guard(client: BrokerClient, limits: BrokerLimits, refused: (refusal: Refusal) => void): void {
  const handlers = client._parser.listeners('packet');
  client._parser.removeAllListeners('packet');
  let ended = false;
  client._parser.on('packet', (packet: Inbound) => {
    if (ended) return;
    const refusal = inspect(packet, client, limits);
    if (refusal === undefined) {
      for (const handle of handlers) handle.call(client._parser, packet);
      return;
    }
    ended = true;
    refused(refusal);
    client.disconnect({ reasonCode: refusal.reasonCode });
  });
}

function inspect(packet: Inbound, client: BrokerClient, limits: BrokerLimits): Refusal | undefined {
  switch (packet.cmd) {
    case 'connect':
      return inspectConnect(packet, limits);
    case 'publish':
      // MQTT 5 §3.3.2.3.4: the topic is empty where an alias stands for it.
      return packet.topic === '' ? undefined : inspectTopic(packet.topic, limits);
    case 'subscribe': {
      const added = packet.subscriptions.filter(
        ({ topic }) => client.subscriptions[topic] === undefined,
      ).length;
      if (added > 0 && added + Object.keys(client.subscriptions).length > limits.subscriptionsPerClient)
        return {
          reasonCode: quotaExceeded,
          text: `more than ${limits.subscriptionsPerClient} subscriptions`,
        };
      return firstOf(packet.subscriptions, ({ topic }) => inspectFilter(topic, limits));
    }
    case 'unsubscribe':
      return firstOf(packet.unsubscriptions, (filter) => inspectFilter(filter, limits));
    case 'other':
      return undefined;
  }
  return undefined;
}

function inspectConnect(packet: ConnectPacket, limits: BrokerLimits): Refusal | undefined {
  if (packet.clientId.length > limits.topicCharacters)
    return { reasonCode: clientIdInvalid, text: `a client id of ${packet.clientId.length} characters` };
  return packet.will === undefined ? undefined : inspectTopic(packet.will.topic, limits);
}

function inspectTopic(topic: string, limits: BrokerLimits): Refusal | undefined {
  // MQTT 5 §4.7.1 and §1.5.4; aedes checks the topic of a will for neither.
  if (/[+#\0]/.test(topic))
    return { reasonCode: topicNameInvalid, text: 'a topic with a wildcard or a null character' };
  return topic === ''
    ? { reasonCode: topicNameInvalid, text: 'an empty topic' }
    : inspectSize(topic, topicNameInvalid, limits);
}

function inspectFilter(filter: string, limits: BrokerLimits): Refusal | undefined {
  // aedes collects a packet's filters as the keys of a plain object.
  if (filter === '__proto__' || filter.includes('\0') || filter === '')
    return { reasonCode: topicFilterInvalid, text: 'a topic filter that is not allowed' };
  return inspectSize(filter, topicFilterInvalid, limits);
}

function inspectSize(topic: string, reasonCode: number, limits: BrokerLimits): Refusal | undefined {
  if (topic.length > limits.topicCharacters)
    return { reasonCode, text: `a topic of ${topic.length} characters` };
  if (topic.split('/', limits.topicLevels + 1).length > limits.topicLevels)
    return { reasonCode, text: `a topic of more than ${limits.topicLevels} levels` };
  return undefined;
}

function firstOf<T>(items: T[], inspectOne: (item: T) => Refusal | undefined): Refusal | undefined {
  for (const item of items) {
    const refusal = inspectOne(item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
