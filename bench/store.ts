/**
 * What the SQLite store costs: microseconds a row with 100 appenders in a closed loop, and the latency of a
 * commit at 50 rows a second. `node bench/store.ts [seconds]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '../src/csms/ports.ts';
import { createSqliteStore } from '../src/store/sqlite.ts';

const seconds = Number(process.argv[2] ?? 5);
const frame = `[2,"19223201","MeterValues",${JSON.stringify({ meterValue: 'x'.repeat(1400) })}]`;
const meta = JSON.stringify({
  kind: 'meter',
  event: 'received',
  evse: 1,
  transaction: '188743219',
  meter: 1234.5,
});

type Append = (station: number, committed: () => void) => void;

function createAppender(log: EventLog): Append {
  const seqs: number[] = [];
  let n = 0;
  return (station, committed) => {
    n += 1;
    const seq = (seqs[station] ?? 0) + 1;
    seqs[station] = seq;
    log.append(
      {
        n,
        station: `station-${station}`,
        log: 'bench',
        seq,
        time: Date.now(),
        version: 'ocpp1.6',
        meta,
        frame,
        answer: '[3,"19223201",{}]',
      },
      committed,
    );
  };
}

function percentile(sorted: number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

function report(name: string, latencies: number[]): void {
  latencies.sort((a, b) => a - b);
  const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => percentile(latencies, share));
  console.log(`${name}: p50 ${p50} ms, p99 ${p99} ms, p99.9 ${p999} ms, max ${percentile(latencies, 1)} ms`);
}

async function closedLoop(append: Append, appenders: number): Promise<void> {
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1000;
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  const { promise, resolve } = Promise.withResolvers<void>();
  let running = appenders;
  function next(station: number): void {
    const start = performance.now();
    append(station, () => {
      latencies.push(performance.now() - start);
      if (performance.now() < end) next(station);
      else if ((running -= 1) === 0) resolve();
    });
  }
  for (let station = 0; station < appenders; station += 1) next(station);
  await promise;
  const { user, system } = process.cpuUsage(cpu);
  const active = performance.eventLoopUtilization(loop).active * 1000;
  const rows = latencies.length;
  console.log(
    `${appenders} appenders: ${Math.round(rows / seconds)} rows/s, main thread ${(active / rows).toFixed(1)} µs a row, ` +
      `CPU of the process ${((user + system) / rows).toFixed(1)} µs a row`,
  );
  report(`${appenders} appenders`, latencies);
}

async function steady(append: Append, perSecond: number): Promise<void> {
  const latencies: number[] = [];
  for (let count = 0; count < perSecond * seconds; count += 1) {
    const start = performance.now();
    append(count % 50, () => latencies.push(performance.now() - start));
    await sleep(1000 / perSecond);
  }
  report(`${perSecond} rows/s`, latencies);
}

const dir = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-bench-'));
const store = await createSqliteStore({ dir, retentionDays: 30, retentionMaxBytes: 1e12 });
const append = createAppender(store.partition(0));
await steady(append, 50);
await closedLoop(append, 1);
await closedLoop(append, 100);
await store.close();
rmSync(dir, { recursive: true });
