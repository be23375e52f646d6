import type { Command } from 'commander';
import type { Environment, LoadedConfig } from '../config/load.ts';
import type { Output, TextStream } from './output.ts';

/** What the process gives to the command line; a test gives its own. */
export interface ProcessEdge {
  env: Environment;
  cwd: string;
  stdout: TextStream;
  stderr: TextStream;
  /** Content of a file, undefined when there is none. */
  readFile: (path: string) => string | undefined;
  version: string;
  /** Aborted when the process is asked to stop. A command that never asks for it simply ends then. */
  listenForStop: () => AbortSignal;
}

/** What a command works with. */
export interface CommandContext extends ProcessEdge {
  /** To be used when a command runs, not when it is registered: `--json` is known then. */
  readonly output: Output;
  /** The settings with the flags of this command line. Throws as `loadConfig` does. */
  loadConfig(): LoadedConfig;
  /** 0 unless a command that did its work says otherwise; one that could not throws a GatewayError. */
  exitCode: number;
}

/** A file of `src/cli/` exports one of these: it adds its command to the program. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
