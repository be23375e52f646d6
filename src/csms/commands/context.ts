import type { JsonObject } from '../../ocpp/frame.ts';
import type { Core } from '../core.ts';
import type { Station } from '../station.ts';
import type { StationWord, WordArgs } from './words/index.ts';
import type { ProfileWriter } from './charging-limit.ts';

/** What a command works with while it runs. */
export interface CommandContext {
  readonly core: Core;
  readonly station: Station;
  /** Id of the command; null without one. */
  readonly id: string | null;
  /** Core clock, ms since 1970; nothing is written after it. */
  readonly expiresAt: number;
  /**
   * Sends a CALL and resolves with the station's answer, its secrets masked. The request is validated strictly
   * before. Rejects with what ends the command: no answer, a CALLERROR (code `call_error`), offline...
   */
  call(action: string, request: object): Promise<JsonObject>;
}

/** How the station took it. */
export interface Outcome {
  status: 'accepted' | 'rejected';
  /** In neutral words, JSON. */
  result?: unknown;
}

/** What is special about CALLs of an OCPP version. */
export interface CallRules {
  /** Actions that are never sent while the registration is pending. */
  readonly startAndStop: ReadonlySet<string>;
  /** Under PRIVILEGED_COMMANDS: firmware, logs, certificates, keys, network profiles, hard reset. */
  isPrivileged(action: string, request: JsonObject): boolean;
}

/** What an OCPP version makes of the commands. */
export interface VersionCommands extends CallRules {
  readonly words: {
    readonly [W in StationWord]: (context: CommandContext, args: WordArgs[W]) => Promise<Outcome>;
  };
  readonly profiles: ProfileWriter;
}
