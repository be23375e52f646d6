import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { plainAddress } from '../csms/addresses.ts';
import type { Csms } from '../csms/csms.ts';
import type { Station } from '../csms/station.ts';
import { GatewayError } from '../errors.ts';
import type { Log } from '../log.ts';
import { echoSubprotocol, negotiateSubprotocol, type OcppVersion } from '../ocpp/version.ts';
import { identityOf } from './identity.ts';
import { serveConnection, type Connection } from './ocpp-connection.ts';

// An import of node:http touches each of its exports, and so loads the fetch client: 6 MB.
const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');

export interface OcppEndpointOptions {
  addr: string;
  port: number;
  csms: Csms;
  log: Log;
}

export interface OcppEndpoint {
  readonly addr: string;
  readonly port: number;
  /** Refuses new stations with 503 and closes the served ones, so that they keep their data (or lets them in again). */
  setClosed(reason: string | null): void;
  close(): Promise<void>;
}

/** Largest message of a station, bytes: a full device model report or a certificate chain fits many times. */
const maxMessageBytes = 1024 * 1024;
/** Fragments of a message, and pieces of a fragment that have arrived. */
const maxPieces = 16 * 1024;
/** From the first byte to the end of the headers, ms. */
const handshakeTimeoutMs = 10_000;
/** For the close handshake of a connection that is not served, ms. */
const closeMs = 500;
/** How long a newcomer of an identity that is served waits for the old socket to show life, ms. */
const lifeSignMs = 2_000;
/** Seconds a station should wait before it tries again. */
const retryAfterSeconds = 10;

/** The WebSocket listener for charging stations. OCPP-J 1.6 §3; 2.0.1 and 2.1 part 4 §3. */
export async function createOcppEndpoint({
  addr,
  port,
  csms,
  log,
}: OcppEndpointOptions): Promise<OcppEndpoint> {
  const server = createServer({
    maxHeaderSize: 8192,
    headersTimeout: handshakeTimeoutMs,
    requestTimeout: handshakeTimeoutMs,
    connectionsCheckingInterval: 1000,
  });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    maxFragments: maxPieces,
    maxBufferedChunks: maxPieces,
    // a compressed context for each station would cost hundreds of KB
    perMessageDeflate: {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 12,
      threshold: 1024,
      concurrencyLimit: 4,
      zlibDeflateOptions: { memLevel: 4 },
    },
    handleProtocols: (_offered, request) => chosenProtocol.get(request) ?? false,
  });
  /** What to echo for a request; empty: no header, as none was asked for. */
  const chosenProtocol = new WeakMap<IncomingMessage, string>();
  const connections = new Map<Station, Connection>();
  let closedReason: string | null = null;

  server.on('request', (request, response) => {
    const address = addressOf(request);
    log.warn(
      { address, path: request.url },
      'a request without WebSocket upgrade: a station must send "Connection: Upgrade"',
    );
    response.writeHead(426, { 'content-type': 'text/plain', connection: 'close', upgrade: 'websocket' });
    response.end('This is the OCPP endpoint: connect with WebSocket to ws://<host>:<port>/<station id>.\n');
  });
  server.on('clientError', (error, socket) => {
    log.debug({ err: error }, 'unreadable request');
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', (error) => log.debug({ err: error }, 'connection error in the handshake'));
    upgrade(request, socket, head).catch((error: unknown) => {
      log.error({ err: error }, 'the handshake failed');
      refuse(socket, 500);
    });
  });

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // before anybody joins by it: a browser or library may ask for HTTP/2 (`Upgrade: h2c`)
    if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket')
      return refuse(socket, 400);
    const address = addressOf(request);
    const target = request.url ?? '/';
    const identity = identityOf(target);
    const offered = offeredProtocols(request);
    const context = { station: identity, address, path: target, offered: offered.join(',') };
    if (closedReason !== null) return turnAway(socket, context, closedReason);
    const admission = csms.admit({ identity, address, offered });
    if ('refused' in admission) {
      // the registry has said so, once a minute
      log.debug(context, `refused: ${admission.reason}`);
      return refuse(socket, admission.refused === 'invalid' ? 400 : 404);
    }
    const { station } = admission;
    const version = versionOf(offered, station);
    if (version !== null) await csms.dialects.load(version);
    let dead: Connection | undefined;
    // of several newcomers the first to get in is the one that the others find
    for (let before = connections.get(station); before !== dead; before = connections.get(station)) {
      if (await before?.showsLife(lifeSignMs)) {
        // with profile 0 anybody can claim an identity: who is there stays
        log.warn(context, 'refused: a connection of this identity is alive');
        csms.outlet.bridgeEvent({ event: 'alarm', alarm: 'second_connection', station: station.id, address });
        return refuse(socket, 409);
      }
      dead = before;
    }
    if (socket.destroyed) return;
    // that took a while
    if (closedReason !== null) return turnAway(socket, context, closedReason);
    if (csms.registry.find(station.id) !== station) return refuse(socket, 404);
    if (version !== null && offered.length > 0)
      chosenProtocol.set(request, echoSubprotocol(offered, version));
    sockets.handleUpgrade(request, socket, head, (webSocket) => opened(webSocket, station, version, context));
  }

  function turnAway(socket: Duplex, context: Record<string, unknown>, reason: string): void {
    log.warn(context, `refused: ${reason}`);
    refuse(socket, 503, { 'Retry-After': String(retryAfterSeconds) });
  }

  /** The version to speak; null: none of what was offered. */
  function versionOf(offered: string[], station: Station): OcppVersion | null {
    const spoken = negotiateSubprotocol(offered.filter((name) => isServed(name)));
    if (spoken !== null) return spoken;
    // no header at all: 1.6, as such stations are old
    const assumed = station.assumeVersion ?? (offered.length === 0 ? 'ocpp1.6' : null);
    return assumed !== null && csms.dialects.has(assumed) ? assumed : null;
  }

  function isServed(name: string): boolean {
    const version = negotiateSubprotocol([name]);
    return version !== null && csms.dialects.has(version);
  }

  function opened(
    webSocket: WebSocket,
    station: Station,
    version: OcppVersion | null,
    context: Record<string, unknown>,
  ): void {
    if (version === null) {
      // OCPP-J 1.6 §3.1.2: no agreement on the protocol
      log.warn(context, 'refused: none of the offered subprotocols is served');
      webSocket.on('error', (error) => log.debug({ ...context, err: error }, 'connection error'));
      webSocket.close(1002, 'none of the offered subprotocols is served');
      const cancel = csms.clock.after(closeMs, () => webSocket.terminate());
      webSocket.on('close', cancel);
      return;
    }
    const connection = serveConnection({
      webSocket,
      csms,
      station,
      version,
      isAgreed: isServed(String(context['offered'])),
      address: String(context['address']),
      log,
      ended() {
        if (connections.get(station) === connection) connections.delete(station);
      },
    });
    connections.set(station, connection);
    log.info({ ...context, station: station.id, version }, 'station connected');
  }

  await listen(server, addr, port);
  const bound = server.address() as AddressInfo;

  return {
    addr: bound.address,
    port: bound.port,
    setClosed(reason) {
      closedReason = reason;
      if (reason !== null)
        for (const connection of connections.values()) connection.close(1013, 'try again later');
    },
    close() {
      closedReason = 'the gateway stops';
      for (const connection of connections.values()) connection.terminateSoon();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function addressOf(request: IncomingMessage): string {
  return plainAddress(request.socket.remoteAddress ?? 'unknown');
}

function offeredProtocols(request: IncomingMessage): string[] {
  const header = request.headers['sec-websocket-protocol'];
  return header === undefined
    ? []
    : header
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
}

function refuse(socket: Duplex, status: number, headers: Record<string, string> = {}): void {
  if (socket.destroyed) return;
  const lines = Object.entries({ Connection: 'close', 'Content-Length': '0', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`);
}

function listen(server: Server, addr: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new GatewayError('port_taken', `LISTEN_PORT ${port} on ${addr} is in use by another program.`)
          : error,
      );
    });
    server.listen(port, addr, () => {
      server.removeAllListeners('error');
      server.on('error', () => server.close());
      resolve();
    });
  });
}
