/** Far beyond what anything here takes, also on a busy machine: after it a test says what never came. */
const patienceMs = 45_000;

/** Something that changes, and can be waited for. */
export interface Watch {
  changed(): void;
  /** Resolves with what `find` finds, as soon as it is not undefined; rejects when it throws, or never finds `what`. */
  until<T>(what: string, find: () => T | undefined): Promise<T>;
}

export function createWatch(): Watch {
  const checks = new Set<() => void>();
  return {
    changed() {
      for (const check of checks) check();
    },
    until(what, find) {
      return new Promise((resolve, reject) => {
        const settle = (end: () => void): void => {
          checks.delete(check);
          clearTimeout(timer);
          end();
        };
        const check = (): void => {
          try {
            const found = find();
            if (found !== undefined) settle(() => resolve(found));
          } catch (error) {
            settle(() => reject(error));
          }
        };
        const timer = setTimeout(() => settle(() => reject(new Error(`${what} never came`))), patienceMs);
        checks.add(check);
        check();
      });
    },
  };
}
