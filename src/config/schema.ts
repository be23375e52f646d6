import type { XStatic } from 'typebox/schema';
import type { Option } from './option.ts';
import { decisionOptions } from './options/decisions.ts';
import { loggingOptions } from './options/logging.ts';
import { mqttOptions } from './options/mqtt.ts';
import { stationOptions } from './options/stations.ts';
import { storageOptions } from './options/storage.ts';

/**
 * The one schema of all settings. Types, defaults, environment names, yaml keys, flags, validation and
 * docs/configuration.md come from it. It is plain JSON Schema; TypeBox gives it its type only, which costs
 * nothing at run time (its builder takes 20 MB).
 */
export const groups = {
  'Charging stations': stationOptions,
  MQTT: mqttOptions,
  Decisions: decisionOptions,
  Storage: storageOptions,
  Log: loggingOptions,
} as const;

const options = {
  ...stationOptions,
  ...mqttOptions,
  ...decisionOptions,
  ...storageOptions,
  ...loggingOptions,
} as const;

export type OptionName = keyof typeof options;

type ValueOf<O> = O extends { default: unknown } ? XStatic<O> : XStatic<O> | undefined;

/** The settings under their environment names: `values.LISTEN_PORT`. */
export type Values = { readonly [Name in OptionName]: ValueOf<(typeof options)[Name]> };

export const optionNames = Object.keys(options) as OptionName[];

export function optionOf(name: OptionName): Option {
  return options[name];
}

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

export const configSchema = { type: 'object', additionalProperties: false, properties: options } as const;

/** `MQTT_PORT` is `mqtt_port` in ocpp2mqtt.yaml. */
export function yamlKey(name: OptionName): string {
  return name.toLowerCase();
}

/** `MQTT_PORT` is `--mqtt-port` on the command line. */
export function flagName(name: OptionName): string {
  return `--${name.toLowerCase().replaceAll('_', '-')}`;
}
