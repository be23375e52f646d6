import type { Clock } from './csms/ports.ts';

/** Backward steps of the system clock up to this are waited out, ms; larger ones are followed. */
const smoothedMs = 10_000;

/**
 * The machine's clock: never back by a small step (NTP), so that events stay in order of time; timers are monotonic.
 * `jumped` hears of a backward step that had to be followed.
 */
export function createSystemClock(jumped: (backMs: number) => void = () => {}): Clock {
  let last = 0;
  return {
    now() {
      const wall = Date.now();
      if (wall >= last) last = wall;
      else if (last - wall > smoothedMs) {
        const back = last - wall;
        last = wall;
        jumped(back);
      }
      return last;
    },
    monotonic: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
