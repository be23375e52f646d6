import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { chooseBroker } from '../config/broker-choice.ts';
import { answersMqtt } from '../config/broker-probe.ts';
import { GatewayError, messageOf } from '../errors.ts';
import { layoutOfConfig } from '../mqtt-layout.ts';
import { createStationTopics } from '../mqtt/station-topics.ts';
import { topicOf } from '../mqtt/topics.ts';
import { connectToBroker } from './broker-client.ts';
import type { CommandContext, RegisterCommand } from './context.ts';

/** Beyond the command's own timeout, for the way there and back, seconds. */
const graceSeconds = 8;

interface SendOptions {
  timeout: string;
}

export const registerSend: RegisterCommand = (program, context) => {
  program
    .command('send')
    .description('send a command to a station and print its result')
    .argument('<station>', 'id of the station')
    .argument('<action>', 'a command such as start or set_limit, or an OCPP action such as GetConfiguration')
    .argument('[json]', 'its arguments, as in {"evse":1,"current":10}', '{}')
    .option('--timeout <seconds>', 'how long the station may take', '30')
    .addHelpText(
      'after',
      '\nExit code: 0 when the station accepted, 1 when not, 2 when the command line is wrong.',
    )
    .action((station: string, action: string, json: string, options: SendOptions) =>
      send(context, station, { action, args: parseArgs(json), timeout: parseSeconds(options.timeout) }),
    );
};

interface Order {
  action: string;
  args: unknown;
  timeout: number;
}

interface Result {
  id: string | null;
  status: string;
  error?: { code: string; message?: string; description?: string };
  result?: unknown;
  payload?: unknown;
}

async function send(context: CommandContext, station: string, order: Order): Promise<void> {
  const { output } = context;
  const { config } = context.loadConfig();
  const choice = await chooseBroker(config, {
    answers: answersMqtt,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  const client = await connectToBroker(config, choice);
  try {
    const { base, prefix } = layoutOfConfig(config);
    const known = await topicOfStation(client, base, station);
    const root = known ?? createStationTopics({ base, prefix }).of(station);
    const result = await exchange(client, root, order);
    output.value(result);
    printResult(context, station, order.action, result);
    if (result.status !== 'accepted' && result.status !== 'ok') context.exitCode = 1;
  } finally {
    // nothing is left to say, and a broker that hung up would not answer a goodbye
    client.end(true);
  }
}

/**
 * Where the gateway publishes the station, whatever the case of its id here; null when it does not know it. What is
 * known is retained, so it comes with the subscription.
 */
async function topicOfStation(client: MqttClient, base: string, station: string): Promise<string | null> {
  const filter = `${topicOf('bridge_station', base, { id: '' })}+`;
  let found: string | null = null;
  const read = (_topic: string, payload: Buffer): void => {
    const known = parseJson(payload) as { id?: unknown; topic?: unknown } | null;
    if (String(known?.id).toLowerCase() === station.toLowerCase() && typeof known?.topic === 'string')
      found = known.topic;
  };
  client.on('message', read);
  await client.subscribeAsync(filter, { qos: 1 });
  // what is retained is sent before the answer to the next packet
  await client.unsubscribeAsync(filter);
  client.off('message', read);
  return found;
}

/** null also for what is no JSON: somebody else's message. */
function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return null;
  }
}

/** OCPP actions begin with a capital letter and travel raw; all else is a command in plain words. */
function isOcppAction(action: string): boolean {
  return /^[A-Z]/.test(action);
}

async function exchange(client: MqttClient, root: string, { action, args, timeout }: Order): Promise<Result> {
  const id = randomUUID();
  const raw = isOcppAction(action);
  const resultTopic = raw ? topicOf('call_result', root, { action }) : topicOf('command_result', root);
  const { promise: answered, resolve, reject } = Promise.withResolvers<Result>();
  const fail = (message: string): void => reject(new GatewayError('broker_unreachable', message));
  client.on('message', (topic, payload) => {
    if (topic !== resultTopic) return;
    const result = parseJson(payload) as Result | null;
    if (result?.id === id) resolve(result);
  });
  client.once('close', () => fail('the broker closed the connection'));
  const late = setTimeout(
    () => fail('no result came: is the gateway running at this broker?'),
    (timeout + graceSeconds) * 1000,
  );
  const [topic, message] = raw
    ? [topicOf('call', root, { action }), { id, timeout, payload: args }]
    : [topicOf('command', root), { action, args, id, timeout }];
  try {
    // a connection that is lost leaves these open: only `answered` hears of it
    await Promise.race([client.subscribeAsync(resultTopic, { qos: 1 }), answered]);
    await Promise.race([client.publishAsync(topic, JSON.stringify(message), { qos: 1 }), answered]);
    return await answered;
  } finally {
    clearTimeout(late);
  }
}

function printResult({ output }: CommandContext, station: string, action: string, result: Result): void {
  const good = result.status === 'accepted' || result.status === 'ok';
  const { error } = result;
  const why = error === undefined ? '' : `: ${error.message ?? error.description ?? error.code}`;
  output.line(`${station} ${action} ${output.paint(good ? 'green' : 'red', result.status)}${why}`);
  const value = result.payload ?? result.result;
  if (value !== undefined && value !== null) output.line(JSON.stringify(value, null, 2));
}

function parseArgs(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new GatewayError('usage', `${json} is not readable JSON: ${messageOf(error)}`, { cause: error });
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new GatewayError('usage', `--timeout is ${text}: a number of seconds above 0 is needed`);
  return seconds;
}
