import { readAfter, readLatest, readStation } from './log-reading.ts';
import type { ReaderRequest } from './messages.ts';
import { countExpired } from './retention.ts';
import { bytesOf, createSegmentFiles } from './segment-files.ts';
import { listSegments, partitionFolder, segmentPath } from './segments.ts';
import type { Segment } from './segments.ts';
import { openStateReader } from './state-reader.ts';
import type { StateReader } from './state-reader.ts';
import { statePath } from './state-writer.ts';

/** Reads a folder, checkpoints for the writer and deletes what retention lets go. It has a thread of its own. */
export interface Reader {
  answer(request: ReaderRequest): unknown;
  close(): void;
}

export function createReader(dir: string): Reader {
  const files = createSegmentFiles();
  let openedState: StateReader | undefined;

  function state(): StateReader {
    openedState ??= openStateReader(statePath(dir));
    return openedState;
  }

  const segmentsOf = (partition: number): Segment[] => listSegments(partitionFolder(dir, partition));

  function checkpoint(partition: number): void {
    const open = segmentsOf(partition).at(-1);
    if (open !== undefined && !open.packed) files.checkpoint(open);
    state().checkpoint();
  }

  /** Paths of the segments to pack: all but the open one. */
  function sealed(partition: number): { path: string; packedPath: string }[] {
    const folder = partitionFolder(dir, partition);
    return segmentsOf(partition)
      .slice(0, -1)
      .filter(({ packed }) => !packed)
      .map(({ path, firstN }) => ({ path, packedPath: segmentPath(folder, firstN, true) }));
  }

  /** Deletes the originals of packed segments. */
  function dropPacked(partition: number): void {
    const folder = partitionFolder(dir, partition);
    for (const { firstN, packed } of segmentsOf(partition)) {
      if (packed) files.remove(segmentPath(folder, firstN));
    }
  }

  /** Whether the log is above its limit all the same, because of rows that must stay. */
  function retain(partition: number, days: number, maxBytes: number): boolean {
    const { projected, acknowledged } = state().position(partition);
    // A power loss must not take the state back to before rows that are gone.
    state().checkpoint();
    const segments = segmentsOf(partition);
    const facts = segments.map((segment) => {
      const { lastN, lastTime } = files.open(segment);
      return { lastN, lastTime, bytes: bytesOf(segment) };
    });
    const safeN = Math.min(projected, acknowledged);
    const expired = countExpired(facts, { days, maxBytes, safeN });
    for (const { path } of segments.slice(0, expired)) files.remove(path);
    return facts.slice(expired, -1).reduce((sum, { bytes }) => sum + bytes, 0) > maxBytes;
  }

  function close(): void {
    files.closeAll();
    openedState?.close();
    openedState = undefined;
  }

  function answer(request: ReaderRequest): unknown {
    switch (request.type) {
      case 'read':
        return readAfter(files, segmentsOf(request.partition), request.afterN, request.limit);
      case 'station':
        return readStation(files, segmentsOf(request.partition), request.query);
      case 'latest': {
        const { partition, station, log, limit } = request;
        return readLatest(files, segmentsOf(partition), station, log, limit);
      }
      case 'documents':
        return state().documents(request.collection);
      case 'transactions':
        return state().transactions(request.query);
      case 'projectedN':
        return state().position(request.partition).projected;
      case 'checkpoint':
        checkpoint(request.partition);
        return null;
      case 'sealed':
        return sealed(request.partition);
      case 'dropPacked':
        dropPacked(request.partition);
        return null;
      case 'retain':
        return retain(request.partition, request.days, request.maxBytes);
      case 'forget':
        break;
    }
    close();
    return null;
  }

  return { answer, close };
}
