import type { OcppVersion } from '../ocpp/version.ts';
import type { ErrorCode } from '../errors.ts';
import type { Effect } from './model.ts';
import type { LogRow } from './ports.ts';
import type { Station } from './station.ts';

/** Types of the command contract; the engine is in `commands/`. */

export type CommandStatus =
  | 'accepted'
  | 'rejected'
  | 'error'
  | 'offline'
  | 'expired'
  | 'timeout'
  | 'superseded'
  | 'duplicate'
  | 'denied'
  | 'busy';

/** A message of somebody who wants something of a station, parsed but not yet validated. */
export interface CommandRequest {
  /** Identity as written by the caller; looked up without case. */
  station: string;
  /** A plain word, or one of the earlier program's names. */
  action: string;
  args: unknown;
  id: string | null;
  /** Seconds; default 30. */
  timeoutSeconds: number | null;
  /** ISO 8601; a command whose time has passed is `expired`. */
  expiresAt: string | null;
  /** Text that tells one payload from another, for the rule "same id, other payload". */
  fingerprint: string;
  /** Who: the embedded broker's user, the API user, or `mqtt`. */
  by: string;
  /** Came on a topic that names the single action (`S/cmd/<action>`). */
  ownTopic: boolean;
  /** A QoS 1 redelivery (DUP) without id is a duplicate. */
  redelivered: boolean;
}

/** One OCPP exchange that a command caused. */
export interface OcppExchange {
  version: OcppVersion;
  action: string;
  request: unknown;
  response?: unknown;
  error?: { code: string; description: string; details: unknown };
}

export interface CommandResult {
  id: string | null;
  action: string;
  status: CommandStatus;
  result?: unknown;
  error?: { code: ErrorCode; message: string; details?: unknown };
  ocpp: OcppExchange[];
  /** From arrival to result. */
  ms: number;
}

/** A message on the gateway's own command topic: the same envelope without a station. */
export type BridgeRequest = Omit<CommandRequest, 'station'>;

/** Everything an MQTT client may ask. No promise here ever rejects: each message ends in exactly one result. */
export interface Commands {
  /** `S/cmd`: plain words, the earlier program's names and the words behind `S/set/<key>`. */
  execute(request: CommandRequest): Promise<CommandResult>;
  /** `S/call/<Action>`: `args` is the OCPP request; `accepted` with the station's payload as `result`. */
  call(request: CommandRequest): Promise<CommandResult>;
  /** `base/bridge/cmd`. */
  bridge(request: BridgeRequest): Promise<CommandResult>;
  /** To be told what just happened (never what a start-up reads again from the log), after it was applied. */
  observe(station: Station, effects: readonly Effect[]): void;
  /**
   * At start-up, with the records and results of the last commands in order: one that was sent and has no result
   * becomes `timeout`; ids of the last 10 minutes are duplicates.
   */
  restore(rows: Iterable<LogRow>): void;
}
