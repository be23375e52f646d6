import { stringify } from 'yaml';
import packageJson from '../package.json' with { type: 'json' };
import { bridgeWords } from '../src/csms/commands/bridge.ts';
import { commandCatalogue, commandNames, isWord } from '../src/csms/commands/catalogue.ts';
import { type Channel, channels } from '../src/mqtt/channels.ts';
import { eventKinds, payloads } from '../src/mqtt/payloads.ts';
import { setKeys } from '../src/mqtt/set-keys.ts';
import { type AddressName, addresses } from '../src/mqtt/topics.ts';

type Json = Record<string, unknown>;

const parameters: Readonly<Record<string, Json>> = {
  station: {
    description:
      'The topic of a station: `base/<identity>`, with one station `base` itself, or what `station_set` gave.',
    examples: ['ocpp/charger1'],
  },
  base: { description: '`MQTT_BASEPATH` without a slash at its end.', default: 'ocpp' },
  evse: { description: 'EVSE, counted from 1; an OCPP 1.6 connector n is EVSE n.' },
  connector: { description: 'Connector of the EVSE, counted from 1.' },
  key: { description: 'Name of the value.' },
  kind: { description: 'Kind of the event.', enum: [...eventKinds] },
  action: { description: 'A command, or below `call` and `ask` an OCPP action.' },
  field: {
    description: 'Field of the OCPP answer in snake_case; `status`, `action` and `error` after a failure.',
  },
  direction: { description: 'Seen from the gateway.', enum: ['in', 'out'] },
  id: { description: 'Id of a question, or identity of a station.' },
};

/** Where the values of a parameter are another few. */
const parametersOf: Partial<Record<AddressName, Readonly<Record<string, Json>>>> = {
  station_set: { key: { description: 'What is set.', enum: setKeys.station } },
  evse_set: { key: { description: 'What is set.', enum: setKeys.evse } },
  action_command: { action: { description: 'The command.', enum: commandNames() } },
};

const texts = new Set<Channel['payload']>([
  'Availability',
  'StateText',
  'SetValue',
  'CompatibleField',
  'RawFrame',
]);

function channelOf(name: AddressName, { summary, payload, compatible }: Channel): Json {
  const names = [...addresses[name].matchAll(/\{(\w+)\}/g)].map(([, parameter]) => String(parameter));
  return {
    address: addresses[name],
    summary,
    ...(compatible && { description: 'A topic of the earlier program; COMPAT_TOPICS=false drops it.' }),
    parameters: Object.fromEntries(
      names.map((parameter) => [parameter, parametersOf[name]?.[parameter] ?? parameters[parameter]]),
    ),
    messages: { [payload]: { $ref: `#/components/messages/${messageOf(name)}` } },
  };
}

/** The commands of a station and of the gateway are the same envelope around different words. */
function messageOf(name: AddressName): string {
  return name === 'bridge_command' ? 'BridgeCommand' : channels[name].payload;
}

function operationOf(name: AddressName, { summary, by, qos, retained, payload, reply }: Channel): Json {
  return {
    action: by === 'we' ? 'send' : 'receive',
    summary,
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${payload}` }],
    bindings: { mqtt: { qos, ...(by === 'we' && { retain: retained }), bindingVersion: '0.2.0' } },
    ...(reply !== undefined && { reply: { channel: { $ref: `#/channels/${reply}` } } }),
  };
}

/** The envelope with one alternative for each word. */
function commandSchema(words: [word: string, args: unknown][], others: string[]): Json {
  const alternatives: Json[] = words.map(([word, args]) => ({
    title: word,
    properties: { action: { const: word }, args },
  }));
  if (others.length > 0) {
    alternatives.push({ title: 'a name of the earlier program', properties: { action: { enum: others } } });
  }
  return { ...payloads.Command, anyOf: alternatives };
}

function messages(): Json {
  const payloadNames = new Set(Object.values(channels).map(({ payload }) => payload));
  const named = Array.from(payloadNames, (payload) => [
    payload,
    {
      contentType: texts.has(payload) ? 'text/plain' : 'application/json',
      payload: { $ref: `#/components/schemas/${payload}` },
    },
  ]);
  return {
    ...Object.fromEntries(named),
    BridgeCommand: {
      contentType: 'application/json',
      payload: { $ref: '#/components/schemas/BridgeCommand' },
    },
  };
}

function schemas(): Json {
  const payloadNames = new Set(Object.values(channels).map(({ payload }) => payload));
  const words = Object.entries(commandCatalogue).map(([word, { args }]): [string, unknown] => [word, args]);
  const earlier = commandNames().filter((name) => !isWord(name));
  return {
    ...Object.fromEntries(Array.from(payloadNames, (payload) => [payload, payloads[payload]])),
    Command: commandSchema(words, earlier),
    BridgeCommand: commandSchema(Object.entries(bridgeWords), []),
  };
}

/** The public contract as an AsyncAPI 3.0.0 document. */
export function asyncApi(): Json {
  const entries = Object.entries(channels) as [AddressName, Channel][];
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'ocpp2mqtt',
      version: packageJson.version,
      description: 'What the gateway publishes, and what it takes. Made by `npm run docs` from src/mqtt/.',
      license: { name: packageJson.license },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(entries.map(([name, channel]) => [name, channelOf(name, channel)])),
    operations: Object.fromEntries(entries.map(([name, channel]) => [name, operationOf(name, channel)])),
    components: { messages: messages(), schemas: schemas() },
  };
  // plain JSON: schemas carry more than is printed
  return JSON.parse(JSON.stringify(document)) as Json;
}

/** The text of docs/asyncapi.yaml. */
export function renderAsyncApi(): string {
  return stringify(asyncApi(), { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false });
}
