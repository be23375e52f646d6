import type { StationQuery } from '../csms/ports.ts';
import type { Flat } from './flat-rows.ts';
import { createRowSink } from './row-sink.ts';
import type { SegmentFiles } from './segment-files.ts';
import type { Segment } from './segments.ts';

/** Reads that span the segments of a partition, which are given in order. */

export function readAfter(files: SegmentFiles, segments: Segment[], afterN: number, limit: number): Flat {
  const sink = createRowSink(limit);
  for (const [index, segment] of segments.entries()) {
    if (sink.full) break;
    const next = segments[index + 1];
    if (next !== undefined && next.firstN <= afterN + 1) continue;
    files.open(segment).readAfter(afterN, sink);
  }
  return sink.rows.flat();
}

export function readStation(files: SegmentFiles, segments: Segment[], query: StationQuery): Flat {
  const sink = createRowSink(query.limit);
  for (const segment of segments) {
    if (sink.full) break;
    files.open(segment).readStation(query, sink);
  }
  return sink.rows.flat();
}

export function readLatest(
  files: SegmentFiles,
  segments: Segment[],
  station: string,
  log: string,
  limit: number,
): Flat {
  const sink = createRowSink(limit);
  for (const segment of segments.toReversed()) {
    if (sink.full) break;
    files.open(segment).readNewest(station, log, sink);
  }
  return sink.rows.reverse().flat();
}
