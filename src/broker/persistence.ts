import { Readable } from 'node:stream';

import type { BrokerLimits } from './limits.ts';
import type { PacketReference, StoredPacket, StoredRelease, StoredSubscription } from './packets.ts';
import { detach } from './packets.ts';
import type { RetainedMessages } from './retained.ts';
import { SessionQueue } from './session-queue.ts';
import { done, Refused, Settled } from './settled.ts';
import { FilterTree } from './topic-filter.ts';

interface ClientReference {
  id: string;
}

interface Will {
  brokerId?: string;
  clientId?: string;
}

/**
 * What aedes keeps of sessions and retained messages, behind the interface of `aedes-persistence` 10. Sessions live
 * in memory and end with the process; retained messages are on disk (`retained.ts`).
 *
 * Every method answers at once (`settled.ts`).
 */
export class BrokerPersistence {
  /** Messages that a durable session lost because its queue was full. */
  dropped = 0;

  readonly #retained: RetainedMessages;
  readonly #limits: Pick<BrokerLimits, 'queuedMessages' | 'queuedBytes'>;
  readonly #subscriptions = new Map<string, Map<string, StoredSubscription>>();
  readonly #queuing = new FilterTree<StoredSubscription & { clientId: string }>();
  readonly #queues = new Map<string, SessionQueue>();
  /** Packet identifiers of QoS 2 messages received and not released yet. */
  readonly #incoming = new Map<string, Set<number>>();
  readonly #wills = new Map<string, Will>();
  /** The SUBSCRIBE that was stored last: aedes hands over the whole of it once for each of its filters. */
  #stored: StoredSubscription[] | undefined;
  #broker: { id: string } = { id: '' };

  constructor(retained: RetainedMessages, limits: Pick<BrokerLimits, 'queuedMessages' | 'queuedBytes'>) {
    this.#retained = retained;
    this.#limits = limits;
  }

  get broker(): { id: string } {
    return this.#broker;
  }

  async setup(broker: { id: string }): Promise<void> {
    this.#broker = broker;
    await this.#retained.open();
  }

  async destroy(): Promise<void> {
    await this.#retained.close();
  }

  storeRetained(packet: StoredPacket): Settled<void> {
    this.#retained.set(packet);
    return done;
  }

  createRetainedStream(filter: string): Readable {
    return Readable.from(this.#retained.match([filter]));
  }

  createRetainedStreamCombi(filters: string[]): Readable {
    return Readable.from(this.#retained.match(filters));
  }

  addSubscriptions(client: ClientReference, subscriptions: StoredSubscription[]): Settled<void> {
    if (subscriptions === this.#stored && this.#subscriptions.has(client.id)) return done;
    this.#stored = subscriptions;
    let own = this.#subscriptions.get(client.id);
    if (own === undefined) this.#subscriptions.set(client.id, (own = new Map()));
    for (const { topic, qos, rh, rap, nl, subscriptionIdentifier } of subscriptions) {
      const options = {
        topic,
        qos,
        ...(rh !== undefined && { rh }),
        ...(rap !== undefined && { rap }),
        ...(nl !== undefined && { nl }),
      };
      own.set(topic, { ...options, ...(subscriptionIdentifier !== undefined && { subscriptionIdentifier }) });
      if (qos > 0) this.#queuing.set(topic, client.id, { clientId: client.id, ...options });
      else this.#queuing.delete(topic, client.id);
    }
    return done;
  }

  removeSubscriptions(client: ClientReference, filters: string[]): Settled<void> {
    this.#stored = undefined;
    const own = this.#subscriptions.get(client.id);
    for (const filter of filters) {
      if (own?.delete(filter)) this.#queuing.delete(filter, client.id);
    }
    if (own?.size === 0) this.#subscriptions.delete(client.id);
    return done;
  }

  subscriptionsByClient(client: ClientReference): Settled<StoredSubscription[]> {
    return new Settled(Array.from(this.#subscriptions.get(client.id)?.values() ?? [], copy));
  }

  countOffline(): Settled<{ subsCount: number; clientsCount: number }> {
    return new Settled({ subsCount: this.#queuing.size, clientsCount: this.#subscriptions.size });
  }

  subscriptionsByTopic(topic: string): Settled<(StoredSubscription & { clientId: string })[]> {
    return new Settled(this.#queuing.match(topic));
  }

  /** aedes asks for this where a session ends: everything of it goes. */
  cleanSubscriptions(client: ClientReference): Settled<void> {
    this.removeSubscriptions(client, [...(this.#subscriptions.get(client.id)?.keys() ?? [])]);
    this.#queues.delete(client.id);
    this.#incoming.delete(client.id);
    return done;
  }

  outgoingEnqueue(subscription: { clientId: string }, packet: StoredPacket): Settled<void> {
    return this.outgoingEnqueueCombi([subscription], packet);
  }

  outgoingEnqueueCombi(subscriptions: { clientId: string }[], packet: StoredPacket): Settled<void> {
    if (subscriptions.length === 0) return done;
    const payload = detach(packet.payload);
    for (const { clientId } of subscriptions) {
      let queue = this.#queues.get(clientId);
      if (queue === undefined) this.#queues.set(clientId, (queue = new SessionQueue()));
      const bytes = queue.bytes + packet.topic.length + payload.length;
      if (queue.size < this.#limits.queuedMessages && bytes <= this.#limits.queuedBytes)
        queue.add(copyOf(packet, payload));
      else this.dropped++;
    }
    return done;
  }

  /** Unknown packets pass: the session's queue may have been too full for them. */
  outgoingUpdate(client: ClientReference, packet: PacketReference | StoredRelease): Settled<void> {
    const queue = this.#queues.get(client.id);
    if (isRelease(packet)) queue?.received(packet);
    else queue?.sent(packet);
    return done;
  }

  outgoingClearMessageId(
    client: ClientReference,
    packet: PacketReference,
  ): Settled<StoredPacket | StoredRelease | undefined> {
    // aedes clears what it does not forward: rightly a client's own message where it asked for none, wrongly the
    // copy for the second of two overlapping filters, whose message is on its way under the first.
    const unsent = packet.cmd === 'publish' && packet.messageId === undefined;
    if (unsent && !(packet.nl === true && packet.clientId === client.id)) return new Settled(undefined);
    return new Settled(this.#queues.get(client.id)?.remove(packet));
  }

  /** Notes that a message goes out under this packet identifier; returns it. */
  send(client: ClientReference, packet: PacketReference, messageId: number): number {
    this.#queues.get(client.id)?.sent({ ...packet, messageId });
    return messageId;
  }

  /** Takes a message out of a session unsent. */
  forget(client: ClientReference, packet: PacketReference): void {
    this.#queues.get(client.id)?.remove(packet);
  }

  outgoingStream(client: ClientReference): Readable {
    return Readable.from(Array.from(this.#queues.get(client.id)?.entries() ?? [], copy));
  }

  incomingStorePacket(client: ClientReference, packet: { messageId: number }): Settled<void> {
    let ids = this.#incoming.get(client.id);
    if (ids === undefined) this.#incoming.set(client.id, (ids = new Set()));
    ids.add(packet.messageId);
    return done;
  }

  /** Only the identifier is kept: aedes asks whether it knows the packet, never what is in it. */
  incomingGetPacket<P extends { messageId: number }>(
    client: ClientReference,
    packet: P,
  ): Settled<P> | Refused {
    const known = this.#incoming.get(client.id)?.has(packet.messageId) ?? false;
    return known ? new Settled(packet) : new Refused(new Error('no such packet'));
  }

  incomingDelPacket(client: ClientReference, packet: { messageId: number }): Settled<void> | Refused {
    const known = this.#incoming.get(client.id)?.delete(packet.messageId) ?? false;
    return known ? done : new Refused(new Error('no such packet'));
  }

  putWill(client: ClientReference, will: Will): Settled<void> {
    will.brokerId = this.#broker.id;
    will.clientId = client.id;
    this.#wills.set(client.id, will);
    return done;
  }

  getWill(client: ClientReference): Settled<Will | undefined> {
    return new Settled(this.#wills.get(client.id));
  }

  delWill(client: ClientReference): Settled<Will | undefined> {
    const will = this.#wills.get(client.id);
    this.#wills.delete(client.id);
    return new Settled(will);
  }

  streamWill(brokers: Record<string, unknown> = {}): Readable {
    return Readable.from(
      [...this.#wills.values()].filter((will) => brokers[will.brokerId ?? ''] === undefined),
    );
  }

  getClientList(filter: string): Readable {
    const subscribed = [...this.#subscriptions].filter(([, own]) => own.has(filter));
    return Readable.from(subscribed.map(([clientId]) => clientId));
  }
}

/** aedes writes into what it gets. */
function copy<T extends object>(stored: T): T {
  return { ...stored };
}

function isRelease(packet: PacketReference | StoredRelease): packet is StoredRelease {
  return packet.cmd === 'pubrel';
}

function copyOf(packet: StoredPacket, payload: Buffer | string): StoredPacket {
  return {
    cmd: 'publish',
    brokerId: packet.brokerId ?? '',
    brokerCounter: packet.brokerCounter ?? 0,
    topic: packet.topic,
    payload,
    qos: packet.qos,
    retain: packet.retain,
    dup: false,
    messageId: undefined,
    ...(packet.properties !== undefined && { properties: packet.properties }),
    ...(packet.messageExpiry !== undefined && { messageExpiry: packet.messageExpiry }),
  };
}
