import type { Clock } from '../ports.ts';
import type { Session } from '../core.ts';
import type { Station } from '../station.ts';

/** The sum of the earlier program's pauses: base delay, doubled after each attempt, none after the last. */
export function retryScheduleMs(attempts: number, baseDelaySeconds: number): number {
  return attempts < 2 ? 0 : Math.round(baseDelaySeconds * (2 ** (attempts - 1) - 1) * 1000);
}

/** Commands that wait for a station which is briefly away. */
export interface SessionWaiters {
  /** Its session as soon as there is one; null when there is none after `ms`. */
  wait(station: Station, ms: number): Promise<Session | null>;
  /** A connection is there: all that wait for it go on at once. */
  connected(station: Station): void;
}

export function createSessionWaiters(clock: Clock): SessionWaiters {
  const waiting = new Map<Station, Set<() => void>>();

  return {
    wait(station, ms) {
      if (station.session !== null || ms <= 0) return Promise.resolve(station.session);
      return new Promise((resolve) => {
        const waiters = waiting.get(station) ?? new Set();
        waiting.set(station, waiters);
        const goOn = (): void => {
          cancel();
          waiters.delete(goOn);
          if (waiters.size === 0) waiting.delete(station);
          resolve(station.session);
        };
        const cancel = clock.after(ms, goOn);
        waiters.add(goOn);
      });
    },
    connected(station) {
      for (const goOn of waiting.get(station) ?? []) goOn();
    },
  };
}
