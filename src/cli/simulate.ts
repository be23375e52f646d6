import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Option } from 'commander';
import { GatewayError, messageOf } from '../errors.ts';
import { consoleHelp, runConsoleLine } from '../simulator/console.ts';
import { describeFrame } from '../simulator/frame-lines.ts';
import { playScenario, scenarioNames, type ScenarioName } from '../simulator/scenarios.ts';
import { createStation, type SimulatedStation, type SimulatedVersion } from '../simulator/station.ts';
import type { CommandContext, RegisterCommand } from './context.ts';

interface SimulateOptions {
  ocpp: string;
  count: string;
  id: string;
  connectors: string;
  scenario: ScenarioName;
  card: string;
  password?: string;
  ca?: string;
  cert?: string;
  key?: string;
  interval: string;
  speed: string;
  interactive?: boolean;
}

const versions: Readonly<Record<string, SimulatedVersion>> = { '1.6': 'ocpp1.6' };

export const registerSimulate: RegisterCommand = (program, context) => {
  program
    .command('simulate')
    .description('simulated charging stations that connect to a CSMS')
    .argument('<url>', 'of the CSMS, such as ws://localhost:3000; the id is appended')
    .addOption(new Option('--ocpp <version>', 'OCPP version').choices(Object.keys(versions)).default('1.6'))
    .option('--count <n>', 'how many stations', '1')
    .option('--id <id>', 'id of the station; with --count the others get a number', 'SIM')
    .option('--connectors <n>', 'connectors of each', '1')
    .addOption(
      new Option('--scenario <name>', 'what people do').choices([...scenarioNames]).default('charge'),
    )
    .option('--card <idTag>', 'card they present', 'SIMULATED01')
    .option('--password <password>', 'for HTTP Basic authentication')
    .option('--ca <file>', 'PEM file of the CA of the CSMS')
    .option('--cert <file>', 'PEM file of the client certificate')
    .option('--key <file>', 'PEM file of its key')
    .option('--interval <seconds>', 'between two meter values', '10')
    .option('--speed <factor>', 'how many times faster people and reboots are', '1')
    .option('--interactive', 'read commands also when standard input is no terminal')
    .addHelpText('after', `\nCommands on standard input:\n  ${consoleHelp.join('\n  ')}`)
    .action((url: string, options: SimulateOptions) => simulate(context, url, options));
};

async function simulate(context: CommandContext, url: string, options: SimulateOptions): Promise<void> {
  const stations = createStations(context, url, options);
  const stop = context.listenForStop();
  for (const station of stations) print(context, station);
  for (const station of stations) station.start();
  const speed = wholeNumber('--speed', options.speed);
  const endings = stations.map((station) =>
    playScenario(station, options.scenario, { idToken: options.card, speed }),
  );
  if (options.interactive || process.stdin.isTTY) await readCommands(context, stations, stop);
  else if (!stop.aborted) await once(stop, 'abort');
  for (const end of endings) end();
  await Promise.all(stations.map((station) => station.stop()));
}

function createStations(context: CommandContext, url: string, options: SimulateOptions): SimulatedStation[] {
  const count = wholeNumber('--count', options.count);
  const ids =
    count === 1 ? [options.id] : Array.from({ length: count }, (_, index) => `${options.id}-${index + 1}`);
  const tls = {
    ...readPem(context, '--ca', 'ca', options.ca),
    ...readPem(context, '--cert', 'cert', options.cert),
    ...readPem(context, '--key', 'key', options.key),
  };
  try {
    return ids.map((id) =>
      createStation({
        id,
        url,
        version: versions[options.ocpp],
        connectors: wholeNumber('--connectors', options.connectors),
        password: options.password,
        tls,
        meterInterval: wholeNumber('--interval', options.interval),
        speed: wholeNumber('--speed', options.speed),
      }),
    );
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('usage', `${url} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

function readPem(
  { readFile }: CommandContext,
  flag: string,
  name: 'ca' | 'cert' | 'key',
  path: string | undefined,
): { ca?: string; cert?: string; key?: string } {
  if (path === undefined) return {};
  const text = readFile(path);
  if (text === undefined) throw new GatewayError('usage', `${flag}: there is no file ${path}`);
  return { [name]: text };
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new GatewayError('usage', `${flag} is ${text}: a whole number from 1 is needed`);
  }
  return value;
}

function print({ output }: CommandContext, station: SimulatedStation): void {
  const { id } = station;
  const time = () => new Date().toISOString();
  station.on('frame', (direction, frame) => {
    const arrow = output.paint('grey', direction === 'out' ? '>' : '<');
    const text = describeFrame(frame);
    // An empty answer says nothing to people.
    if (text !== 'answer') output.line(`${time().slice(11, 19)} ${id} ${arrow} ${text}`);
    output.value({ time: time(), station: id, direction, frame });
  });
  station.on('log', (text) => {
    output.line(`${time().slice(11, 19)} ${id} ${output.paint('yellow', text)}`);
    output.value({ time: time(), station: id, log: text });
  });
}

/** Until quit, the end of the input or a signal. */
async function readCommands(
  { output }: CommandContext,
  stations: readonly SimulatedStation[],
  signal: AbortSignal,
): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  signal.addEventListener('abort', () => lines.close());
  for await (const line of lines) {
    const answer = await runConsoleLine(line, stations);
    if (answer === 'quit') break;
    for (const text of answer) output.line(text);
    if (answer.length > 0) output.value({ answer });
  }
  lines.close();
}
