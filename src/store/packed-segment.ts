import type { DatabaseSync } from 'node:sqlite';
import type { Flat } from './flat-rows.ts';
import { packedMigrations } from './migrations/packed.ts';
import { unpackRows } from './packing.ts';
import type { RowSink } from './row-sink.ts';
import { checkVersion, openExisting, prepareFlat } from './schema.ts';
import type { SegmentReader } from './segment-reader.ts';

/** Reads a packed segment. @throws GatewayError `store_newer`. */
export function openPackedSegment(path: string): SegmentReader {
  const db = openExisting(path);
  try {
    checkVersion(db, packedMigrations, path);
    return createPackedReader(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function createPackedReader(db: DatabaseSync): SegmentReader {
  const segment = db.prepare('SELECT last_n, last_time FROM segment').get();
  const lastTime = segment?.['last_time'] ?? null;
  const blockRows = db.prepare('SELECT rows FROM block WHERE first_n = ?');
  const blocksAfter = prepareFlat(
    db,
    `SELECT first_n FROM block
      WHERE first_n >= coalesce((SELECT max(first_n) FROM block WHERE first_n <= ?1), 0) AND last_n > ?1
      ORDER BY first_n`,
  );
  const stationId = db.prepare('SELECT id FROM station WHERE station = ? AND log = ?');
  const blocksBySeq = prepareFlat(
    db,
    'SELECT block FROM span WHERE station = ? AND last_seq >= ? AND first_seq <= ? ORDER BY block',
  );
  const blocksByTime = prepareFlat(
    db,
    `SELECT block FROM span JOIN block ON first_n = block
      WHERE station = ? AND latest >= ? AND earliest <= ? ORDER BY block`,
  );
  const blocksNewest = prepareFlat(db, 'SELECT block FROM span WHERE station = ? ORDER BY block DESC');

  /** The block read last: a replay asks for its rows page by page. */
  let unpacked: { block: number; rows: Flat[] } | undefined;

  function rowsOfBlock(block: number): Flat[] {
    if (unpacked?.block !== block) {
      unpacked = { block, rows: unpackRows(blockRows.get(block)?.['rows'] as Uint8Array) };
    }
    return unpacked.rows;
  }

  function collect(blocks: Iterable<Flat>, sink: RowSink, rowsIn: (block: number) => Flat[]): void {
    for (const [block] of blocks) {
      for (const row of rowsIn(block as number)) {
        sink.add(row);
        if (sink.full) return;
      }
    }
  }

  function idOf(station: string, log: string): number | undefined {
    return stationId.get(station, log)?.['id'] as number | undefined;
  }

  return {
    lastN: Number(segment?.['last_n']),
    lastTime: lastTime === null ? null : Number(lastTime),

    readAfter(afterN, sink) {
      collect(blocksAfter(afterN), sink, (block) =>
        rowsOfBlock(block).filter(([n]) => (n as number) > afterN),
      );
    },

    readStation({ station, log, from, to, by }, sink) {
      const id = idOf(station, log);
      if (id === undefined) return;
      const column = by === 'seq' ? 3 : 4;
      const blocks = by === 'seq' ? blocksBySeq : blocksByTime;
      collect(blocks(id, from, to), sink, (block) =>
        eventsOf(rowsOfBlock(block), station, log).filter((row) => {
          const value = row[column] as number;
          return value >= from && value <= to;
        }),
      );
    },

    readNewest(station, log, sink) {
      const id = idOf(station, log);
      if (id === undefined) return;
      collect(blocksNewest(id), sink, (block) => eventsOf(rowsOfBlock(block), station, log).reverse());
    },

    close: () => db.close(),
  };
}

function eventsOf(rows: Flat[], station: string, log: string): Flat[] {
  return rows.filter((row) => row[1] === station && row[2] === log && row[3] !== null);
}
