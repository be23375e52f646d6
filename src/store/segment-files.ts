import { rmSync, statSync } from 'node:fs';
import { openLogSegment } from './log-segment.ts';
import type { LogSegmentReader } from './log-segment.ts';
import { openPackedSegment } from './packed-segment.ts';
import type { SegmentReader } from './segment-reader.ts';
import type { Segment } from './segments.ts';

/** Files kept open for reading: the live end of the log and a few that a replay walks through. */
const openFiles = 12;

/** The segments a thread has open. It is the only one that deletes any, so none vanishes under a read. */
export interface SegmentFiles {
  /** @throws GatewayError `store_newer`. */
  open(segment: Segment): SegmentReader;
  /** Deletes the file. */
  remove(path: string): void;
  /** Shortens the WAL of a segment that is not packed. */
  checkpoint(segment: Segment): void;
  closeAll(): void;
}

export function createSegmentFiles(): SegmentFiles {
  /** In order of use, latest last. */
  const logs = new Map<string, LogSegmentReader>();
  const packed = new Map<string, SegmentReader>();

  function use<R extends SegmentReader>(readers: Map<string, R>, path: string, open: (path: string) => R): R {
    const reader = readers.get(path) ?? open(path);
    readers.delete(path);
    readers.set(path, reader);
    if (readers.size > openFiles) close(readers, readers.keys().next().value);
    return reader;
  }

  function close(readers: Map<string, SegmentReader>, path: string | undefined): void {
    if (path === undefined) return;
    readers.get(path)?.close();
    readers.delete(path);
  }

  return {
    open({ packed: isPacked, path }) {
      return isPacked ? use(packed, path, openPackedSegment) : use(logs, path, openLogSegment);
    },

    remove(path) {
      close(logs, path);
      close(packed, path);
      for (const file of filesOf(path)) rmSync(file, { force: true });
    },

    checkpoint: ({ path }) => use(logs, path, openLogSegment).checkpoint(),

    closeAll() {
      for (const readers of [logs, packed]) {
        for (const path of readers.keys()) close(readers, path);
      }
    },
  };
}

/** What a segment occupies, bytes. */
export function bytesOf({ path }: Segment): number {
  let bytes = 0;
  for (const file of filesOf(path)) bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

function filesOf(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`];
}
