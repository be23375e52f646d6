import { constants, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { packSegment } from './packing.ts';

/** Entry of the packing thread, which ends when all segments it was given are packed. */

// Linux gives each thread a priority of its own; elsewhere this would slow the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);

for (const { path, packedPath } of workerData as { path: string; packedPath: string }[]) {
  packSegment(path, packedPath);
}
