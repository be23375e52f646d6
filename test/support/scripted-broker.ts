import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet';

/** One client's connection as its broker sees it. */
export interface Visitor {
  /** Its CONNECT. */
  readonly connect: IConnectPacket;
  /** In the protocol of its CONNECT, or in another. */
  send(packet: Packet, protocolVersion?: number): void;
  /** Closes without a word. */
  hangUp(): void;
}

/** A broker that does what a test says, for what a real one cannot be made to do. */
export interface ScriptedBroker {
  readonly port: number;
  stop(): Promise<void>;
}

/** `receive` is called with every packet, the CONNECT first. */
export async function startScriptedBroker(
  receive: (packet: Packet, visitor: Visitor) => void,
): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let visitor: Visitor | null = null;
    const parser = mqttPacket.parser();
    parser.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') {
        const spoken = packet.protocolVersion ?? 4;
        visitor = {
          connect: packet,
          send: (answer, protocolVersion = spoken) =>
            void socket.write(mqttPacket.generate(answer, { protocolVersion })),
          hangUp: () => void socket.destroy(),
        };
      }
      if (visitor !== null) receive(packet, visitor);
    });
    socket.on('data', (bytes) => void parser.parse(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
