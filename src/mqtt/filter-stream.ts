import { Duplex } from 'node:stream';
import { createPubackSplitter } from './puback-splitter.ts';

export interface FilterStreamOptions {
  /** The connection to the broker. */
  connection: Duplex;
  /** A PUBACK of the fast lane, taken out of what arrives. */
  acknowledged: (packetId: number, reasonCode: number) => void;
  /** Called behind the last PUBACK of what arrived at once. */
  settled: () => void;
}

/**
 * The stream MQTT.js works on: the connection without the fast lane's PUBACKs. MQTT.js corks the stream for each
 * packet (mqtt-packet, `generate`) and what was corked goes on in one write, so that its packets stay whole
 * between ours. Ends and fails with the connection, and ends it.
 */
export function createFilterStream({ connection, acknowledged, settled }: FilterStreamOptions): Duplex {
  function forward(bytes: Buffer, done: () => void): void {
    if (connection.write(bytes)) done();
    else connection.once('drain', done);
  }

  const filtered = new Duplex({
    read() {
      connection.resume();
    },
    write(bytes: Buffer, _encoding, done) {
      forward(bytes, done);
    },
    writev(chunks: { chunk: Buffer }[], done) {
      forward(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
    },
    final(done) {
      connection.end();
      done();
    },
    destroy(error, done) {
      connection.destroy();
      done(error);
    },
  });

  const split = createPubackSplitter({
    acknowledged,
    pass(bytes) {
      if (!filtered.push(bytes)) connection.pause();
    },
  });
  connection.on('data', (chunk: Buffer) => {
    split(chunk);
    settled();
  });
  connection.on('error', (error) => filtered.destroy(error));
  connection.on('close', () => filtered.destroy());
  connection.on('end', () => filtered.push(null));
  // What arrived before the end is still to be read; then there is nobody left to write to.
  filtered.on('end', () => filtered.destroy());
  return filtered;
}
