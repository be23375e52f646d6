import { resolve } from 'node:path';
import { GatewayError } from '../errors.ts';
import { parseDotenv } from './dotenv.ts';
import { nearest } from '../nearest.ts';
import { textOf } from './parse-value.ts';
import type { OptionName, Values } from './schema.ts';
import { flagName, isOptionName, optionNames, yamlKey } from './schema.ts';
import type { Setting, Source } from './settings.ts';
import { describeSetting, evaluate } from './settings.ts';
import { readYamlFile } from './yaml-file.ts';

export interface ConfigInput {
  /** Texts of command-line flags, by option. */
  flags: Flags;
  env: Environment;
  /** Folder of `.env` and `ocpp2mqtt.yaml`. */
  cwd: string;
  /** Content of a file, undefined when there is none. */
  readFile: (path: string) => string | undefined;
}

type Flags = Readonly<Partial<Record<OptionName, string>>>;
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly values: Values;
  /** Where the value of an option comes from. */
  sourceOf(name: OptionName): Source;
  /** The same for people: `.env line 3`, `ocpp2mqtt.yaml mqtt_port`, `default`. */
  whereOf(name: OptionName): string;
}

export interface LoadedConfig {
  config: Config;
  /** Things to put right, one line each. */
  warnings: string[];
  /** Things to know at start, one line each. */
  notes: string[];
}

type Layer = Map<OptionName, Setting>;

const defaultFile = 'ocpp2mqtt.yaml';

/**
 * Puts the settings together: defaults, then ocpp2mqtt.yaml, `.env`, environment and flags; later ones win. An
 * empty value is an unset one. Reads files and nothing else.
 *
 * @throws GatewayError `config_invalid` (a line for each wrong value: option, value, where it was set, what is
 * allowed), `config_unknown` (a key of the yaml file), `database_url`.
 */
export function loadConfig({ flags, env, cwd, readFile }: ConfigInput): LoadedConfig {
  const read = (file: string): string | undefined => readFile(resolve(cwd, file));
  const dotenv = readDotenv(read('.env') ?? '', env);
  const upper = [dotenv.layer, environmentLayer(env), flagLayer(flags)];
  const evaluated = evaluate(merge([yamlLayer(merge(upper), read), ...upper]));
  const { values, settings } = evaluated;
  checkCertificate(values, settings);
  checkTransport(values, settings);
  return {
    config: {
      values,
      sourceOf: (name) => settings.get(name)?.source ?? 'default',
      whereOf: (name) => settings.get(name)?.where ?? 'default',
    },
    warnings: [...dotenv.warnings, ...evaluated.warnings],
    notes: [...evaluated.notes, ...notesOn(values)],
  };
}

function merge(layers: readonly Layer[]): Layer {
  return new Map(layers.flatMap((layer) => [...layer].filter(([, { written }]) => written !== '')));
}

function flagLayer(flags: Flags): Layer {
  return layerOf(
    (name) => flags[name],
    'flag',
    (name) => `command line ${flagName(name)}`,
  );
}

function environmentLayer(env: Environment): Layer {
  return layerOf(
    (name) => env[name],
    'environment',
    () => 'environment',
  );
}

function layerOf(
  textOf: (name: OptionName) => string | undefined,
  source: Source,
  where: (name: OptionName) => string,
): Layer {
  const layer: Layer = new Map();
  for (const name of optionNames) {
    const written = textOf(name)?.trim();
    if (written !== undefined) layer.set(name, { written, source, where: where(name) });
  }
  return layer;
}

function readDotenv(text: string, env: Environment): { layer: Layer; warnings: string[] } {
  const { entries, unreadable } = parseDotenv(text, env);
  const layer: Layer = new Map();
  const warnings = unreadable.map((line) => `.env line ${line}: not readable, ignored`);
  for (const { name, value, line } of entries) {
    if (isOptionName(name)) {
      layer.set(name, { written: value, source: '.env', where: `.env line ${line}` });
    } else if (/^(?:OCPP|MQTT)_/.test(name)) {
      warnings.push(`.env line ${line}: unknown name ${name}, did you mean ${nearest(name, optionNames)}?`);
    }
  }
  return { layer, warnings };
}

function yamlLayer(upper: Layer, read: (file: string) => string | undefined): Layer {
  const layer: Layer = new Map();
  const found = findYamlFile(upper, read);
  if (found === undefined) return layer;
  for (const [name, written] of readYamlFile(found.file, found.text)) {
    layer.set(name, { written, source: 'yaml', where: `${found.file} ${yamlKey(name)}` });
  }
  return layer;
}

function findYamlFile(
  upper: Layer,
  read: (file: string) => string | undefined,
): { file: string; text: string } | undefined {
  const named = upper.get('CONFIG_FILE');
  const folder = textOf(upper.get('DATA_DIR')?.written ?? './data');
  const candidates =
    named === undefined ? [defaultFile, `${folder}/${defaultFile}`] : [textOf(named.written)];
  for (const file of candidates) {
    const text = read(file);
    if (text !== undefined) return { file, text };
  }
  if (named === undefined) return undefined;
  throw new GatewayError(
    'config_invalid',
    `${describeSetting('CONFIG_FILE', named)}: must be a file, and there is none`,
  );
}

function checkCertificate(values: Values, settings: ReadonlyMap<OptionName, Setting>): void {
  for (const [name, other] of [
    ['MQTT_CERT', 'MQTT_KEY'],
    ['MQTT_KEY', 'MQTT_CERT'],
  ] as const) {
    const setting = settings.get(name);
    if (setting !== undefined && values[other] === undefined) {
      throw new GatewayError(
        'config_invalid',
        `${describeSetting(name, setting)}: must come together with ${other}`,
      );
    }
  }
}

function checkTransport(values: Values, settings: ReadonlyMap<OptionName, Setting>): void {
  const setting = settings.get('MQTT_TRANSPORT');
  if (setting !== undefined && values.MQTT_TRANSPORT === 'unix' && values.MQTT_HOSTNAME === undefined) {
    const line = `${describeSetting('MQTT_TRANSPORT', setting)}: must come together with MQTT_HOSTNAME`;
    throw new GatewayError('config_invalid', `${line}, the path of the socket`);
  }
}

function notesOn({ MQTT_BASEPATH, MQTT_USESTATIONNAME }: Values): string[] {
  if (!MQTT_USESTATIONNAME || MQTT_BASEPATH.endsWith('/')) return [];
  const joined = `MQTT_BASEPATH=${MQTT_BASEPATH} and the name of a station are joined as they stand`;
  return [
    `${joined} (${MQTT_BASEPATH}charger1); MQTT_BASEPATH=${MQTT_BASEPATH}/ would give ${MQTT_BASEPATH}/charger1`,
  ];
}
