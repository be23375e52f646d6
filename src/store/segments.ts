import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A log file of a partition, named by its first `n`. The one with the highest `n` is open, all others are sealed;
 * a sealed one is replaced by a packed one.
 */
export interface Segment {
  firstN: number;
  packed: boolean;
  path: string;
}

const fileName = /^(log|packed)-(\d{16})\.db$/;

/** Where a packed segment is written before it is complete. */
export const unfinished = '.tmp';

export function partitionFolder(dir: string, partition: number): string {
  return join(dir, `partition-${partition}`);
}

export function segmentPath(folder: string, firstN: number, packed = false): string {
  return join(folder, `${packed ? 'packed' : 'log'}-${String(firstN).padStart(16, '0')}.db`);
}

/** The segments in order of `n`. Where both forms exist the packed one is complete: the other is about to go. */
export function listSegments(folder: string): Segment[] {
  const segments = new Map<number, Segment>();
  for (const name of readdirSync(folder)) {
    const [, kind, digits] = fileName.exec(name) ?? [];
    const firstN = Number(digits);
    const packed = kind === 'packed';
    if (kind === undefined || (!packed && segments.has(firstN))) continue;
    segments.set(firstN, { firstN, packed, path: join(folder, name) });
  }
  return [...segments.values()].sort((a, b) => a.firstN - b.firstN);
}

/** Makes a new or renamed file of the folder survive a power loss. */
export function syncFolder(folder: string): void {
  // Windows has no handle of a folder to flush.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
