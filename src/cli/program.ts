import { Command, CommanderError, Option } from 'commander';
import { loadConfig } from '../config/load.ts';
import { nearest } from '../nearest.ts';
import { flagName, type OptionName, optionNames, optionOf } from '../config/schema.ts';
import { GatewayError } from '../errors.ts';
import { registerCheck } from './check.ts';
import { registerConfig } from './config.ts';
import type { CommandContext, ProcessEdge, RegisterCommand } from './context.ts';
import { createOutput } from './output.ts';
import { registerDemo } from './demo.ts';
import { registerSend } from './send.ts';
import { registerServe } from './serve.ts';
import { registerSimulate } from './simulate.ts';
import { registerVersion } from './version.ts';
import { registerWatch } from './watch.ts';

/** In the order of the help. */
const commands: readonly RegisterCommand[] = [
  registerServe,
  registerDemo,
  registerSimulate,
  registerSend,
  registerWatch,
  registerCheck,
  registerConfig,
  registerVersion,
];

const help = `
Every setting is a flag too, such as --mqtt-hostname 10.0.0.2: ocpp2mqtt config lists them,
docs/configuration.md explains them.`;

/**
 * Runs one command line (without node and the script) and resolves with the exit code: 0; 1 when a command
 * failed; 2 when the command line or a setting is wrong. Never rejects for an error of a command.
 */
export async function runProgram(
  argv: readonly string[],
  edge: ProcessEdge,
  registrations: readonly RegisterCommand[] = commands,
): Promise<number> {
  const program = createProgram(edge);
  const context = createContext(program, edge);
  for (const register of registrations) register(program, context);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const known = error instanceof CommanderError ? usageError(error, program, argv) : error;
    if (known !== null) context.output.fail(known);
    return exitCodeOf(known);
  }
}

function createProgram({ stdout, stderr, env }: ProcessEdge): Command {
  const program = new Command('ocpp2mqtt')
    .description('Connects EV charging stations (OCPP 1.6, 2.0.1 and 2.1) to MQTT.')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Said once, by `fail`.
      outputError: () => undefined,
      getOutHasColors: () => hasColours(stdout, env),
      getErrHasColors: () => hasColours(stderr, env),
    });
  for (const name of optionNames) {
    const { description, type } = optionOf(name);
    const value = type === 'boolean' ? '[value]' : '<value>';
    program.addOption(new Option(`${flagName(name)} ${value}`, description).hideHelp());
  }
  return program;
}

function createContext(program: Command, edge: ProcessEdge): CommandContext {
  return {
    ...edge,
    exitCode: 0,
    get output() {
      const json = program.opts<{ json?: boolean }>().json === true;
      return createOutput({ ...edge, json, colours: hasColours(edge.stdout, edge.env) });
    },
    loadConfig: () => loadConfig({ ...edge, flags: flagsOf(program) }),
  };
}

// https://no-color.org
function hasColours(stream: { isTTY?: boolean }, env: ProcessEdge['env']): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '';
}

function flagsOf(program: Command): Partial<Record<OptionName, string>> {
  const given = program.opts<Record<string, string | true | undefined>>();
  const flags: Partial<Record<OptionName, string>> = {};
  for (const name of optionNames) {
    const value = given[new Option(flagName(name)).attributeName()];
    if (value !== undefined) flags[name] = String(value);
  }
  return flags;
}

/** Null when the help was printed instead. */
function usageError(error: CommanderError, program: Command, argv: readonly string[]): GatewayError | null {
  const usage = (message: string): GatewayError => new GatewayError('usage', message, { cause: error });
  const commandNames = program.commands.map((command) => command.name());
  const [word] = program.args;
  const isCommand = word !== undefined && commandNames.includes(word);
  switch (error.code) {
    case 'commander.help':
      return null;
    case 'commander.unknownOption': {
      const known = flagsKnownTo(program, word);
      const unknown = argv.map(flagOf).find((flag) => flag !== undefined && !known.includes(flag));
      if (unknown === undefined) break;
      return usage(`unknown option ${unknown} (command line), did you mean ${nearest(unknown, known)}?`);
    }
    case 'commander.unknownCommand':
    case 'commander.excessArguments':
      if (word === undefined || isCommand) break;
      return usage(`unknown command ${word}, did you mean ${nearest(word, commandNames)}?`);
    default:
  }
  return usage(error.message.replace(/^error: /, ''));
}

function flagOf(word: string): string | undefined {
  return /^(--?[^=]+)/.exec(word)?.[1];
}

function flagsKnownTo(program: Command, word: string | undefined): string[] {
  const command = program.commands.find((command) => command.name() === word);
  const options = [...(command?.options ?? []), ...program.options];
  return [...options.flatMap(({ long, short }) => [long, short]), '--help', '-h'].filter(
    (flag) => typeof flag === 'string',
  );
}

function exitCodeOf(error: unknown): number {
  if (error === null) return 2;
  if (!(error instanceof GatewayError)) return 1;
  return ['usage', 'config_invalid', 'config_unknown', 'database_url'].includes(error.code) ? 2 : 1;
}
