import { createTimer, type SimulatorClock } from '../clock.ts';
import { isOffline } from '../connection.ts';
import type { Configuration } from './configuration.ts';

/** A transaction-related message: built when it is sent, since the transaction's id may come late. */
interface QueuedMessage {
  /** Sends it and deals with the answer; rejects when there was none or an error. */
  send(): Promise<void>;
}

/**
 * Transaction-related messages in chronological order, each sent again until the CSMS has answered it or has failed
 * too often. While the station is offline they wait. OCPP 1.6 §3.7.
 */
export interface TransactionQueue {
  readonly length: number;
  push(message: QueuedMessage): void;
  /** Goes on at once, after the station was offline. */
  flush(): void;
  /** Waits for a flush before anything is sent again after a failure. */
  pause(): void;
  /** Runs once everything is delivered. */
  whenEmpty(run: () => void): void;
}

export interface TransactionQueueParts {
  clock: SimulatorClock;
  configuration: Configuration;
  /** Whether messages may be sent at this time. */
  ready: () => boolean;
  /** Fewer are waiting. */
  changed: () => void;
}

export function createTransactionQueue(parts: TransactionQueueParts): TransactionQueue {
  const { configuration, ready } = parts;
  const waiting: { message: QueuedMessage; failures: number }[] = [];
  const retry = createTimer(parts.clock);
  let working = false;
  let onEmpty: (() => void)[] = [];

  async function work(): Promise<void> {
    if (working || retry.running) return;
    working = true;
    for (let first = waiting[0]; first !== undefined && ready(); first = waiting[0]) {
      try {
        await first.message.send();
        remove();
      } catch (error) {
        if (isOffline(error)) break;
        first.failures += 1;
        if (first.failures < configuration.integer('TransactionMessageAttempts')) {
          // OCPP 1.6 §3.7.1: the interval, multiplied by the number of transmissions so far.
          const seconds = configuration.integer('TransactionMessageRetryInterval') * first.failures;
          retry.set(seconds * 1000, start);
          break;
        }
        remove();
      }
    }
    working = false;
    tellEmpty();
  }

  function remove(): void {
    waiting.shift();
    parts.changed();
  }

  function tellEmpty(): void {
    if (waiting.length > 0) return;
    const runs = onEmpty;
    onEmpty = [];
    for (const run of runs) run();
  }

  function start(): void {
    void work();
  }

  return {
    get length() {
      return waiting.length;
    },
    push(message) {
      waiting.push({ message, failures: 0 });
      start();
    },
    flush() {
      retry.cancel();
      start();
    },
    pause: () => retry.cancel(),
    whenEmpty(run) {
      onEmpty.push(run);
      tellEmpty();
    },
  };
}
