import { mkdirSync } from 'node:fs';
import type { LogRow, ProjectionChange, StateStore, Store, TransactionRow } from '../csms/ports.ts';
import { GatewayError } from '../errors.ts';
import { rowsOf } from './flat-rows.ts';
import type { Flat } from './flat-rows.ts';
import { lockFolder } from './lock.ts';
import { createMaintenance } from './maintenance.ts';
import { createPartitionLog } from './partition-log.ts';
import type { LogReader, PartitionLog } from './partition-log.ts';
import { createReaderClient } from './reader-client.ts';
import type { ReaderClient } from './reader-client.ts';
import { startWriterThread } from './writer-client.ts';
import type { WriterThread } from './writer-client.ts';

export interface SqliteStoreOptions {
  /** Folder of the store; created where it does not exist. One process at a time. */
  dir: string;
  /** Logs a station may map to; 1 unless told. */
  partitions?: number;
  /** Days for which acknowledged rows are kept. */
  retentionDays: number;
  /** Size of the log above which acknowledged rows go earlier, bytes. */
  retentionMaxBytes: number;
  /** Size at which a new file begins, bytes; 1 GiB unless told. */
  segmentMaxBytes?: number;
  /** Wall clock, ms since 1970. */
  now?: () => number;
  /** What a `committed` callback or a failure listener threw; unless told it is an uncaught exception. */
  onError?: (error: unknown) => void;
}

const dayMs = 86_400_000;

/**
 * Opens the store on SQLite: one thread writes, one reads, and the caller's never waits for a disk.
 * @throws GatewayError `store_newer` when a newer version wrote the folder; `store_failed` when another process
 * has it or it cannot be written.
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { dir } = options;
  createFolder(dir);
  const unlock = lockFolder(dir);
  try {
    return await openStore(options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function createFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw new GatewayError('store_failed', `The data folder ${dir} cannot be created.`, {
      cause,
      details: { dir },
    });
  }
}

async function openStore(options: SqliteStoreOptions, unlock: () => void): Promise<Store> {
  const { dir, partitions = 1, segmentMaxBytes = 1024 ** 3, now = Date.now } = options;
  const onError = options.onError ?? throwLater;
  const dayOf = (time: number): number => Math.floor(time / dayMs);
  const reader = createReaderClient(dir);
  const listeners: ((error: Error) => void)[] = [];
  let writer = await startWriter();
  const maintenance = createMaintenance({ ...options, reader, partitions });
  let works = true;
  let failure: GatewayError | undefined;
  let isFull = false;
  let recovering: Promise<void> | undefined;
  let maintaining: Promise<void> | undefined;
  let closing: Promise<void> | undefined;

  const logs = writer.partitions.map((opened, partition) =>
    createPartitionLog({
      partition,
      opened,
      reader: logReader(reader),
      send(batch) {
        reader.leaveStart();
        writer.send(batch);
      },
      day: () => dayOf(now()),
      onError,
    }),
  );

  function startWriter(): Promise<WriterThread> {
    const data = { dir, partitions, segmentMaxBytes, day: dayOf(now()) };
    return startWriterThread(data, {
      committed: (partition, saved) => logs[partition]?.committed(saved),
      saved: (partition, saved) => logs[partition]?.saved(saved),
      checkpointDue: checkpoint,
      failed: fail,
    });
  }

  function checkpoint(partition: number): void {
    const asking = writer;
    const finish = (): void => asking.send({ type: 'checkpointed', partition });
    // Most of the work is done beside the writer; where that fails the writer does all of it, or fails itself.
    void reader.ask({ type: 'checkpoint', partition }).then(finish, finish);
  }

  /** Drops what is not committed, and refuses rows. */
  function stop(): void {
    works = false;
    for (const log of logs) log.fail();
  }

  function fail(error: GatewayError): void {
    if (!works) return;
    failure = error;
    stop();
    for (const listener of listeners) {
      try {
        listener(error);
      } catch (thrown) {
        onError(thrown);
      }
    }
  }

  /** Everything projected so far whose row is committed is visible to the reading thread. */
  async function flushState(): Promise<void> {
    for (const log of logs) log.flushState();
    await writer.sync();
  }

  async function restart(): Promise<void> {
    await writer.close();
    await reader.ask({ type: 'forget' });
    writer = await startWriter();
    works = true;
    failure = undefined;
    for (const [index, log] of logs.entries()) {
      const opened = writer.partitions[index];
      if (opened !== undefined) log.resume(opened);
    }
    if (isFull) await makeRoom();
  }

  /** A log that was full works again once enough of it is acknowledged. */
  async function makeRoom(): Promise<void> {
    await flushState();
    const full = await maintenance.retain();
    isFull = full !== undefined;
    if (full === undefined) return;
    // The failure that is being recovered from goes on: it is not a new one.
    stop();
    throw full;
  }

  async function maintain(time: number): Promise<void> {
    for (const { partition } of logs) writer.send({ type: 'seal', partition, day: dayOf(time) });
    await writer.sync();
    await maintenance.pack();
    await flushState();
    const full = await maintenance.retain();
    if (full === undefined) return;
    isFull = true;
    fail(full);
    throw full;
  }

  async function close(): Promise<void> {
    maintenance.stop();
    await Promise.allSettled([recovering, maintaining]);
    await Promise.all(logs.map((log) => log.drained()));
    await flushState();
    stop();
    // The writer goes last: the last one to close a database leaves it without a WAL.
    await reader.close();
    await writer.close();
    unlock();
  }

  const stateStore: StateStore = {
    async projectedN(partition) {
      await flushState();
      return reader.ask({ type: 'projectedN', partition });
    },
    project: (partition, change: ProjectionChange) => partitionOf(partition).project(change),
    async documents(collection) {
      await flushState();
      return reader.ask({ type: 'documents', collection });
    },
    async transactions(query) {
      await flushState();
      return reader.ask<TransactionRow[]>({ type: 'transactions', query });
    },
  };

  function partitionOf(index: number): PartitionLog {
    const log = logs[index];
    if (log === undefined) throw new GatewayError('internal', `The store has no partition ${index}.`);
    return log;
  }

  return {
    logId: writer.logId,
    state: stateStore,
    partition: partitionOf,
    onFailure(listener) {
      listeners.push(listener);
      // it may have failed before anybody listened
      if (failure !== undefined) listener(failure);
    },

    recover() {
      if (closing !== undefined)
        return Promise.reject(new GatewayError('store_failed', 'The store is closed.'));
      if (works) return Promise.resolve();
      recovering ??= restart().finally(() => {
        recovering = undefined;
      });
      return recovering;
    },

    maintain(time) {
      if (!works) return Promise.resolve();
      maintaining ??= maintain(time).finally(() => {
        maintaining = undefined;
      });
      return maintaining;
    },

    close() {
      closing ??= close();
      return closing;
    },
  };
}

function logReader(reader: ReaderClient): LogReader {
  return {
    read: async (partition, afterN, limit) =>
      rowsOf(await reader.ask<Flat>({ type: 'read', partition, afterN, limit })),
    readStation: async (partition, query): Promise<LogRow[]> =>
      rowsOf(await reader.ask<Flat>({ type: 'station', partition, query })),
    latest: async (partition, station, log, limit) =>
      rowsOf(await reader.ask<Flat>({ type: 'latest', partition, station, log, limit })),
  };
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
