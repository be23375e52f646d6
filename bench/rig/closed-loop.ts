import { createMeterValues } from './meter-values.ts';
import type { BenchStation } from './station.ts';

export interface ClosedLoop {
  /** MeterValues answered so far. */
  readonly calls: number;
  /** Resolves when every station has its last answer. */
  stop(): Promise<void>;
}

/** Every station sends its next MeterValues as soon as the last one is answered. */
export function startClosedLoop(fleet: readonly BenchStation[]): ClosedLoop {
  const meterValues = createMeterValues();
  let calls = 0;
  let open = fleet.length;
  let isRunning = true;
  const { promise: stopped, resolve: noticeStopped } = Promise.withResolvers<void>();
  for (const station of fleet) {
    const next = (): void => station.call('MeterValues', meterValues().payload, answered);
    const answered = (): void => {
      calls++;
      if (isRunning) next();
      else if (--open === 0) noticeStopped();
    };
    next();
  }
  return {
    get calls() {
      return calls;
    },
    stop() {
      isRunning = false;
      return stopped;
    },
  };
}
