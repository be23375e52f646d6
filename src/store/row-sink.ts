import type { Flat } from './flat-rows.ts';

/** An answer holds no more rows beyond this: what is read must fit into memory on any machine. */
const answerBytes = 4 * 1024 * 1024;

/** Collects the rows of one answer, at least one, until a limit or a few MB are reached. */
export interface RowSink {
  readonly rows: Flat[];
  readonly full: boolean;
  /** How many more rows are wanted. */
  readonly room: number;
  add(row: Flat): void;
}

export function createRowSink(limit: number): RowSink {
  const rows: Flat[] = [];
  let bytes = 0;
  return {
    rows,
    get full() {
      return rows.length >= limit || bytes >= answerBytes;
    },
    get room() {
      return limit - rows.length;
    },
    add(row) {
      rows.push(row);
      for (const value of row) bytes += typeof value === 'string' ? value.length : 8;
    },
  };
}
