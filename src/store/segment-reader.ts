import type { StationQuery } from '../csms/ports.ts';
import type { RowSink } from './row-sink.ts';

/** Reads one segment, whatever its form. */
export interface SegmentReader {
  readonly lastN: number;
  /** When its last row was accepted, ms since 1970; null for a segment without rows. */
  readonly lastTime: number | null;
  /** Rows with `n > afterN`, in order of n. */
  readAfter(afterN: number, sink: RowSink): void;
  /** Events of a station, in order of seq. */
  readStation(query: StationQuery, sink: RowSink): void;
  /** Events of a station, newest first. */
  readNewest(station: string, log: string, sink: RowSink): void;
  close(): void;
}
