import type { Properties, StoredPacket } from './packets.ts';
import { detach } from './packets.ts';
import type { RetainedRow } from './retained-file.ts';
import { hasWildcard, matches } from './topic-filter.ts';

/** Where retained messages outlive the process. */
export interface RetainedStorage {
  load(): RetainedRow[];
  /** Resolves when the rows are committed. */
  write(rows: RetainedRow[]): Promise<void>;
  close(): Promise<void>;
}

export interface RetainedMessages {
  readonly size: number;
  /** Topics that changed and are not on disk yet. */
  readonly unwritten: number;
  open(): Promise<void>;
  /** Keeps the message; an empty payload clears its topic. MQTT 5 §3.3.1.3 */
  set(packet: StoredPacket): void;
  get(topic: string): StoredPacket | undefined;
  match(filters: string[]): Iterable<StoredPacket>;
  /** Writes what is unwritten, then closes. */
  close(): Promise<void>;
}

/** A crash loses at most this much: the gateway changes ten topics for a call of a station, most of them again soon. */
const writeDelayMs = 500;

/**
 * The retained messages in memory, and behind them on disk in batches: a topic that changed ten times since the last
 * batch is written once.
 */
export function createRetainedMessages(
  storage: RetainedStorage | null,
  failed: (error: unknown) => void,
): RetainedMessages {
  const messages = new Map<string, StoredPacket>();
  let changed = new Set<string>();
  let inWriting = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing ??= write().finally(() => {
        writing = undefined;
        if (changed.size > 0) schedule();
      });
    }, writeDelayMs);
  }

  async function write(): Promise<void> {
    const batch = changed;
    if (storage === null || batch.size === 0) return;
    changed = new Set();
    inWriting = batch.size;
    try {
      await storage.write([...batch].map((topic) => rowOf(topic, messages.get(topic))));
    } catch (error) {
      failed(error);
      for (const topic of batch) changed.add(topic);
    } finally {
      inWriting = 0;
    }
  }

  return {
    get size() {
      return messages.size;
    },
    get unwritten() {
      return changed.size + inWriting;
    },
    async open() {
      for (const row of storage?.load() ?? []) {
        const message = messageOfRow(row);
        if (message !== undefined) messages.set(row.topic, message);
      }
    },
    set(packet) {
      if (packet.payload.length === 0) messages.delete(packet.topic);
      else messages.set(packet.topic, { ...packet, payload: detach(packet.payload) });
      if (storage === null) return;
      changed.add(packet.topic);
      schedule();
    },
    get: (topic) => messages.get(topic),
    *match(filters) {
      for (const filter of filters) {
        if (!hasWildcard(filter)) {
          const message = messages.get(filter);
          if (message !== undefined) yield message;
          continue;
        }
        for (const [topic, message] of messages) if (matches(filter, topic)) yield message;
      }
    },
    async close() {
      clearTimeout(timer);
      await writing;
      clearTimeout(timer);
      await write();
      await storage?.close();
    },
  };
}

function rowOf(topic: string, message: StoredPacket | undefined): RetainedRow {
  if (message === undefined) return { topic, payload: null, qos: 0, properties: null, expires: null };
  return {
    topic,
    payload: Buffer.from(message.payload),
    qos: message.qos,
    properties: message.properties === undefined ? null : formatProperties(message.properties),
    expires: message.messageExpiry ?? null,
  };
}

function messageOfRow({ topic, payload, qos, properties, expires }: RetainedRow): StoredPacket | undefined {
  if (payload === null || (qos !== 0 && qos !== 1 && qos !== 2)) return undefined;
  return {
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    qos,
    retain: true,
    ...(properties !== null && { properties: parseProperties(properties) }),
    ...(expires !== null && { messageExpiry: expires }),
  };
}

type StoredProperties = Omit<Properties, 'correlationData'> & { correlationData?: string };

function formatProperties({ correlationData, ...rest }: Properties): string {
  const stored: StoredProperties = rest;
  if (correlationData !== undefined) stored.correlationData = correlationData.toString('base64');
  return JSON.stringify(stored);
}

function parseProperties(text: string): Properties {
  const { correlationData, ...rest } = JSON.parse(text) as StoredProperties;
  return correlationData === undefined
    ? rest
    : { ...rest, correlationData: Buffer.from(correlationData, 'base64') };
}
