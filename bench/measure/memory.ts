import { setTimeout as sleep } from 'node:timers/promises';
import { residentKiB } from '../rig/process.ts';
import { type BenchStation, connectFleet } from '../rig/station.ts';
import type { Subject } from '../rig/subjects.ts';

export const fleetSizes = [0, 100, 1000];

export interface Memory {
  /** Resident memory at each of `fleetSizes`, MiB. */
  mebibytes: number[];
  /** From none to all. */
  kibibytesPerStation: number;
}

/** Stations that boot, tell their status and are silent from then on. */
export async function measureMemory(subject: Subject, restSeconds: number): Promise<Memory> {
  const fleet: BenchStation[] = [];
  const kibibytes: number[] = [];
  for (const size of fleetSizes) {
    fleet.push(...(await connectFleet(subject.url, 'idle', fleet.length, size)));
    await sleep(restSeconds * 1000);
    kibibytes.push(residentKiB(subject.pid));
  }
  for (const station of fleet) station.close();
  const grown = (kibibytes.at(-1) ?? 0) - (kibibytes[0] ?? 0);
  return { mebibytes: kibibytes.map((size) => size / 1024), kibibytesPerStation: grown / fleet.length };
}
