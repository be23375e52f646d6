import type { AedesPublishPacket, Client } from 'aedes';

export type Properties = NonNullable<AedesPublishPacket['properties']>;

/** A message as aedes hands it to its persistence. */
export interface StoredPacket {
  cmd?: 'publish';
  topic: string;
  payload: Buffer | string;
  qos: 0 | 1 | 2;
  retain: boolean;
  dup?: boolean;
  properties?: Properties;
  /** When the message expires, ms since 1970. */
  messageExpiry?: number;
  brokerId?: string;
  brokerCounter?: number;
  messageId?: number | undefined;
}

/** The PUBREL that takes a message's place in a session at QoS 2. */
export interface StoredRelease {
  cmd: 'pubrel';
  messageId: number;
}

/** Which delivery is meant: what aedes passes around is a whole packet or no more than an identifier. */
export interface PacketReference {
  cmd?: string;
  messageId?: number | undefined;
  brokerId?: string;
  brokerCounter?: number;
  qos?: number;
  dup?: boolean;
  /** Who published it. */
  clientId?: string;
  /** The subscription asked not to get its own client's messages. */
  nl?: boolean;
}

export interface StoredSubscription {
  topic: string;
  qos: 0 | 1 | 2;
  rh?: number;
  rap?: boolean;
  nl?: boolean;
  subscriptionIdentifier?: number;
}

/** What the broker needs of aedes' client beyond its published type (2.0.0-beta.1, lib/client.js). */
export interface BrokerClient extends Client {
  subscriptions: Record<string, { qos: 0 | 1 | 2 }>;
  deliver0: Deliver;
  deliverQoS: Deliver;
  _nextId: number;
  _parser: NodeJS.EventEmitter;
}

type Deliver = (packet: AedesPublishPacket, delivered: () => void) => void;

/**
 * The payload in memory of its own. A received payload is a slice of the socket's 64 KiB chunk: kept for long, a few
 * bytes would hold all of it.
 */
export function detach(payload: Buffer | string): Buffer | string {
  if (typeof payload === 'string' || payload.buffer.byteLength <= 2 * payload.length) return payload;
  const own = Buffer.allocUnsafeSlow(payload.length);
  payload.copy(own);
  return own;
}
