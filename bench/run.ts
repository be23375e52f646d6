/**
 * `npm run bench`: what the gateway costs and how fast it is, beside the least a gateway in Node can do (`floor.ts`),
 * measured in the same minutes. Linux, with Mosquitto on the PATH. Writes the figures into `README.md`; with `--quick`
 * it makes one short run and only prints them. Ends with 1 when an answered message was lost.
 */
import { parseArgs } from 'node:util';
import { type Mosquitto, startMosquitto } from '../test/support/mosquitto.ts';
import { measureFdatasync } from './measure/disk.ts';
import { type Latencies, measureLatencies } from './measure/latency.ts';
import { type Losses, lossOf, measureLosses } from './measure/losses.ts';
import { type Memory, measureMemory } from './measure/memory.ts';
import { measureThroughput, type Throughput } from './measure/throughput.ts';
import { formatReport, type Line, writeFigures } from './report.ts';
import { median, medianSpread, type Spread } from './rig/figures.ts';
import { nameOf, startSubject, type Subject, type Variant } from './rig/subjects.ts';

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const runs = options.quick ? 1 : 3;
const seconds = options.quick ? 2 : 6;

const floor: Variant = { kind: 'floor', publishes: 'values', qos: 1 };
const floors: Variant[] = [
  { kind: 'floor', publishes: 'none', qos: 0 },
  { kind: 'floor', publishes: 'raw', qos: 0 },
  { kind: 'floor', publishes: 'raw', qos: 1 },
  { kind: 'floor', publishes: 'values', qos: 0 },
  floor,
];
const gateways: Variant[] = [
  { kind: 'gateway', compatible: false },
  { kind: 'gateway', compatible: true },
];

const startTimes = new Map<string, number[]>();

/** Runs one measurement on a fresh process, and stops it whatever happens. */
async function measure<Figures>(
  variant: Variant,
  broker: Mosquitto,
  work: (subject: Subject) => Promise<Figures>,
): Promise<Figures> {
  const subject = await startSubject(variant, broker.port);
  const name = nameOf(variant);
  startTimes.set(name, [...(startTimes.get(name) ?? []), subject.startMs]);
  try {
    return await work(subject);
  } finally {
    await subject.stop();
  }
}

/** Interleaved: whatever disturbs the machine disturbs all of them. */
async function repeat<Figures>(
  what: string,
  variants: readonly Variant[],
  broker: Mosquitto,
  work: (subject: Subject) => Promise<Figures>,
): Promise<Line<Figures[]>[]> {
  const lines = variants.map((variant): Line<Figures[]> => ({ name: nameOf(variant), figures: [] }));
  for (let run = 1; run <= runs; run++) {
    for (const [index, variant] of variants.entries()) {
      console.error(`${what}, run ${run} of ${runs}: ${nameOf(variant)}`);
      lines[index]?.figures.push(await measure(variant, broker, work));
    }
  }
  return lines;
}

function summarise<One, All>(lines: Line<One[]>[], toMedian: (figures: One[]) => All): Line<All>[] {
  return lines.map(({ name, figures }) => ({ name, figures: toMedian(figures) }));
}

const medianThroughput = (figures: Throughput[]): Throughput => ({
  microsPerCall: median(figures.map(({ microsPerCall }) => microsPerCall)),
  callsPerSecond: median(figures.map(({ callsPerSecond }) => callsPerSecond)),
});

function medianLatencies(figures: Latencies[]): Latencies {
  const of = (name: keyof Latencies): Spread => medianSpread(figures.map((latencies) => latencies[name]));
  return {
    roundTrip: of('roundTrip'),
    toEvent: of('toEvent'),
    toState: of('toState'),
    toStation: of('toStation'),
    toResult: of('toResult'),
  };
}

const medianMemory = (figures: Memory[]): Memory => ({
  mebibytes: (figures[0]?.mebibytes ?? []).map((_, index) =>
    median(figures.map(({ mebibytes }) => mebibytes[index] ?? Number.NaN)),
  ),
  kibibytesPerStation: median(figures.map(({ kibibytesPerStation }) => kibibytesPerStation)),
});

const allLosses = (figures: Losses[]): Losses => {
  const sum = (name: keyof Losses): number => figures.reduce((total, losses) => total + losses[name], 0);
  return {
    answered: sum('answered'),
    meterEvents: sum('meterEvents'),
    missing: sum('missing'),
    repeated: sum('repeated'),
  };
};

const broker = await startMosquitto({ conf: ['max_queued_messages 0'] });
try {
  const fdatasync = measureFdatasync();
  const throughput = await repeat('CPU', [...floors, ...gateways], broker, (subject) =>
    measureThroughput(subject, seconds),
  );
  const latencies = await repeat('latency', gateways, broker, (subject) =>
    measureLatencies(subject, broker.port, seconds),
  );
  const memory = await repeat('memory', [floor, ...gateways], broker, (subject) =>
    measureMemory(subject, options.quick ? 1 : 3),
  );
  const losses = await repeat('losses', gateways, broker, (subject) =>
    measureLosses(subject, broker.port, seconds),
  );
  const figures = formatReport({
    runs,
    fdatasync,
    floor: nameOf(floor),
    throughput: summarise(throughput, medianThroughput),
    latencies: summarise(latencies, medianLatencies),
    memory: summarise(memory, medianMemory),
    startMs: [...startTimes].map(([name, times]) => ({ name, figures: median(times) })),
    losses: summarise(losses, allLosses),
  });
  console.log(figures);
  if (!options.quick) writeFigures(new URL('README.md', import.meta.url).pathname, figures);
  for (const loss of losses.flatMap((line) => line.figures.map(lossOf))) {
    if (loss === null) continue;
    console.error(loss);
    process.exitCode = 1;
  }
} finally {
  await broker.stop();
}
