import { readFileSync } from 'node:fs';
import { chooseBroker } from '../config/broker-choice.ts';
import { answersMqtt } from '../config/broker-probe.ts';
import { GatewayError } from '../errors.ts';
import { layoutOfConfig } from '../mqtt-layout.ts';
import { topicOf } from '../mqtt/topics.ts';
import { connectToBroker } from './broker-client.ts';
import type { CommandContext, RegisterCommand } from './context.ts';

export const registerWatch: RegisterCommand = (program, context) => {
  program
    .command('watch')
    .description('live events of all stations, or of one')
    .argument('[station]', 'id of the station')
    .action((station: string | undefined) => watch(context, station?.toLowerCase()));
};

interface Event {
  time: string;
  station: string;
  kind: string;
  event: string;
  [key: string]: unknown;
}

/** Fields of an event's head that are told by their place in the line. */
const placed = new Set([
  'log',
  'seq',
  'id',
  'time',
  'station',
  'kind',
  'event',
  'ocpp',
  'fingerprint',
  'run',
]);

async function watch(context: CommandContext, wanted: string | undefined): Promise<void> {
  const { output } = context;
  const stopped = context.listenForStop();
  const { config } = context.loadConfig();
  const choice = await chooseBroker(config, {
    answers: answersMqtt,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  const client = await connectToBroker(config, choice);
  const { base } = layoutOfConfig(config);
  const stationsFilter = topicOf('bridge_station', base, { id: '' });
  const watched = new Set<string>();
  client.on('message', (topic, payload) => {
    if (payload.length === 0) return;
    const message = parseMessage(payload);
    if (message === null) return output.warn(`${topic}: somebody else published what is no JSON`);
    if (topic.startsWith(stationsFilter)) {
      if (wanted !== undefined && message.id.toLowerCase() !== wanted) return;
      if (watched.has(message.topic)) return;
      watched.add(message.topic);
      // a refusal by the broker ends the connection or is an error event: both end the command
      void client.subscribeAsync(`${topicOf('event', message.topic, { kind: '' })}+`, { qos: 1 });
      return;
    }
    output.value(message);
    printEvent(context, message);
  });
  await client.subscribeAsync(`${stationsFilter}+`, { qos: 1 });
  output.line(`watching ${wanted ?? 'all stations'} at ${choice.line}; Ctrl+C ends`);
  const outcome = await new Promise<'stopped' | 'lost'>((resolve) => {
    client.once('close', () => resolve('lost'));
    if (stopped.aborted) resolve('stopped');
    stopped.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  if (outcome === 'lost') throw new GatewayError('broker_unreachable', 'the broker closed the connection');
  await client.endAsync();
}

function parseMessage(payload: Buffer): (Event & { id: string; topic: string }) | null {
  try {
    return JSON.parse(payload.toString()) as Event & { id: string; topic: string };
  } catch {
    return null;
  }
}

function printEvent({ output }: CommandContext, event: Event): void {
  const details = Object.entries(event)
    .filter(([key]) => !placed.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const what = output.paint('green', `${event.kind} ${event.event}`);
  output.line(`${event.time.slice(11, 19)} ${event.station} ${what} ${details.join(' ')}`.slice(0, 400));
}
