import { GatewayError } from '../../../errors.ts';
import type { JsonObject } from '../../../ocpp/frame.ts';
import { maskSecrets } from '../../../ocpp/secrets.ts';
import type { CommandContext, Outcome } from '../../commands/context.ts';
import type { WordArgs } from '../../commands/words/index.ts';
import { isAccepted, outcomeOf, request } from './request.ts';

interface Configuration {
  values: Map<string, string | null>;
  readonly: string[];
  unknown: string[];
}

/** OCPP 1.6 §5.8, in as many requests as the station's GetConfigurationMaxKeys makes necessary. */
export async function getConfig(
  context: CommandContext,
  { keys }: Pick<WordArgs['get_config'], 'keys'>,
): Promise<Outcome> {
  const read: Configuration = { values: new Map(), readonly: [], unknown: [] };
  for (const some of split(keys, maxKeys(context))) {
    const answer = await request(context, 'GetConfiguration', some.length === 0 ? {} : { key: some });
    readAnswer(answer, read);
  }
  remember(context, read);
  return { status: 'accepted', result: resultOf(read, keys) };
}

function maxKeys({ station }: CommandContext): number {
  const told = Number(station.configuration.get('GetConfigurationMaxKeys'));
  return Number.isInteger(told) && told > 0 ? told : Infinity;
}

function split(keys: readonly string[], size: number): string[][] {
  if (keys.length <= size) return [[...keys]];
  return [keys.slice(0, size), ...split(keys.slice(size), size)];
}

/** Tolerant: no lists, numbers as values, entries without a key. */
function readAnswer({ configurationKey, unknownKey }: JsonObject, read: Configuration): void {
  for (const entry of Array.isArray(configurationKey) ? configurationKey : []) {
    if (typeof entry !== 'object' || entry === null) continue;
    const { key, value, readonly } = entry as { key?: unknown; value?: unknown; readonly?: unknown };
    if (typeof key !== 'string') continue;
    read.values.set(key, value === undefined || value === null ? null : textOf(value));
    if (readonly === true) read.readonly.push(key);
  }
  for (const key of Array.isArray(unknownKey) ? unknownKey : [])
    if (typeof key === 'string') read.unknown.push(key);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function remember({ core, station }: CommandContext, { values }: Configuration): void {
  for (const [key, value] of values)
    if (value !== null && !isSecret(key)) station.configuration.set(key, value);
  core.touch(station);
}

/** Some stations ignore the list of keys, some drop unknown ones without a word. Keys are case-insensitive: §7.17. */
function resultOf({ values, readonly, unknown }: Configuration, keys: readonly string[]): JsonObject {
  if (keys.length === 0) return { values: Object.fromEntries(values), readonly, unknown };
  const asked = new Set(keys.map((key) => key.toLowerCase()));
  const isAsked = (key: string): boolean => asked.has(key.toLowerCase());
  const told = new Set([...values.keys(), ...unknown].map((key) => key.toLowerCase()));
  return {
    values: Object.fromEntries([...values].filter(([key]) => isAsked(key))),
    readonly: readonly.filter(isAsked),
    unknown: [...unknown, ...keys.filter((key) => !told.has(key.toLowerCase()))],
  };
}

/** OCPP 1.6 §5.3, one request for each key. */
export async function setConfig(context: CommandContext, args: WordArgs['set_config']): Promise<Outcome> {
  const wanted = Object.entries(wantedValues(args));
  const statuses: Record<string, unknown> = {};
  let areAllAccepted = true;
  for (const [key, value] of wanted) {
    const answer = await request(context, 'ChangeConfiguration', { key, value });
    const { result } = outcomeOf(answer);
    statuses[key] = (result as JsonObject)['status'];
    if (!isAccepted(answer)) areAllAccepted = false;
    else if (!isSecret(key)) context.station.configuration.set(key, value);
  }
  context.core.touch(context.station);
  return { status: areAllAccepted ? 'accepted' : 'rejected', result: statuses };
}

function wantedValues({ key, value, values }: WordArgs['set_config']): Record<string, string> {
  const pair = key !== undefined && value !== undefined;
  if (pair === (values !== undefined) || (key !== undefined) !== (value !== undefined))
    throw new GatewayError('invalid_args', '/key and /value, or /values is needed', {
      details: { path: '/', rule: 'oneOf' },
    });
  const entries = pair ? [[key, value] as const] : Object.entries(values ?? {});
  return Object.fromEntries(entries.map(([name, wanted]) => [name, String(wanted)]));
}

function isSecret(key: string): boolean {
  const probe = { key, value: 'readable' };
  return maskSecrets('ChangeConfiguration', probe) !== probe;
}
