import type { EventLog, LogRow } from '../ports.ts';

/** A command lives 10 minutes at most, and its id is remembered as long. */
const windowMs = 20 * 60_000;
const pageSize = 1000;
const isOfCommand = /"record":"(?:command_sent|bridge_result)"|"kind":"command"/;

/**
 * The records and results of commands in the last 20 minutes of the log, in order. The log is ordered by its rows'
 * times but for corrections of the clock, so its beginning is found by halving.
 */
export async function readCommandRows(log: EventLog): Promise<LogRow[]> {
  const [newest] = await log.read(log.lastN - 1, 1);
  if (newest === undefined) return [];
  let before = 0;
  let end = log.lastN;
  while (end - before > pageSize) {
    const middle = Math.floor((before + end) / 2);
    const [row] = await log.read(middle, 1);
    if (row !== undefined && row.time < newest.time - windowMs) before = middle;
    else end = middle;
  }
  const found: LogRow[] = [];
  for (let page = await log.read(before, pageSize); page.length > 0; page = await log.read(before, pageSize)) {
    for (const row of page) {
      if (isOfCommand.test(row.meta) && row.time >= newest.time - windowMs) found.push(row);
      before = row.n;
    }
  }
  return found;
}
