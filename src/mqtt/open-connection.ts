import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { WebSocket, createWebSocketStream } from 'ws';

/** PEM texts. The broker's certificate is always verified. */
export interface BrokerTls {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
}

/** Where the broker is. `tls: null` is plain text. */
export type BrokerAddress =
  | { transport: 'tcp'; host: string; port: number; tls: BrokerTls | null }
  | {
      transport: 'websockets';
      host: string;
      port: number;
      path: string;
      headers: Record<string, string>;
      tls: BrokerTls | null;
    }
  | { transport: 'unix'; path: string }
  /** A broker in this process: a new stream to it for each connection. */
  | { transport: 'stream'; open: () => Duplex };

/** SNI takes names only (RFC 6066 §3). */
function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

/** What the subprotocol and the frames of MQTT over WebSocket are: MQTT 5 §6. */
function openWebSocket(
  address: Extract<BrokerAddress, { transport: 'websockets' }>,
  opened: () => void,
): Duplex {
  const { host, port, path, headers, tls } = address;
  const name = isIP(host) === 6 ? `[${host}]` : host;
  const url = new URL(path, `${tls === null ? 'ws' : 'wss'}://${name}:${port}`);
  const socket = new WebSocket(url, ['mqtt'], { headers, perMessageDeflate: false, ...tls });
  socket.once('open', opened);
  return createWebSocketStream(socket);
}

/**
 * Opens a connection to a broker. What is written is kept until it is open; then, and before anything can
 * arrive, `opened` is called. A failure is an `error` event of the stream, a wrong port or certificate thrown.
 */
export function openConnection(address: BrokerAddress, opened: () => void): Duplex {
  if (address.transport === 'unix') return connectTcp({ path: address.path }, opened);
  if (address.transport === 'websockets') return openWebSocket(address, opened);
  if (address.transport === 'stream') {
    opened();
    return address.open();
  }
  const { host, port, tls } = address;
  if (tls === null) return connectTcp({ host, port, noDelay: true }, opened);
  return connectTls({ host, port, ...serverName(host), ...tls }, opened).setNoDelay(true);
}
