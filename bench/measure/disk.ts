import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Spread, spreadOf } from '../rig/figures.ts';

/** How long the disk takes to make 4 KiB durable, ms. No answer to a station can be faster. */
export function measureFdatasync(): Spread {
  const folder = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-bench-'));
  const file = openSync(join(folder, 'file'), 'w');
  const page = Buffer.alloc(4096, 1);
  const samples = Array.from({ length: 200 }, () => {
    writeSync(file, page);
    const start = performance.now();
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return spreadOf(samples);
}
