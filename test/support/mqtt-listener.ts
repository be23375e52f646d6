import { EventEmitter, once } from 'node:events';
import { type IClientPublishOptions, type IPublishPacket, connectAsync } from 'mqtt';

export interface ReceivedMessage {
  topic: string;
  text: string;
  packet: IPublishPacket;
}

/** A client of the public contract: it keeps what it is told and can wait for it. */
export interface MqttListener {
  /** All that was not taken by `next` yet. */
  readonly received: ReceivedMessage[];
  /** The next message on a topic; those before it stay where they are. */
  next(topic: string, wanted?: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage>;
  json(topic: string): Promise<Record<string, unknown>>;
  publish(topic: string, payload: unknown, options?: IClientPublishOptions): Promise<void>;
  close(): Promise<void>;
}

/** Connects and subscribes to `filters`. */
export async function listenTo(
  port: number,
  filters: string[] = ['#'],
  protocolVersion: 4 | 5 = 5,
): Promise<MqttListener> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion, reconnectPeriod: 50 });
  const arrivals = new EventEmitter();
  const received: ReceivedMessage[] = [];
  client.on('message', (topic, payload, packet) => {
    received.push({ topic, text: payload.toString(), packet });
    arrivals.emit('message');
  });
  await client.subscribeAsync(filters, { qos: 1 });

  async function next(topic: string, wanted: (message: ReceivedMessage) => boolean = () => true) {
    for (;;) {
      const at = received.findIndex((message) => message.topic === topic && wanted(message));
      if (at !== -1) return received.splice(at, 1)[0] as ReceivedMessage;
      await once(arrivals, 'message');
    }
  }

  return {
    received,
    next,
    async json(topic) {
      return JSON.parse((await next(topic)).text) as Record<string, unknown>;
    },
    async publish(topic, payload, options) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      await client.publishAsync(topic, text, { qos: 1, ...options });
    },
    close: () => client.endAsync(true),
  };
}
