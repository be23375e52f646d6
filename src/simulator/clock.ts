/** Wall clock and timers of a simulated station. Inject another one and time passes only when that one says so. */
export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `run` once after `ms`; the return value cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Longest delay a Node timer takes; a longer one would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** The computer's clock. Its timers keep the process alive: a simulation without any other work goes on. */
export const systemClock: SimulatorClock = {
  now: () => Date.now(),
  after(ms, run) {
    let timer = setTimeout(step, Math.min(ms, longestTimer));
    let left = ms;
    function step(): void {
      left -= longestTimer;
      if (left <= 0) run();
      else timer = setTimeout(step, Math.min(left, longestTimer));
    }
    return () => clearTimeout(timer);
  },
};

/** A clock that makes waits shorter: what a station does takes `speed` times less, its wall clock stays. */
export function hurry(clock: SimulatorClock, speed: number): SimulatorClock {
  return speed === 1 ? clock : { now: () => clock.now(), after: (ms, run) => clock.after(ms / speed, run) };
}

/** A timer that is set again and again, and at most once at a time. */
export interface Timer {
  set(ms: number, run: () => void): void;
  cancel(): void;
  readonly running: boolean;
}

export function createTimer(clock: SimulatorClock): Timer {
  let cancel: (() => void) | undefined;
  const timer: Timer = {
    set(ms, run) {
      timer.cancel();
      cancel = clock.after(Math.max(0, ms), () => {
        cancel = undefined;
        run();
      });
    },
    cancel() {
      cancel?.();
      cancel = undefined;
    },
    get running() {
      return cancel !== undefined;
    },
  };
  return timer;
}
