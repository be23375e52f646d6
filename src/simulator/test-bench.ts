import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { createStation, type SimulatedStation, type StationOptions } from './station.ts';
import { startTestCsms, type TestCsms } from './test-csms.ts';

/** A station, a CSMS and the time between them. */
export interface Bench {
  clock: ManualClock;
  csms: TestCsms;
  station: SimulatedStation;
  /** What the station said to people. */
  lines: string[];
  /** Lets seconds pass; after each thing that happens the station may finish its exchange. */
  pass(seconds: number): Promise<void>;
  /** Waits until everything is said that was to be said now. */
  settle(): Promise<void>;
  statuses(connectorId?: number): string[];
}

/** Builds a bench whose station is not started; it ends with the test, which fails if a message broke its schema. */
export async function buildBench(t: TestContext, options: Partial<StationOptions> = {}): Promise<Bench> {
  const clock = createManualClock();
  const csms = await startTestCsms(() => clock.now());
  const station = createStation({ id: 'SIM-1', url: csms.url, clock, startEnergyWh: 1000, ...options });
  const lines: string[] = [];
  station.on('log', (line) => lines.push(line));
  t.after(async () => {
    void station.stop();
    await csms.close();
    assert.deepEqual(csms.violations, []);
  });

  /** A CALL may follow from an answer, so quiet has to last for a turn of the event loop. */
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await station.settled();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await station.settled();
  }

  return {
    clock,
    csms,
    station,
    lines,
    settle,
    pass: (seconds) => clock.advance(seconds * 1000, settle),
    statuses: (connectorId = 1) =>
      csms
        .all('StatusNotification')
        .filter((request) => request.connectorId === connectorId)
        .map(({ status }) => status),
  };
}

/** A bench whose station has booted and was accepted. */
export async function buildAcceptedBench(
  t: TestContext,
  options: Partial<StationOptions> = {},
): Promise<Bench> {
  const bench = await buildBench(t, options);
  bench.station.start();
  await bench.station.until((view) => view.registration === 'accepted');
  await bench.settle();
  return bench;
}
