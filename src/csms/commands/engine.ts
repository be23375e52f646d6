import { createHash } from 'node:crypto';
import { GatewayError } from '../../errors.ts';
import type { CommandRequest, CommandResult, Commands } from '../commands.ts';
import type { Core } from '../core.ts';
import type { Station } from '../station.ts';
import { createBridgeCommands } from './bridge.ts';
import type { GatewayControls } from './bridge.ts';
import { commandCatalogue, commandNames, isWord } from './catalogue.ts';
import type { ProfileWriter } from './charging-limit.ts';
import type { Outcome, VersionCommands } from './context.ts';
import { earlierNames, translateEarlier } from './earlier-names.ts';
import { CommandFailure, endingOf, isUnexpected } from './failure.ts';
import type { Ending } from './failure.ts';
import { gatewayCommands } from './gateway-words.ts';
import { createHistory } from './history.ts';
import { createLimitPacer } from './limit-pacer.ts';
import { createLimitCommands } from './limits.ts';
import { nearestName } from '../../nearest.ts';
import { createPauseKeeper } from './pause-keeper.ts';
import { isPermitted } from './privileged.ts';
import { recordBridgeResult, recordResult, restoreCommands } from './records.ts';
import { createRunningCommand } from './running-command.ts';
import type { CommandOrder, RunningCommand } from './running-command.ts';
import { validateArgs } from './validate-args.ts';
import { callRules, versionCommands } from './versions.ts';
import { createSessionWaiters } from './wait-for-session.ts';
import { words } from './words/index.ts';
import type { GatewayWord, LimitWord, StationWord, Word, WordArgs } from './words/index.ts';

const defaultTimeoutSeconds = 30;
/** Longer ones would outlive what a start-up reads of the log. */
const maxTimeoutSeconds = 600;

type Envelope = Omit<CommandRequest, 'station'>;

/** Built once by the CSMS. `controls` is what the gateway lets an MQTT client do with itself. */
export function createCommands(core: Core, controls: GatewayControls): Commands {
  const { clock, log } = core;
  const history = createHistory();
  const waiters = createSessionWaiters(clock);
  const limitCommands = createLimitCommands(createLimitPacer(clock));
  const bridgeCommands = createBridgeCommands(core, controls);

  const orderOf = (envelope: Envelope, topic: string): CommandOrder => {
    const timeoutMs = Math.min(envelope.timeoutSeconds ?? defaultTimeoutSeconds, maxTimeoutSeconds) * 1000;
    const named = envelope.expiresAt === null ? Infinity : Date.parse(envelope.expiresAt);
    return {
      run: core.newId(),
      action: envelope.action,
      id: envelope.id,
      fingerprint: fingerprintOf(topic, envelope),
      by: envelope.by,
      timeoutMs,
      expiresAt: Math.min(clock.now() + timeoutMs, named),
    };
  };

  /** One message, one result: `record` makes it durable and only then resolves. */
  const receive = async (
    scope: string,
    envelope: Envelope,
    order: CommandOrder,
    work: () => Promise<Outcome>,
    record: (ending: Ending, ms: number) => Promise<CommandResult>,
  ): Promise<CommandResult> => {
    const arrived = clock.monotonic();
    const ms = (): number => Math.round(clock.monotonic() - arrived);
    const { id, action } = envelope;
    if (id === null && envelope.redelivered) return { id, action, status: 'duplicate', ocpp: [], ms: ms() };
    if (id !== null) {
      const known = history.enter(scope, id, order.fingerprint, clock.now());
      if (known.type === 'duplicate')
        return {
          id,
          action,
          status: 'duplicate',
          ...(known.first !== null && { result: known.first }),
          ocpp: [],
          ms: ms(),
        };
      if (known.type === 'reused') {
        const reused = new GatewayError('id_reused', `the id ${id} was used before with another payload`);
        return record(endingOf(reused), ms());
      }
    }
    const result = await record(await endOf(order, work), ms());
    if (id !== null) history.finish(scope, id, result);
    return result;
  };

  const endOf = async (order: CommandOrder, work: () => Promise<Outcome>): Promise<Ending> => {
    try {
      if (Number.isNaN(order.expiresAt))
        throw new GatewayError('invalid_payload', 'expires_at is no ISO 8601 time', {
          details: { path: '/expires_at' },
        });
      if (clock.now() >= order.expiresAt)
        throw new CommandFailure('expired', 'its time was over when it arrived');
      return await work();
    } catch (error) {
      if (isUnexpected(error))
        log.error({ err: error, action: order.action }, 'a command failed unexpectedly');
      return endingOf(error);
    }
  };

  const perform = (
    station: Station,
    envelope: Envelope,
    topic: string,
    work: (running: RunningCommand) => Promise<Outcome>,
  ): Promise<CommandResult> => {
    const order = orderOf(envelope, topic);
    const running = createRunningCommand(core, waiters, station, order);
    return receive(
      station.id,
      envelope,
      order,
      () => work(running),
      (ending, ms) => recordResult(core, station, order, ending, running.exchanges, ms),
    );
  };

  const runWord = async (running: RunningCommand, { action, args, ownTopic }: Envelope): Promise<Outcome> => {
    const earlier = Object.hasOwn(earlierNames, action) ? earlierNames[action] : undefined;
    const word = earlier?.word ?? action;
    if (!isWord(word)) throw unknownAction(action, commandNames());
    const plain = earlier === undefined ? args : translateEarlier(earlier, args, running.station);
    const checked = <W extends Word>(name: W): WordArgs[W] => checkArgs(name, plain, core, ownTopic);

    if (isGatewayWord(word)) return runGatewayWord(word, running, checked(word));
    if (isLimitWord(word)) {
      const valid = checked(word);
      return runLimitWord(word, running, valid, (await tableOf(running)).profiles);
    }
    const valid = checked(word);
    return runStationWord(word, running, valid, await tableOf(running));
  };

  const runLimitWord = <W extends LimitWord>(
    word: W,
    running: RunningCommand,
    args: WordArgs[W],
    profiles: ProfileWriter,
  ): Promise<Outcome> => limitCommands[word](running, args, profiles);

  const runCall = async (running: RunningCommand, { action, args, ownTopic }: Envelope): Promise<Outcome> => {
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      throw new GatewayError('invalid_args', 'the payload must be a JSON object', {
        details: { path: '/', rule: 'type' },
      });
    const { version } = await running.session();
    if (callRules[version].isPrivileged(action, args as Record<string, unknown>)) permit(core, ownTopic);
    return { status: 'accepted', result: await running.call(action, args) };
  };

  return {
    async execute(request) {
      const station = core.registry.find(request.station);
      if (station === null) return unknownStation(core, request);
      return perform(station, request, 'cmd', (running) => runWord(running, request));
    },

    async call(request) {
      const station = core.registry.find(request.station);
      if (station === null) return unknownStation(core, request);
      return perform(station, request, `call/${request.action}`, (running) => runCall(running, request));
    },

    async bridge(request) {
      const order = orderOf(request, 'bridge');
      return receive(
        '',
        request,
        order,
        () => bridgeCommands.run(request.action, request.args),
        (ending, ms) => recordBridgeResult(core, order, ending, ms),
      );
    },

    observe: createPauseKeeper(waiters, (station, action, work) => {
      const running = perform(station, ownEnvelope(action), 'own', async (context) =>
        work(context, (await tableOf(context)).profiles),
      );
      running.catch((error: unknown) =>
        log.error({ err: error, station: station.id }, 'a pause was not looked after'),
      );
    }),

    restore(rows) {
      restoreCommands(core, history, rows);
    },
  };
}

function runGatewayWord<W extends GatewayWord>(
  word: W,
  running: RunningCommand,
  args: WordArgs[W],
): Promise<Outcome> {
  return gatewayCommands[word](running, args);
}

function runStationWord<W extends StationWord>(
  word: W,
  running: RunningCommand,
  args: WordArgs[W],
  table: VersionCommands,
): Promise<Outcome> {
  return table.words[word](running, args);
}

/** The version's table, as soon as the station is there. */
async function tableOf(running: RunningCommand): Promise<VersionCommands> {
  const { version } = await running.session();
  const table = versionCommands[version];
  if (table !== undefined) return table;
  throw new GatewayError('unsupported', `commands in plain words are not available for ${version}`);
}

function checkArgs<W extends Word>(word: W, args: unknown, core: Core, ownTopic: boolean): WordArgs[W] {
  const valid = validateArgs(words[word], args) as WordArgs[W];
  const { privileged } = commandCatalogue[word] ?? {};
  if (typeof privileged === 'function' ? privileged(valid) : privileged === true) permit(core, ownTopic);
  return valid;
}

function permit({ options }: Core, ownTopic: boolean): void {
  if (isPermitted(options.privilegedCommands, ownTopic)) return;
  throw new CommandFailure('denied', `PRIVILEGED_COMMANDS is ${options.privilegedCommands}`, 'privileged');
}

function unknownAction(action: string, known: readonly string[]): GatewayError {
  const nearest = nearestName(action, known);
  return new GatewayError(
    'unknown_action',
    `no command is called ${action}${nearest === null ? '' : `; did you mean ${nearest}?`}`,
    { details: { nearest } },
  );
}

function unknownStation({ registry }: Core, { id, action, station }: CommandRequest): CommandResult {
  const nearest = nearestName(
    station,
    [...registry.all()].map((known) => known.id),
  );
  const message = `no station is called ${station}${nearest === null ? '' : `; did you mean ${nearest}?`}`;
  const error = { code: 'unknown_station' as const, message, details: { nearest } };
  return { id, action, status: 'error', error, ocpp: [], ms: 0 };
}

/** A payload may carry a secret; the log keeps only its hash. */
function fingerprintOf(topic: string, { fingerprint }: Envelope): string {
  return createHash('sha256').update(`${topic}\n${fingerprint}`).digest('base64url').slice(0, 22);
}

/** What the gateway itself sends, so that a pause never outlives its reason. */
function ownEnvelope(action: string): Envelope {
  return {
    action,
    args: {},
    id: null,
    timeoutSeconds: null,
    expiresAt: null,
    fingerprint: '',
    by: 'gateway',
    ownTopic: true,
    redelivered: false,
  };
}

function isGatewayWord(word: Word): word is GatewayWord {
  return Object.hasOwn(gatewayCommands, word);
}

const limitWords: ReadonlySet<Word> = new Set<LimitWord>([
  'set_limit',
  'clear_limit',
  'pause',
  'resume',
  'set_phases',
]);

function isLimitWord(word: Word): word is LimitWord {
  return limitWords.has(word);
}
