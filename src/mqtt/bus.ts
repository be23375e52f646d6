import type { Clock } from '../csms/ports.ts';
import type { PublishOutcome } from './fast-lane.ts';
import type { BrokerAddress } from './open-connection.ts';
import type { MqttProtocol } from './publish-encoder.ts';

export type { BrokerAddress } from './open-connection.ts';
export type { PublishOutcome } from './fast-lane.ts';
export type { MqttProtocol } from './publish-encoder.ts';

/** What the broker granted. `reasonCode` is the one of SUBACK (MQTT 5 §3.9.3): the QoS, or 0x80 and above. */
export interface SubscriptionGrant {
  filter: string;
  granted: boolean;
  reasonCode: number;
}

export interface ConnectedInfo {
  protocol: MqttProtocol;
  /** QoS 1 publishes the broker takes unacknowledged; 65,535 where it does not say. */
  receiveMaximum: number;
  /** Bytes of a whole packet; null where the broker does not say. */
  maximumPacketSize: number | null;
}

/** MQTT 5 properties that are left out with 3.1.1. */
export interface MessageProperties {
  responseTopic?: string;
  correlationData?: Buffer;
  userProperties?: Record<string, string | string[]>;
}

export interface Publication extends MessageProperties {
  topic: string;
  payload: string | Buffer;
  /** Of QoS 0 nothing is known: it is not sent while the broker does not keep up. */
  qos: 0 | 1;
  retain: boolean;
  contentType?: string;
}

export interface BusMessage extends MessageProperties {
  topic: string;
  payload: Buffer;
  qos: 0 | 1 | 2;
  /** It was kept by the broker and is not new. */
  retain: boolean;
  dup: boolean;
}

export interface BusOptions {
  address: BrokerAddress;
  /** `auto`: 5, and 3.1.1 with a broker that refuses it. */
  protocol: 'auto' | MqttProtocol;
  clientId: string;
  username?: string;
  password?: string;
  /** Published by the broker, QoS 1, when the connection ends without DISCONNECT. */
  will?: { topic: string; payload: string; retain: boolean };
  /** Where an empty message goes, QoS 0, to keep a broker from holding the next command back (`keepPrompt`). */
  nudgeTopic?: string;
  /** After 1.5 times this without an answer the connection is closed. 0: never. */
  keepaliveSeconds: number;
  /** From the start of the connection to the broker's CONNACK. */
  connectTimeoutSeconds: number;
  /** The pause before the next attempt doubles from the one to the other, less a random part of up to half. */
  reconnectBaseSeconds: number;
  reconnectMaxSeconds: number;
  /** QoS 1 publishes in flight, at most 8,191; the broker may allow less. */
  window: number;
  clock: Clock;
  /** From 0 to below 1. */
  random: () => number;
}

/**
 * One MQTT client connection that is opened again whenever it is lost. `T` is the caller's token of a fast
 * publish. Sessions are clean: nothing is kept by the broker for us, subscriptions are made anew on each connection.
 * Listeners run in the order they were added and must not throw.
 */
export interface Bus<T> {
  readonly connected: boolean;
  /** Of the connection; null without one. */
  readonly protocol: MqttProtocol | null;
  /** QoS 1 publishes, of both ways, that await their PUBACK; never more than `window`. */
  readonly inFlight: number;
  /** The smaller of the option and the broker's receive maximum; 0 without a connection. */
  readonly window: number;
  /** Starts; failures are told to `onError`, and the next attempt follows. */
  connect(): void;

  /**
   * The fast way, for the stream of events and states: QoS 1, without properties, many packets in one write.
   * `topic` is the name in UTF-8. `full` also without a connection: `onWindow` or `onConnect` say when to go on.
   */
  publishFast(topic: Buffer, payload: string | Buffer, retain: boolean, token: T): PublishOutcome;
  /** In order of arrival. A reason code of 0x80 and above is a refusal (MQTT 5 §3.4.2.1). */
  onAcknowledged(listener: (token: T, reasonCode: number) => void): void;
  /** There is room again after `publishFast` said `full`. */
  onWindow(listener: () => void): void;
  /** Fast publishes that were in flight when the connection ended, oldest first: they may have arrived or not. */
  onLost(listener: (tokens: T[]) => void): void;

  /**
   * One publish, with properties. Resolves at its PUBACK, for QoS 0 when it is sent. Rejects with a GatewayError
   * `broker_unreachable` (the connection is missing, or lost before the PUBACK), `broker_busy`, `publish_refused`
   * (details: `reasonCode`) or `publish_too_large`.
   */
  publish(publication: Publication): Promise<void>;
  /**
   * Adds filters to those subscribed on each connection, QoS 1. Resolves with the broker's first answer; a
   * refusal on a later connection is told to `onError`.
   */
  subscribe(filters: string[]): Promise<SubscriptionGrant[]>;
  onMessage(listener: (message: BusMessage) => void): void;

  onConnect(listener: (info: ConnectedInfo) => void): void;
  /** The connection is lost; after `onLost`. */
  onDisconnect(listener: (reason: string) => void): void;
  /** An attempt failed (`broker_unreachable`) or a subscription was refused (`subscription_refused`). */
  onError(listener: (error: Error) => void): void;
  /**
   * Publishes `last`, waits until all is acknowledged, and disconnects without the will. Resolves after at most
   * `timeoutSeconds`; what is not acknowledged by then is told to `onLost`.
   */
  close(options?: { last?: Publication[]; timeoutSeconds?: number }): Promise<void>;
}
