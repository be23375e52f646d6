import type { Duplex } from 'node:stream';

import type { IClientOptions, IConnackPacket, IPublishPacket } from 'mqtt';
import mqtt, { MqttClient } from 'mqtt';

export interface Received {
  topic: string;
  text: string;
  qos: number;
  retain: boolean;
  dup: boolean;
  properties: NonNullable<IPublishPacket['properties']>;
}

/** An MQTT client that keeps what it receives and neither reconnects nor subscribes by itself. */
export interface TestClient {
  readonly mqtt: MqttClient;
  readonly connack: IConnackPacket;
  /** The connection is gone. */
  readonly closed: Promise<void>;
  /** The next message that nobody took yet. */
  next(): Promise<Received>;
  /** Everything up to the message with this text, without it; proves that nothing else came before. */
  until(text: string): Promise<Received[]>;
  /** Any packet arrives from now on. */
  received(): Promise<void>;
  disconnect(): Promise<void>;
  /** Ends the connection without a DISCONNECT. */
  drop(): Promise<void>;
}

type Options = Omit<IClientOptions, 'port' | 'host' | 'properties'> & {
  properties?: IClientOptions['properties'];
};

/** Connects over TCP to a port of the loopback address, or over a stream; MQTT 5 unless told otherwise. */
export async function connectClient(to: number | (() => Duplex), options: Options = {}): Promise<TestClient> {
  const settings: IClientOptions = { protocolVersion: 5, reconnectPeriod: 0, resubscribe: false, ...options };
  const client =
    typeof to === 'number'
      ? mqtt.connect({ ...settings, host: '127.0.0.1', port: to })
      : new MqttClient(to, settings);
  const received: Received[] = [];
  let arrived = (): void => undefined;
  client.on('message', (topic, payload, { qos, retain, dup, properties = {} }) => {
    received.push({ topic, text: payload.toString(), qos, retain, dup, properties });
    arrived();
  });
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  const connack = await new Promise<IConnackPacket>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('error', reject);
    client.once('close', () => reject(new Error('the broker closed the connection')));
  });
  // A broker that ends the connection is seen by 'close'.
  client.on('error', () => undefined);

  async function next(): Promise<Received> {
    for (;;) {
      const message = received.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (arrived = resolve));
    }
  }

  return {
    mqtt: client,
    connack,
    closed,
    received: () => new Promise((resolve) => client.once('packetreceive', () => resolve())),
    next,
    async until(text) {
      const before: Received[] = [];
      for (let message = await next(); message.text !== text; message = await next()) before.push(message);
      return before;
    },
    disconnect: () => client.endAsync(),
    async drop() {
      client.stream.destroy();
      await closed;
      client.end(true);
    },
  };
}
