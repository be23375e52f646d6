import { Duplex } from 'node:stream';

/** Two connected streams: what one end writes the other reads. Closing one end closes the other. */
export function connectStreams(unreadBytes: number): [Duplex, Duplex] {
  const a = new End(unreadBytes);
  const b = new End(unreadBytes);
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** `stream.duplexPair` hands over each of a packet's five pieces by itself; this joins what was written in a turn. */
class End extends Duplex {
  peer: End | undefined;
  #taken: (() => void) | undefined;

  constructor(unreadBytes: number) {
    super({ writableHighWaterMark: unreadBytes });
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    this.peer?.receive(chunk, taken);
  }

  override _writev(chunks: { chunk: Buffer }[], taken: () => void): void {
    this.peer?.receive(Buffer.concat(chunks.map(({ chunk }) => chunk)), taken);
  }

  override _final(finished: () => void): void {
    this.peer?.push(null);
    finished();
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    const peer = this.peer;
    this.peer = undefined;
    if (peer !== undefined) process.nextTick(() => peer.destroy());
    destroyed(error);
  }

  receive(chunk: Buffer, taken: () => void): void {
    if (this.push(chunk)) taken();
    else this.#taken = taken;
  }
}
