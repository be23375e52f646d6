/** What the broker accepts from outside. Everything a client can make us keep has a bound here. */
export interface BrokerLimits {
  /** Largest MQTT packet accepted, bytes. */
  packetBytes: number;
  /** From the socket's opening to a complete CONNECT. */
  connectTimeoutSeconds: number;
  clients: number;
  subscriptionsPerClient: number;
  topicLevels: number;
  /** Of a topic, a topic filter and a client id. */
  topicCharacters: number;
  /** Written to a client and not read by it yet; beyond it the client is disconnected. */
  unreadBytes: number;
  /** Messages kept for a durable session that is offline or has not acknowledged them; newer ones are dropped. */
  queuedMessages: number;
  queuedBytes: number;
  /** Durable sessions whose client is away. */
  offlineSessions: number;
  /** Longest life of a durable session whose client is away; MQTT 3.1.1 names none, MQTT 5 may ask for less. */
  sessionExpirySeconds: number;
}

export const defaultLimits: BrokerLimits = {
  packetBytes: 1024 * 1024,
  connectTimeoutSeconds: 10,
  clients: 1000,
  // Home Assistant subscribes to each entity's topics one by one.
  subscriptionsPerClient: 5000,
  topicLevels: 32,
  topicCharacters: 1024,
  unreadBytes: 16 * 1024 * 1024,
  queuedMessages: 1000,
  queuedBytes: 8 * 1024 * 1024,
  offlineSessions: 1000,
  sessionExpirySeconds: 24 * 60 * 60,
};
