import { setTimeout as sleep } from 'node:timers/promises';
import { startClosedLoop } from '../rig/closed-loop.ts';
import { cpuMicros } from '../rig/process.ts';
import { connectFleet } from '../rig/station.ts';
import type { Subject } from '../rig/subjects.ts';

export interface Throughput {
  /** CPU time of the subject for each MeterValues, µs. */
  microsPerCall: number;
  callsPerSecond: number;
}

const stations = 100;
const warmUpSeconds = 2;

/** As many MeterValues as 100 stations get answered. */
export async function measureThroughput(subject: Subject, seconds: number): Promise<Throughput> {
  const fleet = await connectFleet(subject.url, 'busy', 0, stations);
  const loop = startClosedLoop(fleet);
  await sleep(warmUpSeconds * 1000);
  const before = { calls: loop.calls, micros: cpuMicros(subject.pid), at: performance.now() };
  await sleep(seconds * 1000);
  const calls = loop.calls - before.calls;
  const micros = cpuMicros(subject.pid) - before.micros;
  const elapsed = (performance.now() - before.at) / 1000;
  await loop.stop();
  for (const station of fleet) station.close();
  return { microsPerCall: micros / calls, callsPerSecond: calls / elapsed };
}
