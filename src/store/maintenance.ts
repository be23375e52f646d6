import { GatewayError } from '../errors.ts';
import type { ReaderClient } from './reader-client.ts';
import { packInThread } from './threads.ts';

export interface MaintenanceOptions {
  reader: ReaderClient;
  partitions: number;
  retentionDays: number;
  retentionMaxBytes: number;
}

/** What keeps the log small. */
export interface Maintenance {
  /** Replaces sealed segments by packed ones. @throws GatewayError `store_failed`. */
  pack(): Promise<void>;
  /** Deletes what retention lets go. Resolves with an error when rows that must stay exceed the limit. */
  retain(): Promise<GatewayError | undefined>;
  /** Ends packing; what it has begun is done again the next time. */
  stop(): void;
}

export function createMaintenance(options: MaintenanceOptions): Maintenance {
  const { reader, partitions, retentionDays: days, retentionMaxBytes } = options;
  const maxBytes = retentionMaxBytes / partitions;
  const stopping = new AbortController();

  return {
    async pack() {
      for (let partition = 0; partition < partitions; partition += 1) {
        await reader.ask({ type: 'checkpoint', partition });
        await packInThread(await reader.ask({ type: 'sealed', partition }), stopping.signal);
        await reader.ask({ type: 'dropPacked', partition });
      }
    },

    async retain() {
      for (let partition = 0; partition < partitions; partition += 1) {
        const isFull = await reader.ask<boolean>({ type: 'retain', partition, days, maxBytes });
        if (!isFull) continue;
        return new GatewayError(
          'store_failed',
          `The log holds more than its limit of ${retentionMaxBytes} bytes, and none of it may be deleted: ` +
            'the broker has not acknowledged it.',
          { details: { partition, retentionMaxBytes } },
        );
      }
      return undefined;
    },

    stop: () => stopping.abort(),
  };
}
