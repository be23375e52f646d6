import { createConnection } from 'node:net';

// CONNECT of MQTT 3.1.1 §3.1: protocol name, level 4, clean session, keep-alive 10 s, empty client id.
const connectPacket = Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 10, 0, 0]);
const connack = 0x20;

/**
 * Whether an MQTT broker answers there: a CONNACK of any outcome counts, for one that wants a password is one
 * too. Never rejects; the rest is no.
 */
export function answersMqtt(host: string, port: number, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once('connect', () => socket.write(connectPacket));
    socket.once('data', (data) => end(data[0] === connack));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
