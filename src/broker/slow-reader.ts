import type { Duplex } from 'node:stream';

type Written = (error?: Error | null) => void;

/**
 * Lets a client that does not read neither hold up the others nor fill the memory: aedes waits for a full stream's
 * `drain` inside the emitter that serves all clients, so the stream always claims to have room, and is destroyed when
 * more than `limit` bytes wait in it.
 */
export function boundUnread(stream: Duplex, limit: number): void {
  const write = stream.write.bind(stream);
  function writeBounded(
    chunk: unknown,
    encodingOrWritten?: BufferEncoding | Written,
    written?: Written,
  ): boolean {
    if (typeof encodingOrWritten === 'string') write(chunk, encodingOrWritten, written);
    else write(chunk, encodingOrWritten);
    if (stream.writableLength > limit) stream.destroy(new Error(`${stream.writableLength} bytes unread`));
    return true;
  }
  stream.write = writeBounded;
}
