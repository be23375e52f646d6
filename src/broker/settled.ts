/**
 * A result that is there already, in the shape of a promise whose handlers run at once.
 *
 * aedes chains the steps of a publish on the persistence's promises and discards a message that reaches a client
 * after one with a higher counter as a duplicate. With real promises a retained message needs more turns than one
 * that is not, is overtaken and lost. Run at once, every message takes its steps without a break.
 */
export class Settled<T> implements PromiseLike<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being a thenable is its purpose
  then<R = T, E = never>(
    fulfilled?: ((value: T) => R | PromiseLike<R>) | null,
    _rejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): PromiseLike<R | E> {
    return settle(fulfilled ? fulfilled(this.#value) : (this.#value as T & R));
  }

  finally(run: () => void): this {
    run();
    return this;
  }
}

/** The refusal that goes with it. */
export class Refused implements PromiseLike<never> {
  readonly #reason: Error;

  constructor(reason: Error) {
    this.#reason = reason;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- being a thenable is its purpose
  then<R = never, E = never>(
    _fulfilled?: ((value: never) => R | PromiseLike<R>) | null,
    rejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): PromiseLike<R | E> {
    return rejected ? settle(rejected(this.#reason)) : this;
  }

  finally(run: () => void): this {
    run();
    return this;
  }
}

export const done = new Settled<void>(undefined);

function settle<R>(result: R | PromiseLike<R>): PromiseLike<R> {
  return isPromiseLike(result) ? result : new Settled(result);
}

function isPromiseLike<R>(result: R | PromiseLike<R>): result is PromiseLike<R> {
  return typeof result === 'object' && result !== null && 'then' in result;
}
