import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { rowColumns } from './flat-rows.ts';
import type { Flat } from './flat-rows.ts';
import { packedMigrations } from './migrations/packed.ts';
import { inTransaction, migrate, openExisting, prepareFlat } from './schema.ts';
import { syncFolder, unfinished } from './segments.ts';

/** A block ends at either: small enough to read one row quickly, large enough to compress well. */
const blockRows = 256;
const blockBytes = 1024 * 1024;

/** Packs rows so that they come back byte for byte. */
export function packRows(rows: Flat[]): Uint8Array {
  return zstdCompressSync(JSON.stringify(rows));
}

/** The inverse of `packRows`. */
export function unpackRows(block: Uint8Array): Flat[] {
  return JSON.parse(zstdDecompressSync(block).toString()) as Flat[];
}

/**
 * Writes a sealed segment in packed form. `packedPath` appears complete and flushed or not at all, whenever the
 * process ends; the sealed segment stays.
 */
export function packSegment(path: string, packedPath: string): void {
  const target = packedPath + unfinished;
  rmSync(target, { force: true });
  const source = openExisting(path);
  try {
    const packed = new DatabaseSync(target);
    try {
      // Nobody reads the file before it is flushed and renamed.
      packed.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
      migrate(packed, packedMigrations, target);
      inTransaction(packed, () => copyRows(source, packed));
    } finally {
      packed.close();
    }
  } finally {
    source.close();
  }
  flush(target);
  renameSync(target, packedPath);
  syncFolder(dirname(packedPath));
}

function copyRows(source: DatabaseSync, packed: DatabaseSync): void {
  const write = createBlockWriter(packed);
  const select = prepareFlat(source, `SELECT ${rowColumns} FROM log ORDER BY n`);
  let rows: Flat[] = [];
  let bytes = 0;
  let last: Flat | undefined;
  for (const row of select()) {
    last = row;
    rows.push(row);
    for (const value of row) bytes += typeof value === 'string' ? value.length : 8;
    if (rows.length < blockRows && bytes < blockBytes) continue;
    write(rows);
    rows = [];
    bytes = 0;
  }
  if (rows.length > 0) write(rows);
  packed
    .prepare('INSERT INTO segment VALUES (?, ?)')
    .run((last?.[0] as number | undefined) ?? 0, (last?.[4] as number | undefined) ?? null);
}

function createBlockWriter(packed: DatabaseSync): (rows: Flat[]) => void {
  const addBlock = packed.prepare('INSERT INTO block VALUES (?, ?, ?, ?, ?)');
  const addStation = packed.prepare('INSERT INTO station (station, log) VALUES (?, ?)');
  const addSpan = packed.prepare('INSERT INTO span VALUES (?, ?, ?, ?)');
  const stationIds = new Map<string, number>();

  function stationId(station: string, log: string): number {
    const key = `${log} ${station}`;
    let id = stationIds.get(key);
    if (id === undefined) {
      id = Number(addStation.run(station, log).lastInsertRowid);
      stationIds.set(key, id);
    }
    return id;
  }

  return (rows) => {
    const firstN = rows[0]?.[0] as number;
    const times = rows.map((row) => row[4] as number);
    addBlock.run(firstN, rows.at(-1)?.[0] as number, Math.min(...times), Math.max(...times), packRows(rows));
    const spans = new Map<number, { first: number; last: number }>();
    for (const [, station, log, seq] of rows) {
      if (seq === null) continue;
      const id = stationId(station as string, log as string);
      const span = spans.get(id);
      if (span === undefined) spans.set(id, { first: seq as number, last: seq as number });
      else span.last = seq as number;
    }
    for (const [id, { first, last }] of spans) addSpan.run(id, firstN, first, last);
  };
}

function flush(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
