import type { SimulatorClock } from './clock.ts';

/** A clock for tests: it stands still until it is told to go on. */
export interface ManualClock extends SimulatorClock {
  /** When the next timer is due, ms since 1970; undefined without one. */
  readonly next: number | undefined;
  /**
   * Lets `ms` pass, timer by timer in order of their times. After each one `settle` is awaited, so that what it
   * caused (a CALL and its answer) is over before the clock moves on.
   */
  advance(ms: number, settle?: () => Promise<void>): Promise<void>;
}

export function createManualClock(start = Date.UTC(2026, 0, 5, 8)): ManualClock {
  let now = start;
  const timers = new Set<{ at: number; run: () => void }>();

  function earliest(): { at: number; run: () => void } | undefined {
    let first: { at: number; run: () => void } | undefined;
    for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }

  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    get next() {
      return earliest()?.at;
    },
    async advance(ms, settle) {
      const end = now + ms;
      await settle?.();
      for (let due = earliest(); due !== undefined && due.at <= end; due = earliest()) {
        timers.delete(due);
        now = due.at;
        due.run();
        await settle?.();
      }
      now = end;
    },
  };
}
