import type { Clock } from './csms/ports.ts';

/** Backward steps of the system clock up to this are waited out, ms; larger ones are followed. */
const smoothedMs = 10_000;

/** A longer timer of Node runs at once: its delay is a 32-bit integer. */
const longestTimerMs = 2 ** 31 - 1;

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
      let timer: NodeJS.Timeout;
      const wait = (left: number): void => {
        timer =
          left > longestTimerMs
            ? setTimeout(() => wait(left - longestTimerMs), longestTimerMs)
            : setTimeout(run, left);
      };
      wait(ms);
      return () => clearTimeout(timer);
    },
  };
}
