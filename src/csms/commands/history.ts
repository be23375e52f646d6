import type { CommandResult } from '../commands.ts';

/** How long an id stands for its first message. */
export const rememberedMs = 10 * 60_000;

interface Remembered {
  fingerprint: string;
  at: number;
  /** null while the command runs. */
  result: CommandResult | null;
}

type Known = { type: 'new' } | { type: 'duplicate'; first: CommandResult | null } | { type: 'reused' };

/** The commands with an id of the last 10 minutes, by station. */
export interface CommandHistory {
  /** Enters the id when it is new. */
  enter(station: string, id: string, fingerprint: string, now: number): Known;
  finish(station: string, id: string, result: CommandResult): void;
  /** As at `at`, from the log. */
  restore(station: string, id: string, fingerprint: string, at: number, result: CommandResult): void;
}

export function createHistory(): CommandHistory {
  // a Map keeps the order of insertion: the oldest come first
  const stations = new Map<string, Map<string, Remembered>>();

  const of = (station: string): Map<string, Remembered> => {
    let known = stations.get(station);
    if (known === undefined) {
      known = new Map();
      stations.set(station, known);
    }
    return known;
  };

  return {
    enter(station, id, fingerprint, now) {
      const known = of(station);
      for (const [oldId, { at, result }] of known) {
        if (now - at <= rememberedMs) break;
        if (result !== null) known.delete(oldId);
      }
      const before = known.get(id);
      if (before === undefined) {
        known.set(id, { fingerprint, at: now, result: null });
        return { type: 'new' };
      }
      return before.fingerprint === fingerprint
        ? { type: 'duplicate', first: before.result }
        : { type: 'reused' };
    },
    finish(station, id, result) {
      const entry = of(station).get(id);
      if (entry !== undefined) entry.result = result;
    },
    restore(station, id, fingerprint, at, result) {
      of(station).set(id, { fingerprint, at, result });
    },
  };
}
