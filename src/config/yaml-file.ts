import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { GatewayError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Written } from './parse-value.ts';
import type { OptionName } from './schema.ts';
import { optionNames, yamlKey } from './schema.ts';

const require = createRequire(import.meta.url);

const nameOfKey = new Map<string, OptionName>(
  // The file was found already when it could name another one.
  optionNames.filter((name) => name !== 'CONFIG_FILE').map((name) => [yamlKey(name), name]),
);

/**
 * The settings of ocpp2mqtt.yaml. Scalars stay texts, so that a password `0123` is what it looks like and every
 * source goes the same way.
 *
 * @throws GatewayError `config_invalid` (not readable as yaml, no map), `config_unknown` (a key nobody knows).
 */
export function readYamlFile(file: string, text: string): Map<OptionName, Written> {
  const settings = new Map<OptionName, Written>();
  for (const [key, value] of Object.entries(parseMap(file, text))) {
    const name = nameOfKey.get(key);
    if (name === undefined) {
      const known = nearest(key, [...nameOfKey.keys()]);
      throw new GatewayError('config_unknown', `${file}: unknown key ${key}, did you mean ${known}?`, {
        details: { key, file, nearest: known },
      });
    }
    settings.set(name, isWritten(value) ? value : String(value));
  }
  return settings;
}

function parseMap(file: string, text: string): Record<string, unknown> {
  // Only who has such a file pays for its parser: 2 MB.
  const { parse, YAMLParseError } = require('yaml') as typeof Yaml;
  let content: unknown;
  try {
    content = parse(text, { schema: 'failsafe' });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [reason] = error.message.split('\n');
    throw new GatewayError('config_invalid', `${file}: not readable as yaml: ${reason?.replace(/:$/, '')}`, {
      cause: error,
    });
  }
  if (content === null || content === undefined || content === '') return {};
  if (typeof content === 'object' && !Array.isArray(content)) return { ...content };
  throw new GatewayError('config_invalid', `${file}: must hold lines such as mqtt_hostname: 10.0.0.2`);
}

function isWritten(value: unknown): value is Written {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}
