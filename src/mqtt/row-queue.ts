import type { LogRow } from '../csms/ports.ts';

/** Enough for the batches of a busy second: reading a row again costs more than keeping it. */
const ROWS_MAX = 2048;
const CHARACTERS_MAX = 4 * 1024 * 1024;
/** Rows of one reading: what it brings is unpacked in one turn. */
export const rowsAtOnce = 256;

/** Rows that wait for their turn, bounded in number and size. */
export interface RowQueue {
  readonly first: LogRow | undefined;
  /** False when there is no room for it. */
  push(row: LogRow): boolean;
  /** Takes what was read from the log, whatever its size: the reader has its own bounds. */
  fill(rows: readonly LogRow[]): void;
  shift(): void;
  clear(): void;
}

export function createRowQueue(): RowQueue {
  let rows: LogRow[] = [];
  let at = 0;
  let characters = 0;

  const clear = (): void => {
    rows = [];
    at = 0;
    characters = 0;
  };

  return {
    get first() {
      return rows[at];
    },
    push(row) {
      if (rows.length - at >= ROWS_MAX || characters >= CHARACTERS_MAX) return false;
      rows.push(row);
      characters += charactersOf(row);
      return true;
    },
    fill(read) {
      clear();
      for (const row of read) {
        rows.push(row);
        characters += charactersOf(row);
      }
    },
    shift() {
      const row = rows[at];
      if (row === undefined) return;
      characters -= charactersOf(row);
      at++;
      if (at === rows.length) clear();
      else if (at === ROWS_MAX) {
        rows = rows.slice(at);
        at = 0;
      }
    },
    clear,
  };
}

function charactersOf({ meta, frame, answer }: LogRow): number {
  return meta.length + (frame?.length ?? 0) + (answer?.length ?? 0);
}
