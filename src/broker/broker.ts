import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Client } from 'aedes';
import { Aedes } from 'aedes';

import { GatewayError } from '../errors.ts';
import type { Log } from '../log.ts';
import { createDelivery } from './delivery.ts';
import { guard } from './gate.ts';
import { connectStreams } from './in-process.ts';
import type { BrokerLimits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import type { BrokerClient } from './packets.ts';
import { BrokerPersistence } from './persistence.ts';
import { createRetainedStorage } from './retained-storage.ts';
import { createRetainedMessages } from './retained.ts';
import { endSessions } from './sessions.ts';
import { boundUnread } from './slow-reader.ts';

export interface BrokerOptions {
  /** Address to listen on, such as 127.0.0.1. */
  addr: string;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** Existing folder of `broker.db`, which keeps retained messages; null keeps them in memory only. */
  dir: string | null;
  log: Pick<Log, 'debug' | 'warn'>;
  limits?: Partial<BrokerLimits>;
}

export interface BrokerStats {
  clients: number;
  retained: number;
  /** Retained topics that changed and are not on disk yet. */
  unwritten: number;
  /** Messages that durable sessions lost because their queues were full. */
  dropped: number;
}

export interface EmbeddedBroker {
  readonly addr: string;
  readonly port: number;
  readonly stats: BrokerStats;
  /** A stream to speak MQTT over, without a socket. */
  connectInProcess(): Duplex;
  /** Disconnects the clients and writes what is unwritten. */
  close(): Promise<void>;
}

/**
 * Starts the embedded broker: MQTT 3.1, 3.1.1 and 5 over TCP, without users yet.
 *
 * @throws {GatewayError} `port_taken`; `store_newer` for a `broker.db` of a newer version.
 */
export async function createBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { log, dir } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const storage = dir === null ? null : createRetainedStorage(dir, (text) => log.warn({}, text));
  const retained = createRetainedMessages(storage, (error) =>
    log.warn({ err: error }, 'retained messages are not on disk; trying again'),
  );
  const persistence = new BrokerPersistence(retained, limits);
  const delivery = createDelivery(persistence, (topic) => retained.get(topic));

  const aedes = new Aedes({
    persistence,
    connectTimeout: limits.connectTimeoutSeconds * 1000,
    maxTopicLevels: limits.topicLevels,
    maximumPacketSize: limits.packetBytes,
    pendingSessionsLimit: limits.offlineSessions,
    sessionExpiryIntervalLimit: limits.sessionExpirySeconds,
    // The longest client id that MQTT 3.1 allows would refuse clients that 3.1.1 accepts.
    maxClientsIdLength: limits.topicCharacters,
    authorizeForward: (client, packet) => delivery.forward(client as BrokerClient, packet),
  });
  // aedes looks clients up here by id: one named `constructor` would be found on a plain object, and crash it.
  Object.assign(aedes, { clients: Object.create(null) });
  const stopSessions = endSessions(aedes, persistence, limits);

  const failed = (client: Client | null, error: Error): void =>
    log.debug({ clientId: client?.id, reason: error.message }, 'MQTT client failed');
  aedes.on('clientError', failed);
  aedes.on('connectionError', failed);
  const emitter: EventEmitter = aedes;
  emitter.on('error', (error) => log.warn({ err: error }, 'embedded broker'));
  aedes.on('subscribe', (_, client) => delivery.subscriptionsChanged(client as BrokerClient));
  aedes.on('unsubscribe', (_, client) => delivery.subscriptionsChanged(client as BrokerClient));
  await aedes.listen();

  function accept(stream: Duplex): void {
    boundUnread(stream, limits.unreadBytes);
    const client = aedes.handle(stream) as BrokerClient;
    delivery.prepare(client);
    guard(client, limits, ({ text }) =>
      log.debug({ clientId: client.id, reason: text }, 'MQTT packet refused'),
    );
  }

  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    accept(socket);
  });
  server.maxConnections = limits.clients;
  const port = await listen();

  async function listen(): Promise<number> {
    const { addr, port } = options;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(explain(error)));
      server.listen(port, addr, resolve);
    }).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    server.removeAllListeners('error');
    server.on('error', (error) => log.warn({ err: error }, 'embedded broker'));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  function explain(error: Error): Error {
    if (!('code' in error) || error.code !== 'EADDRINUSE') return error;
    return new GatewayError(
      'port_taken',
      `port ${options.port} on ${options.addr} is in use by another program (BROKER_PORT)`,
      { cause: error },
    );
  }

  async function stop(): Promise<void> {
    stopSessions();
    await new Promise<void>((resolve) => aedes.close(resolve));
    await persistence.destroy();
  }

  return {
    addr: options.addr,
    port,
    get stats() {
      return {
        clients: aedes.connectedClients,
        retained: retained.size,
        unwritten: retained.unwritten,
        dropped: persistence.dropped,
      };
    },
    connectInProcess() {
      const [ours, theirs] = connectStreams(limits.unreadBytes);
      accept(ours);
      return theirs;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await stop();
      // What has not sent its CONNECT is unknown to aedes.
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}
