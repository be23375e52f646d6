import { createTimer, type SimulatorClock, type Timer } from '../clock.ts';
import type { Calls } from './calls.ts';
import type { Configuration } from './configuration.ts';
import type { Connector, Transaction } from './connector.ts';
import type { MeterValue } from './messages.ts';
import { meterValue, type Context } from './sampled-values.ts';
import type { TransactionQueue } from './transaction-queue.ts';

/** Samples at intervals and at times of the clock. OCPP 1.6 §3.16, §4.7. */
export interface MeterValues {
  begin(connector: Connector, transaction: Transaction): void;
  /** The `transactionData` of the StopTransaction; undefined when none is configured. */
  end(connector: Connector, transaction: Transaction): MeterValue[] | undefined;
  /** Sends the current values once, outside of the queue. */
  trigger(connector: Connector): void;
  /** Begins the intervals anew: the configuration changed, or the station booted. */
  restart(): void;
  /** The power is off. */
  stop(): void;
}

export interface MeterValuesParts {
  clock: SimulatorClock;
  configuration: Configuration;
  connectors: readonly Connector[];
  queue: TransactionQueue;
  calls: Calls;
}

export function createMeterValues(parts: MeterValuesParts): MeterValues {
  const { clock, configuration, connectors, queue, calls } = parts;
  const aligned = createTimer(clock);
  const sampling = new Map<number, Timer>(connectors.map(({ id }) => [id, createTimer(clock)]));

  function take(connector: Connector, key: string, context: Context): MeterValue | undefined {
    return meterValue(connector.evse.measure(), configuration.list(key), context);
  }

  function report(connector: Connector, value: MeterValue | undefined): void {
    if (value === undefined) return;
    const { transaction } = connector;
    queue.push({
      async send() {
        await calls.call('MeterValues', {
          connectorId: connector.id,
          ...(transaction && { transactionId: idOf(transaction) }),
          meterValue: [value],
        });
      },
    });
  }

  function collect(transaction: Transaction, value: MeterValue | undefined): void {
    if (value === undefined) return;
    transaction.data.push(value);
    if (transaction.data.length < configuration.integer('StopTransactionMaxMeterValues')) return;
    // OCPP 1.6 errata sheet §3.91: every other value between the first and the last is dropped.
    const kept = transaction.data.filter((_, index) => index % 2 === 0);
    transaction.data.splice(0, Infinity, ...kept);
  }

  function sampleLater(connector: Connector): void {
    const timer = sampling.get(connector.id);
    const interval = configuration.integer('MeterValueSampleInterval') * 1000;
    const { transaction } = connector;
    if (transaction === undefined || interval === 0) {
      timer?.cancel();
      return;
    }
    const elapsed = (clock.now() - transaction.start) % interval;
    timer?.set(interval - elapsed, () => {
      report(connector, take(connector, 'MeterValuesSampledData', 'Sample.Periodic'));
      collect(transaction, take(connector, 'StopTxnSampledData', 'Sample.Periodic'));
      sampleLater(connector);
    });
  }

  function alignLater(): void {
    const interval = configuration.integer('ClockAlignedDataInterval') * 1000;
    if (interval === 0) {
      aligned.cancel();
      return;
    }
    // OCPP 1.6 §3.16.2: evenly spaced from midnight.
    const sinceMidnight = clock.now() % 86_400_000;
    aligned.set(Math.min(interval - (sinceMidnight % interval), 86_400_000 - sinceMidnight), () => {
      for (const connector of connectors) {
        report(connector, take(connector, 'MeterValuesAlignedData', 'Sample.Clock'));
        if (connector.transaction) {
          collect(connector.transaction, take(connector, 'StopTxnAlignedData', 'Sample.Clock'));
        }
      }
      alignLater();
    });
  }

  function ends(connector: Connector, context: Context): MeterValue | undefined {
    const keys = ['StopTxnSampledData', 'StopTxnAlignedData'];
    const wanted = [...new Set(keys.flatMap((key) => configuration.list(key)))];
    return meterValue(connector.evse.measure(), wanted, context);
  }

  return {
    begin(connector, transaction) {
      // OCPP 1.6 errata sheet §3.14: start and stop values of each measurand are recommended.
      collect(transaction, ends(connector, 'Transaction.Begin'));
      sampleLater(connector);
    },
    end(connector, transaction) {
      sampling.get(connector.id)?.cancel();
      const last = ends(connector, 'Transaction.End');
      const data = last === undefined ? transaction.data : [...transaction.data, last];
      return data.length === 0 ? undefined : data;
    },
    trigger(connector) {
      const value = take(connector, 'MeterValuesSampledData', 'Trigger');
      if (value === undefined) return;
      const { transaction } = connector;
      calls.notify('MeterValues', {
        connectorId: connector.id,
        ...(transaction && { transactionId: idOf(transaction) }),
        meterValue: [value],
      });
    },
    restart() {
      connectors.forEach(sampleLater);
      alignLater();
    },
    stop() {
      aligned.cancel();
      for (const timer of sampling.values()) timer.cancel();
    },
  };
}

/** OCPP 1.6 errata sheet §3.18: -1 when the CSMS never gave an id. */
export function idOf(transaction: Transaction): number {
  return transaction.id ?? -1;
}
