import { type IClientPublishOptions, type IPublishPacket, connectAsync } from 'mqtt';
import { createWatch } from './watch.ts';

export interface SeenMessage {
  topic: string;
  text: string;
  packet: IPublishPacket;
}

/** All that a client of the public contract sees on the broker: the last value of every topic, and every message. */
export interface BrokerView {
  /** The last text of each topic; an empty one is gone. */
  readonly values: ReadonlyMap<string, string>;
  readonly messages: readonly SeenMessage[];
  /** Resolves with what `find` finds, as soon as it is not undefined. */
  until<T>(what: string, find: () => T | undefined): Promise<T>;
  /** Resolves when the topic has this text, or one that fits. */
  value(topic: string, wanted?: string | ((text: string) => boolean)): Promise<string>;
  /** Every message of a topic so far, as JSON. */
  json(topic: string): Record<string, unknown>[];
  /** The message of a topic with this number (0 is the first), as JSON. */
  nthJson(topic: string, number: number): Promise<Record<string, unknown>>;
  publish(topic: string, payload: unknown, options?: IClientPublishOptions): Promise<void>;
  close(): Promise<void>;
}

export async function viewBroker(
  port: number,
  filter = '#',
  protocolVersion: 4 | 5 = 5,
): Promise<BrokerView> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion, reconnectPeriod: 50 });
  // it comes back with the broker
  client.on('error', () => undefined);
  const watch = createWatch();
  const values = new Map<string, string>();
  const messages: SeenMessage[] = [];
  const byTopic = new Map<string, SeenMessage[]>();
  client.on('message', (topic, payload, packet) => {
    const message = { topic, text: payload.toString(), packet };
    if (message.text === '') values.delete(topic);
    else values.set(topic, message.text);
    messages.push(message);
    const others = byTopic.get(topic);
    if (others === undefined) byTopic.set(topic, [message]);
    else others.push(message);
    watch.changed();
  });
  await client.subscribeAsync(filter, { qos: 1 });

  return {
    values,
    messages,
    until: watch.until,
    value(topic, wanted = () => true) {
      const fits = typeof wanted === 'string' ? (text: string) => text === wanted : wanted;
      const what = typeof wanted === 'string' ? `${topic} ${wanted}` : topic;
      return watch.until(`${what} (last: ${values.get(topic)})`, () => {
        const text = values.get(topic);
        return text !== undefined && fits(text) ? text : undefined;
      });
    },
    json: (topic) =>
      (byTopic.get(topic) ?? []).map(({ text }) => JSON.parse(text) as Record<string, unknown>),
    nthJson: (topic, number) =>
      watch.until(`message ${number} of ${topic}`, () => {
        const message = byTopic.get(topic)?.[number];
        return message === undefined ? undefined : (JSON.parse(message.text) as Record<string, unknown>);
      }),
    async publish(topic, payload, options) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      await client.publishAsync(topic, text, { qos: 1, ...options });
    },
    close: () => client.endAsync(true),
  };
}

/** What the broker keeps below a filter: topic to text. */
export async function readRetained(port: number, filter: string): Promise<Map<string, string>> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  const end = `end-of-retained/${process.pid}`;
  const retained = new Map<string, string>();
  const over = new Promise<void>((resolve) => {
    client.on('message', (topic, payload, { retain }) => {
      if (topic === end) resolve();
      else if (retain) retained.set(topic, payload.toString());
    });
  });
  // at QoS 0 the broker sends them at once and in order
  await client.subscribeAsync([end, filter], { qos: 0 });
  await client.publishAsync(end, 'end', { qos: 0 });
  await over;
  await client.endAsync();
  return retained;
}
