import { GatewayError } from '../../errors.ts';
import type { Core } from '../core.ts';
import { isoTime } from '../event.ts';
import type { LogRow } from '../ports.ts';
import type { Station } from '../station.ts';

/** Most events that one call publishes again. */
export const replayLimit = 10_000;
const pageSize = 500;

export interface ReplayRange {
  log?: string | undefined;
  /** By seq, both inclusive... */
  from?: number | undefined;
  to?: number | undefined;
  /** ...or by time, ISO 8601, both inclusive. */
  since?: string | undefined;
  until?: string | undefined;
}

export interface Replayed {
  log: string;
  count: number;
  /** Arguments of the next call; null when all were published. */
  next: { from: number } | { since: string } | null;
}

/** Publishes stored events again, in order and each acknowledged before the next is read. */
export async function replayEvents(core: Core, station: Station, range: ReplayRange): Promise<Replayed> {
  const byTime = range.since !== undefined || range.until !== undefined;
  if (byTime && (range.from !== undefined || range.to !== undefined))
    throw new GatewayError('invalid_args', '/since and /until cannot be combined with from and to', {
      details: { path: '/since', rule: 'oneOf' },
    });
  const log = range.log ?? station.log;
  const since = range.since === undefined ? 0 : Date.parse(range.since);
  const until = range.until === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(range.until);
  const isWanted = ({ time }: LogRow): boolean => !byTime || (time >= since && time <= until);
  const to = byTime ? Number.MAX_SAFE_INTEGER : (range.to ?? Number.MAX_SAFE_INTEGER);
  const read = (from: number): Promise<LogRow[]> =>
    core.eventLog.readStation({ station: station.id, log, from, to, by: 'seq', limit: pageSize });

  // where a time begins is asked once; from there on events follow by their seq
  let page = byTime
    ? await core.eventLog.readStation({
        station: station.id,
        log,
        from: since,
        to: until,
        by: 'time',
        limit: 1,
      })
    : await read(range.from ?? 1);
  if (byTime && page[0] !== undefined) page = await read(page[0].seq ?? 1);
  let count = 0;
  while (page.length > 0) {
    let last = 0;
    for (const row of page) {
      last = row.seq ?? last;
      if (byTime && row.time > until) return { log, count, next: null };
      if (!isWanted(row)) continue;
      if (count === replayLimit)
        return { log, count, next: byTime ? { since: isoTime(row.time) } : { from: last } };
      await core.outlet.replay(row);
      count += 1;
    }
    page = await read(last + 1);
  }
  return { log, count, next: null };
}
