import { Ajv } from 'ajv';
import { GatewayError } from '../errors.ts';
import { mask, redactText } from '../log/redact.ts';
import { annotationKeywords } from './option.ts';
import type { Written } from './parse-value.ts';
import { describeAllowed, parseValue, textOf } from './parse-value.ts';
import type { OptionName, Values } from './schema.ts';
import { configSchema, isOptionName, optionOf } from './schema.ts';

export type Source = 'default' | 'yaml' | '.env' | 'environment' | 'flag';

/** What somebody wrote for one option, and where: `.env line 3`. */
export interface Setting {
  written: Written;
  source: Source;
  where: string;
}

export type Settings = ReadonlyMap<OptionName, Setting>;

export interface Evaluated {
  values: Values;
  /** The settings that count: what was replaced or ignored is missing. */
  settings: Settings;
  warnings: string[];
  notes: string[];
}

/**
 * Turns what was written into typed, validated values and fills in the defaults.
 *
 * @throws GatewayError `config_invalid`, with a line for each wrong value; `database_url`.
 */
export function evaluate(written: Settings): Evaluated {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    keywords: [...annotationKeywords],
    formats: { 'broker-url': isBrokerUrl },
  });
  const isValid = ajv.compile<Values>(configSchema);
  const settings = new Map(written);
  const warnings: string[] = [];
  const notes: string[] = [];

  for (const [name, setting] of written) {
    const by = replacement(name, setting);
    if (by !== undefined) {
      notes.push(`${describeSetting(name, setting)}: accepted and not used; ${by}`);
      settings.delete(name);
    } else if (optionOf(name).exactlyTrue === true && !/^(?:true|false)$/.test(textOf(setting.written))) {
      warnings.push(
        `${describeSetting(name, setting)}: off, because only the exact text true switches it on`,
      );
    }
  }

  const database = settings.get('DATABASE_URL');
  if (database !== undefined) {
    const line = `${describeSetting('DATABASE_URL', database)}: this version has no driver for it; leave it unset`;
    throw new GatewayError('database_url', `${line} to use SQLite in DATA_DIR`);
  }

  const parse = (): Record<string, unknown> =>
    Object.fromEntries(
      [...settings].map(([name, setting]) => [name, parseValue(optionOf(name), setting.written)]),
    );

  let values = parse();
  if (!isValid(values)) {
    const wrong = new Set((isValid.errors ?? []).map((error) => error.instancePath.split('/')[1] ?? ''));
    for (const name of [...wrong].filter(isOptionName)) {
      const option = optionOf(name);
      if (option.lenient !== true) continue;
      warnings.push(`${complaint(name, settings)}; using ${JSON.stringify(option.default)}`);
      settings.delete(name);
      wrong.delete(name);
    }
    if (wrong.size > 0) throw refusal([...wrong].filter(isOptionName), settings);
    values = parse();
  }
  if (!isValid(values)) throw new GatewayError('internal', ajv.errorsText(isValid.errors));
  return { values, settings, warnings, notes };
}

function isBrokerUrl(text: string): boolean {
  if (!/^(?:mqtts?|wss?):\/\//.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return hostname !== '' && [username, password].every((part) => !/%(?![\da-f]{2})/i.test(part));
}

/** `MQTT_PORT=abc (.env line 3)`; a secret is masked. */
export function describeSetting(name: OptionName, { written, where }: Setting): string {
  return `${name}=${optionOf(name).secret === true ? mask : redactText(textOf(written))} (${where})`;
}

function replacement(name: OptionName, { written }: Setting): string | undefined {
  const { replaced } = optionOf(name);
  return replaced !== undefined && new RegExp(replaced.pattern).test(textOf(written))
    ? replaced.by
    : undefined;
}

function complaint(name: OptionName, settings: Settings): string {
  const setting = settings.get(name);
  const subject = setting === undefined ? name : describeSetting(name, setting);
  return `${subject}: must be ${describeAllowed(optionOf(name))}`;
}

function refusal(names: OptionName[], settings: Settings): GatewayError {
  const lines = names.map((name) => complaint(name, settings));
  return new GatewayError('config_invalid', lines.join('\n'), { details: { options: names } });
}
