import type { LogRow } from '../csms/ports.ts';

/**
 * Rows cross threads as one flat array of texts and numbers: several times cheaper to clone than objects. The
 * order is that of the columns of the table `log`.
 */
export type Flat = (string | number | null)[];

/** Values of one row in a flat array. */
export const rowWidth = 9;

/** The columns in the order of the flat array. */
export const rowColumns = 'n, station, log, seq, time, version, meta, frame, answer';

export function pushRow(flat: Flat, row: LogRow): void {
  flat.push(row.n, row.station, row.log, row.seq, row.time, row.version, row.meta, row.frame, row.answer);
}

/** The inverse of `pushRow`, for all rows of the array. */
export function rowsOf(flat: Flat): LogRow[] {
  const rows: LogRow[] = [];
  for (let at = 0; at < flat.length; at += rowWidth) {
    rows.push({
      n: flat[at] as number,
      station: flat[at + 1] as string,
      log: flat[at + 2] as string,
      seq: flat[at + 3] as number | null,
      time: flat[at + 4] as number,
      version: flat[at + 5] as LogRow['version'],
      meta: flat[at + 6] as string,
      frame: flat[at + 7] as string | null,
      answer: flat[at + 8] as string | null,
    });
  }
  return rows;
}

/** About what a row occupies, bytes (texts are nearly always ASCII). */
export function sizeOf(row: LogRow): number {
  return 64 + row.station.length + row.meta.length + (row.frame?.length ?? 0) + (row.answer?.length ?? 0);
}
