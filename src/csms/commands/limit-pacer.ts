import type { Clock } from '../ports.ts';
import { CommandFailure } from './failure.ts';

/** Stations write a profile to their flash memory: a higher limit waits this long after the last write. */
const writeIntervalMs = 10_000;
/** A lower one protects a fuse and goes out at once, but not in bursts. */
const lowerIntervalMs = 1000;

interface PacedValue {
  /** Infinity where the limit is cleared. */
  value: number;
  unit: 'A' | 'W';
}

interface Lane {
  lastAt: number;
  last: PacedValue;
  waiting: ((failure: CommandFailure) => void) | null;
}

/** Says when a limit's turn is. The newest one wins: one that still waits is `superseded`. */
export interface LimitPacer {
  /** One lane for each EVSE. Rejects when overtaken or too late. */
  turn(lane: string, next: PacedValue, expiresAt: number): Promise<void>;
}

export function createLimitPacer(clock: Clock): LimitPacer {
  const lanes = new Map<string, Lane>();

  return {
    turn(name, next, expiresAt) {
      const lane = lanes.get(name) ?? {
        lastAt: -Infinity,
        last: { value: Infinity, unit: 'A' },
        waiting: null,
      };
      lanes.set(name, lane);
      lane.waiting?.(new CommandFailure('superseded', 'a newer limit overtook it'));

      const interval = isLower(next, lane.last) ? lowerIntervalMs : writeIntervalMs;
      const pauseMs = lane.lastAt + interval - clock.monotonic();
      const go = (): void => {
        lane.waiting = null;
        lane.lastAt = clock.monotonic();
        lane.last = next;
      };
      if (pauseMs <= 0) {
        go();
        return Promise.resolve();
      }
      if (clock.now() + pauseMs > expiresAt)
        return Promise.reject(new CommandFailure('expired', 'its time is over before the next write is due'));
      return new Promise((resolve, reject) => {
        const cancel = clock.after(pauseMs, () => {
          go();
          resolve();
        });
        lane.waiting = (failure) => {
          cancel();
          lane.waiting = null;
          reject(failure);
        };
      });
    },
  };
}

/** A and W cannot be compared: such a limit may be the lower one. */
function isLower(next: PacedValue, last: PacedValue): boolean {
  return next.unit === last.unit ? next.value < last.value : next.value !== Infinity;
}
