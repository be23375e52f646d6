import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RotatingFileOptions {
  path: string;
  /** Bytes; 0 never rotates. */
  maxSize: number;
  /** Earlier files that are kept as `path.1` (the newest), `path.2`, ...; with 0 nothing is ever set aside. */
  backupCount: number;
  /** Told once for each series of failures: what cannot be written is missing in the file, nothing else. */
  onFailure: (error: Error) => void;
}

export interface RotatingFile {
  write(text: string): void;
  close(): void;
}

/** Appends to a file and rotates it as Python's RotatingFileHandler does. */
export function createRotatingFile({
  path,
  maxSize,
  backupCount,
  onFailure,
}: RotatingFileOptions): RotatingFile {
  let file: number | undefined;
  let size = 0;
  let hasFailed = false;

  const open = (): number => {
    mkdirSync(dirname(path), { recursive: true });
    const opened = openSync(path, 'a');
    size = fstatSync(opened).size;
    return opened;
  };
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const rotate = (): void => {
    close();
    rmSync(`${path}.${backupCount}`, { force: true });
    for (let n = backupCount - 1; n >= 1; n -= 1) renameIfThere(`${path}.${n}`, `${path}.${n + 1}`);
    renameIfThere(path, `${path}.1`);
  };
  const append = (bytes: Buffer): void => {
    file ??= open();
    if (maxSize > 0 && backupCount > 0 && size > 0 && size + bytes.length >= maxSize) {
      rotate();
      file = open();
    }
    writeSync(file, bytes);
    size += bytes.length;
  };

  return {
    write(text) {
      try {
        append(Buffer.from(text));
        hasFailed = false;
      } catch (error) {
        close();
        const isFirst = !hasFailed;
        hasFailed = true;
        if (isFirst && error instanceof Error) onFailure(error);
      }
    },
    close,
  };
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
