import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Handshake {
  /** Subprotocol named in the answer. */
  protocol: string | undefined;
  /** Resolves with the code of the close frame that comes first; null: something else comes. */
  closeCode(): Promise<number | null>;
  leave(): void;
}

/** A WebSocket handshake written by hand: a real client refuses to go on where the answer surprises it. */
export async function shakeHands(url: string, offered: string): Promise<Handshake> {
  const asked = request(url.replace(/^ws:/, 'http:'), {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16, 7).toString('base64'),
      'Sec-WebSocket-Protocol': offered,
    },
  });
  asked.end();
  const [response, socket, head] = (await once(asked, 'upgrade')) as [IncomingMessage, Socket, Buffer];
  return {
    protocol: response.headers['sec-websocket-protocol'],
    closeCode: () => readClose(socket, head),
    leave: () => void socket.destroy(),
  };
}

async function readClose(socket: Socket, head: Buffer): Promise<number | null> {
  let bytes = head;
  while (bytes.length < 4) {
    const [more] = (await once(socket, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, more]);
  }
  socket.destroy();
  // RFC 6455 §5.5.1
  return bytes[0] === 0x88 ? bytes.readUInt16BE(2) : null;
}
