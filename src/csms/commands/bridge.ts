import { Type } from '../../json-schema.ts';
import type { Static } from 'typebox';
import { GatewayError } from '../../errors.ts';
import type { Core } from '../core.ts';
import type { Token } from '../model.ts';
import type { Station } from '../station.ts';
import type { Outcome } from './context.ts';
import { nearestName } from '../../nearest.ts';
import { showAuthorization } from './gateway-words.ts';
import { replayEvents } from './replay-events.ts';
import { validateArgs } from './validate-args.ts';
import { argsOf, time } from './words/schema.ts';

const stationName = Type.String({ minLength: 1, maxLength: 255, description: 'Identity of the station.' });

const oneOf = <const T extends string>(values: readonly T[], description: string) =>
  Type.Enum([...values], { description });

/** The commands of `base/bridge/cmd` with the schemas of their arguments. */
export const bridgeWords = {
  permit_join: argsOf({
    seconds: Type.Integer({
      minimum: 0,
      maximum: 86_400,
      default: 300,
      description: 'How long; 0 closes it.',
    }),
  }),
  station_accept: argsOf({ station: stationName }),
  station_remove: argsOf({ station: stationName }),
  station_set: argsOf({
    station: stationName,
    name: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'A name for people.' })),
    topic: Type.Optional(
      Type.Union([Type.String(), Type.Null()], { description: 'Its topic; null: the default one.' }),
    ),
    registration: Type.Optional(oneOf(['accepted', 'pending', 'rejected'], 'The answer to its boot.')),
    assume_version: Type.Optional(
      Type.Union([oneOf(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'], 'OCPP version.'), Type.Null()], {
        description: 'Spoken when the station offers nothing that is known.',
      }),
    ),
    raw_frames: Type.Optional(Type.Boolean({ description: 'Publishes every frame.' })),
  }),
  token_add: argsOf({
    id_token: Type.String({ minLength: 1, maxLength: 255 }),
    name: Type.Optional(Type.String()),
    status: Type.Enum(['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'], {
      default: 'Accepted',
      description: 'What a station is answered.',
    }),
    expires_at: Type.Optional(time('After it the token is expired.')),
  }),
  token_remove: argsOf({ id_token: Type.String({ minLength: 1 }) }),
  token_list: argsOf({}),
  replay: argsOf({
    station: stationName,
    log: Type.Optional(Type.String({ description: 'Id of its log; the present one when omitted.' })),
    from: Type.Optional(Type.Integer({ minimum: 1, description: 'First seq.' })),
    to: Type.Optional(Type.Integer({ minimum: 1, description: 'Last seq.' })),
    since: Type.Optional(time('First time.')),
    until: Type.Optional(time('Last time.')),
  }),
  log_level: argsOf({ level: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], 'From here on.') }),
  restart: argsOf({}),
};

type BridgeWord = keyof typeof bridgeWords;
type BridgeArgs = { [W in BridgeWord]: Static<(typeof bridgeWords)[W]> };

/** What only the process can do. */
export interface GatewayControls {
  setLogLevel(level: BridgeArgs['log_level']['level']): void;
  /** Runs after the result of the command was handed over. */
  restart(): void;
}

export interface BridgeCommands {
  run(action: string, args: unknown): Promise<Outcome>;
}

export function createBridgeCommands(core: Core, controls: GatewayControls): BridgeCommands {
  const { authorization, registry } = core;

  const stationOf = (name: string): Station => {
    const station = registry.find(name);
    if (station === null) throw new GatewayError('unknown_station', `no station is called ${name}`);
    return station;
  };

  const commands: { [W in BridgeWord]: (args: BridgeArgs[W]) => Outcome | Promise<Outcome> } = {
    permit_join({ seconds }) {
      registry.permitJoin(seconds);
      return accepted({ seconds });
    },
    station_accept({ station }) {
      return accepted({ station: registry.accept(station).id });
    },
    station_remove({ station }) {
      const found = stationOf(station);
      registry.remove(found);
      return accepted({ station: found.id });
    },
    station_set({ station, ...settings }) {
      const found = stationOf(station);
      registry.set(found, settings);
      return accepted({ station: found.id, ...settings });
    },
    token_add({ id_token, name, status, expires_at }) {
      authorization.add({
        idToken: id_token,
        status,
        ...(name !== undefined && { name }),
        ...(expires_at !== undefined && { expiresAt: new Date(expires_at).toISOString() }),
      });
      showAuthorization(core);
      return accepted({ id_token });
    },
    token_remove({ id_token }) {
      const isRemoved = authorization.remove(id_token);
      showAuthorization(core);
      return { status: isRemoved ? 'accepted' : 'rejected', result: { id_token } };
    },
    token_list() {
      return accepted({ tokens: authorization.tokens().map(tokenJson) });
    },
    async replay({ station, ...range }) {
      return accepted(await replayEvents(core, stationOf(station), range));
    },
    log_level({ level }) {
      controls.setLogLevel(level);
      return accepted({ level });
    },
    restart() {
      core.clock.after(0, () => controls.restart());
      return accepted({});
    },
  };

  const runWord = async <W extends BridgeWord>(word: W, args: BridgeArgs[W]): Promise<Outcome> =>
    commands[word](args);

  return {
    async run(action, args) {
      if (isBridgeWord(action)) return runWord(action, checkArgs(action, args));
      const nearest = nearestName(action, Object.keys(bridgeWords));
      throw new GatewayError(
        'unknown_action',
        `the gateway has no command ${action}${nearest === null ? '' : `; did you mean ${nearest}?`}`,
        { details: { nearest } },
      );
    },
  };
}

function checkArgs<W extends BridgeWord>(word: W, args: unknown): BridgeArgs[W] {
  return validateArgs(bridgeWords[word], args) as BridgeArgs[W];
}

function tokenJson({ idToken, status, name, groupIdToken, expiresAt }: Token): Record<string, unknown> {
  return {
    id_token: idToken,
    status,
    ...(name !== undefined && { name }),
    ...(groupIdToken !== undefined && { group: groupIdToken }),
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
  };
}

function isBridgeWord(action: string): action is BridgeWord {
  return Object.hasOwn(bridgeWords, action);
}

function accepted(result: unknown): Outcome {
  return { status: 'accepted', result };
}
