import type { OcppVersion } from '../ocpp/version.ts';
import type { EventHead } from './model.ts';
import type { EventLog, LogRow, Outlet } from './ports.ts';
import type { Station } from './station.ts';

/** An internal record: durable and in order like an event, but not published. */
export interface RecordHead {
  record: string;
  [key: string]: unknown;
}

export interface Recorded {
  head: EventHead;
  time: number;
  version?: OcppVersion | null;
  frame?: string | null;
  answer?: string | null;
}

/**
 * Gives every accepted message its place: the next `n` of the partition and the next `seq` of the station. What
 * is recorded becomes an event when it is durable, and only then `committed` runs.
 */
export interface Recorder {
  readonly lastN: number;
  event(station: Station, recorded: Recorded, committed?: (row: LogRow) => void): LogRow;
  note(station: Station | null, head: RecordHead, time: number, committed?: (row: LogRow) => void): LogRow;
  /** Nothing is recorded any more: rows before were lost, and their numbers with them. */
  halt(): void;
}

export function createRecorder(log: EventLog, outlet: Outlet, recorded: (row: LogRow) => void): Recorder {
  let n = log.lastN;
  let halted = false;

  const append = (row: LogRow, committed: ((row: LogRow) => void) | undefined): LogRow => {
    if (halted) return row;
    recorded(row);
    log.append(row, (durable) => {
      committed?.(durable);
      outlet.event(durable);
    });
    return row;
  };

  return {
    get lastN() {
      return n;
    },
    halt() {
      halted = true;
    },
    event(station, { head, time, version = null, frame = null, answer = null }, committed) {
      return append(
        {
          n: ++n,
          station: station.id,
          log: station.log,
          seq: ++station.lastSeq,
          time,
          version,
          meta: JSON.stringify(head),
          frame,
          answer,
        },
        committed,
      );
    },
    note(station, head, time, committed) {
      return append(
        {
          n: ++n,
          station: station?.id ?? '',
          log: station?.log ?? '',
          seq: null,
          time,
          version: null,
          meta: JSON.stringify(head),
          frame: null,
          answer: null,
        },
        committed,
      );
    },
  };
}
