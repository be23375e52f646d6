import type { PacketReference, StoredPacket, StoredRelease } from './packets.ts';

type Entry = StoredPacket | StoredRelease;

/** What one durable session has not acknowledged yet, in order of arrival. */
export class SessionQueue {
  /** By the broker's number of the message; a Map keeps the order. */
  readonly #entries = new Map<string, Entry>();
  readonly #keys = new Map<number, string>();
  #bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(packet: StoredPacket): void {
    const key = keyOf(packet);
    // A session with overlapping filters is named once for each of them.
    if (this.#entries.has(key)) return;
    this.#entries.set(key, packet);
    this.#bytes += sizeOf(packet);
  }

  /** Notes under which packet identifier a message goes out. */
  sent(packet: PacketReference): void {
    const key = this.#find(packet);
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry === undefined) return;
    // MQTT 5 §3.3.1.1: no acknowledgement will come.
    if (packet.qos === 0 && packet.cmd === 'publish') {
      this.remove(packet);
      return;
    }
    if (packet.messageId === undefined) return;
    // MQTT 5 §3.3.1.1: the same identifier again is a delivery again.
    if (entry.messageId === packet.messageId && entry.cmd !== 'pubrel') packet.dup = true;
    if (entry.messageId !== undefined) this.#keys.delete(entry.messageId);
    entry.messageId = packet.messageId;
    this.#keys.set(packet.messageId, key);
  }

  /** The receiver has the message of QoS 2: from now on only its release is repeated. MQTT 5 §4.3.3 */
  received(release: StoredRelease): void {
    const key = this.#keys.get(release.messageId);
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry === undefined) return;
    this.#bytes -= sizeOf(entry);
    this.#entries.set(key, release);
  }

  remove(packet: PacketReference): Entry | undefined {
    const key = this.#find(packet);
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (key === undefined || entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.messageId !== undefined) this.#keys.delete(entry.messageId);
    this.#bytes -= sizeOf(entry);
    return entry;
  }

  entries(): Entry[] {
    return [...this.#entries.values()];
  }

  #find(packet: PacketReference): string | undefined {
    const key = packet.brokerCounter === undefined ? undefined : keyOf(packet);
    if (key !== undefined && this.#entries.has(key)) return key;
    return packet.messageId === undefined ? undefined : this.#keys.get(packet.messageId);
  }
}

function keyOf(packet: PacketReference): string {
  return `${packet.brokerId}:${packet.brokerCounter}`;
}

function sizeOf(entry: Entry): number {
  return entry.cmd === 'pubrel' ? 0 : entry.topic.length + entry.payload.length;
}
