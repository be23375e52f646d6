import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Latencies } from './measure/latency.ts';
import type { Losses } from './measure/losses.ts';
import { fleetSizes, type Memory } from './measure/memory.ts';
import type { Throughput } from './measure/throughput.ts';
import type { Spread } from './rig/figures.ts';

/** One line of the report; medians of all runs. */
export interface Line<Figures> {
  name: string;
  figures: Figures;
}

export interface Report {
  runs: number;
  /** ms */
  fdatasync: Spread;
  throughput: Line<Throughput>[];
  /** Name of the line the others are compared with. */
  floor: string;
  latencies: Line<Latencies>[];
  /** From the start of the process to its first connection, ms. */
  startMs: Line<number>[];
  memory: Line<Memory>[];
  losses: Line<Losses>[];
}

/** Nothing came where that is the way of it: without COMPAT_TOPICS there are no such topics. */
const ms = ({ p50, p99 }: Spread): string =>
  Number.isNaN(p50) ? '–' : `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
const whole = (value: number): string => Math.round(value).toLocaleString('en');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** The figures as Markdown. */
export function formatReport(report: Report): string {
  const floorMicros =
    report.throughput.find(({ name }) => name === report.floor)?.figures.microsPerCall ?? Number.NaN;
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'CPU'}, ${whole(totalmem() / 1024 ** 3)} GiB`;
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${machine}, Linux, Node ${process.version}; load, broker and ` +
      `gateway share the machine. Medians of ${report.runs} interleaved run${report.runs === 1 ? '' : 's'}. fdatasync ` +
      `of 4 KiB: ${ms(report.fdatasync)} ms (p50 / p99).`,
    '**CPU for each MeterValues** of 12 values of which 8 change; 100 stations, each sends the next when the last is ' +
      'answered.',
    table(
      ['', 'µs CPU a call', 'of the floor', 'calls/s'],
      report.throughput.map(({ name, figures: { microsPerCall, callsPerSecond } }) => [
        name,
        microsPerCall.toFixed(0),
        (microsPerCall / floorMicros).toFixed(2),
        whole(callsPerSecond),
      ]),
    ),
    '**Latency** at 50 stations and 50 calls a second; then one command after another. p50 / p99 in ms.',
    table(
      ['', 'round trip', 'send to event', 'send to state topic', 'command to station', 'command to result'],
      report.latencies.map(({ name, figures }) => [
        name,
        ...[figures.roundTrip, figures.toEvent, figures.toState, figures.toStation, figures.toResult].map(ms),
      ]),
    ),
    '**Memory** (RSS) with so many idle stations, and the **start** of the process to its first connection.',
    table(
      ['', ...fleetSizes.map((size) => `${whole(size)} stations, MiB`), 'KiB a station', 'start, ms'],
      report.memory.map(({ name, figures: { mebibytes, kibibytesPerStation } }) => [
        name,
        ...mebibytes.map((size) => size.toFixed(0)),
        kibibytesPerStation.toFixed(1),
        whole(report.startMs.find((line) => line.name === name)?.figures ?? Number.NaN),
      ]),
    ),
    '**Nothing lost**: every answered MeterValues is an event, without a gap in the sequence numbers, under the load ' +
      'above and with a subscriber at QoS 1.',
    table(
      ['', 'answered', 'events', 'missing', 'repeated'],
      report.losses.map(({ name, figures: { answered, meterEvents, missing, repeated } }) => [
        name,
        ...[answered, meterEvents, missing, repeated].map(whole),
      ]),
    ),
  ].join('\n\n');
}

const begin = '<!-- figures: written by `npm run bench` -->';
const end = '<!-- end of figures -->';

/** Replaces the figures in a file, between its markers. */
export function writeFigures(path: string, figures: string): void {
  const text = readFileSync(path, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`${path} has no place for figures.`);
  writeFileSync(path, `${text.slice(0, from + begin.length)}\n\n${figures}\n\n${text.slice(to)}`);
}
