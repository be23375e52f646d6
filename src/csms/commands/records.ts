import type { CommandResult, OcppExchange } from '../commands.ts';
import type { Core } from '../core.ts';
import type { EventHead } from '../model.ts';
import type { LogRow } from '../ports.ts';
import type { RecordHead } from '../recorder.ts';
import type { Station } from '../station.ts';
import type { Ending } from './failure.ts';
import { rememberedMs } from './history.ts';
import type { CommandHistory } from './history.ts';
import type { CommandOrder } from './running-command.ts';

/** The result as an event `command/result`; resolves when it is durable. */
export function recordResult(
  core: Core,
  station: Station,
  order: CommandOrder,
  ending: Ending,
  exchanges: readonly OcppExchange[],
  ms: number,
): Promise<CommandResult> {
  const { id, action } = order;
  const result: CommandResult = { id, action, ...ending, ocpp: [...exchanges], ms };
  const head = headOf(order, result);
  return new Promise((resolve) => {
    core.recorder.event(station, { head, time: core.clock.now() }, () => resolve(result));
  });
}

// the event's own `id` is its place in the log: the command's is `command`, as in transaction/started
function headOf({ run, by, fingerprint }: CommandOrder, { id, ...result }: CommandResult): EventHead {
  return {
    kind: 'command',
    event: 'result',
    ...(id !== null && { command: id, fingerprint }),
    run,
    by,
    ...result,
  };
}

/** No station's log holds it: an internal record, so that its id is known after a restart, too. */
export function recordBridgeResult(
  core: Core,
  order: CommandOrder,
  ending: Ending,
  ms: number,
): Promise<CommandResult> {
  const { id, action, run, by, fingerprint } = order;
  const result: CommandResult = { id, action, ...ending, ocpp: [], ms };
  const head: RecordHead = {
    record: 'bridge_result',
    run,
    action,
    command: id,
    fingerprint,
    by,
    status: ending.status,
    ...(ending.error !== undefined && { error: ending.error }),
  };
  return new Promise((resolve) => {
    core.recorder.note(null, head, core.clock.now(), () => resolve(result));
  });
}

/** What these functions write, as found in the log. */
interface StoredCommand {
  record?: 'command_sent' | 'bridge_result';
  kind?: 'command';
  run: string;
  action: string;
  command?: string | null;
  fingerprint?: string;
  by: string;
  status?: CommandResult['status'];
  result?: unknown;
  error?: CommandResult['error'];
  ocpp?: OcppExchange[];
  ms?: number;
}

const isOfCommand = /"record":"(?:command_sent|bridge_result)"|"kind":"command"/;

/** Fills the history from the log, and gives a `timeout` to what was sent and never got a result. */
export function restoreCommands(core: Core, history: CommandHistory, rows: Iterable<LogRow>): void {
  const unanswered = new Map<string, { station: string; at: number; stored: StoredCommand }>();
  const now = core.clock.now();
  for (const { meta, station, time } of rows) {
    if (!isOfCommand.test(meta)) continue;
    const stored = JSON.parse(meta) as StoredCommand;
    if (stored.record === 'command_sent') {
      unanswered.set(stored.run, { station, at: time, stored });
      continue;
    }
    unanswered.delete(stored.run);
    if (stored.error?.code !== 'id_reused' && now - time <= rememberedMs)
      remember(history, station, time, stored, resultOf(stored));
  }
  for (const { station: stationId, at, stored } of unanswered.values()) {
    const station = core.registry.find(stationId);
    if (station === null) continue;
    const { run, action, by, fingerprint = '' } = stored;
    const order: CommandOrder = {
      run,
      action,
      id: stored.command ?? null,
      fingerprint,
      by,
      timeoutMs: 0,
      expiresAt: 0,
    };
    const message = 'the gateway restarted before the answer: the outcome is unknown';
    const ending: Ending = { status: 'timeout', result: { reason: message } };
    const result: CommandResult = { id: order.id, action, ...ending, ocpp: [], ms: now - at };
    remember(history, stationId, at, stored, result);
    core.recorder.event(station, { head: headOf(order, result), time: now });
  }
}

function remember(
  history: CommandHistory,
  station: string,
  at: number,
  { command, fingerprint }: StoredCommand,
  result: CommandResult,
): void {
  if (typeof command === 'string' && fingerprint !== undefined)
    history.restore(station, command, fingerprint, at, result);
}

function resultOf({
  command = null,
  action,
  status = 'timeout',
  result,
  error,
  ocpp = [],
  ms = 0,
}: StoredCommand): CommandResult {
  return {
    id: command,
    action,
    status,
    ...(result !== undefined && { result }),
    ...(error !== undefined && { error }),
    ocpp,
    ms,
  };
}
