import type { Clock } from '../../src/csms/ports.ts';

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /** Runs what is due on the way, in order. */
  advance(ms: number): void;
  /** Timers that wait. */
  readonly waiting: number;
}

export function createManualClock(start = Date.UTC(2026, 10, 22, 10)): ManualClock {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];

  return {
    now: () => now,
    monotonic: () => now - start,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
        if (due === undefined) break;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
    get waiting() {
      return timers.length;
    },
  };
}
