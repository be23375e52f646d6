import type { CommandRequest, CommandResult, Commands } from '../csms/commands.ts';
import { GatewayError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BusMessage, Publication } from './bus.ts';
import { type Asked, idOf, readCall, readCommand } from './envelopes.ts';
import { answersTo, callAnswer, compatibleFields, refusal } from './results.ts';
import { findSetKey } from './set-keys.ts';
import type { Incoming, StationTopics } from './station-topics.ts';
import { type StationPart, topicFault, topicOf } from './topics.ts';

export interface CommandIntakeOptions {
  commands: Pick<Commands, 'execute' | 'call' | 'bridge'>;
  topics: StationTopics;
  /** Whether a word or an earlier name is a command: other suffixes of `S/cmd/` are not for us. */
  isAction: (name: string) => boolean;
  /** Who published it, where the broker tells; else `mqtt`. */
  publisherOf: (message: BusMessage) => string;
  /** One publication of an answer. */
  publish: (publication: Publication) => void;
  /** The compatible fields of a result, retained. */
  showFields: (stationId: string, fields: Map<string, string>) => void;
  /** The real state once more, after an attempt to set it. */
  showState: (stationId: string, evse: number, key: string) => void;
  log: Log;
}

type StationMessage = Exclude<Incoming, { kind: 'bridge_command' | 'bridge_state' }>;
type Part<Kind extends StationPart['kind']> = Extract<StationMessage, { kind: Kind }>;

/** A message that asks for something. */
type Order = Exclude<Incoming, { kind: 'bridge_state' | 'answer' }>;

/** What clients publish for us, from topic and payload to exactly one result. */
export interface CommandIntake {
  /** Resolves when it is answered; never rejects. */
  take(message: BusMessage, incoming: Order): Promise<void>;
}

export function createCommandIntake(options: CommandIntakeOptions): CommandIntake {
  const { commands, topics, isAction, publisherOf, publish, showFields, showState, log } = options;

  /** The topic where a station's answers are: of one that is not registered, the topic that was used. */
  const rootOf = ({ isRegistered, station, root }: StationMessage): string =>
    isRegistered ? topics.of(station) : root;

  function answer(message: BusMessage, ownTopic: string, payload: unknown): void {
    for (const publication of answersTo(message, ownTopic, JSON.stringify(payload))) publish(publication);
  }

  function request(
    message: BusMessage,
    asked: Asked,
    to: { station: string; ownTopic: boolean },
  ): CommandRequest {
    return { ...asked, ...to, by: publisherOf(message), redelivered: message.dup };
  }

  /** A result in every case: of what was asked, or of what was wrong with the asking. */
  async function resultOf(
    message: BusMessage,
    action: string,
    run: () => Promise<CommandResult>,
  ): Promise<CommandResult> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof GatewayError) return refusal(idOf(message.payload), action, error);
      log.error({ err: error, topic: message.topic }, 'a command failed unexpectedly');
      const hidden = new GatewayError(
        'internal',
        'An unexpected error in the gateway; its log has the details.',
      );
      return refusal(idOf(message.payload), action, hidden);
    }
  }

  async function command(message: BusMessage, incoming: Part<'command'>): Promise<void> {
    const { station, action, isRegistered } = incoming;
    const result = await resultOf(message, action ?? '', () => {
      const asked = readCommand(message.payload, incoming);
      return commands.execute(request(message, asked, { station, ownTopic: action !== null }));
    });
    answer(message, topicOf('command_result', rootOf(incoming)), result);
    // it may have been removed meanwhile: its topics are cleared
    if (isRegistered && topics.isRegistered(station)) showFields(station, compatibleFields(result));
  }

  async function set(message: BusMessage, incoming: Part<'set'>): Promise<void> {
    const { station, evse, key, isRegistered } = incoming;
    const setKey = findSetKey(evse, key);
    const result = await resultOf(message, key, () => {
      if (setKey === null)
        throw new GatewayError('unknown_action', `${JSON.stringify(key)} cannot be set here.`);
      const text = message.payload.toString().trim();
      const { action, args } = setKey.read(text, evse ?? 0);
      const bounds = { id: null, timeoutSeconds: null, expiresAt: null, fingerprint: text };
      return commands.execute(request(message, { action, args, ...bounds }, { station, ownTopic: false }));
    });
    answer(message, topicOf('command_result', rootOf(incoming)), result);
    if (isRegistered && setKey !== null) showState(station, evse ?? 0, setKey.state);
  }

  async function call(message: BusMessage, incoming: Part<'call'>): Promise<void> {
    const { station, action } = incoming;
    const result = await resultOf(message, action, () =>
      commands.call(request(message, readCall(message.payload, action), { station, ownTopic: true })),
    );
    answer(message, topicOf('call_result', rootOf(incoming), { action }), callAnswer(result));
  }

  async function bridge(message: BusMessage): Promise<void> {
    const result = await resultOf(message, '', () => {
      const asked = readCommand(message.payload, { action: null, evse: null });
      return commands.bridge({
        ...asked,
        ownTopic: false,
        by: publisherOf(message),
        redelivered: message.dup,
      });
    });
    answer(message, topicOf('bridge_command_result', topics.base), result);
  }

  /** The message without its Response Topic, when that one is refused. */
  function refuseResponseTopic(message: BusMessage, incoming: Order): boolean {
    const { responseTopic } = message;
    if (responseTopic === undefined) return false;
    if (topicFault(responseTopic) === null && !topics.isOwn(responseTopic)) return false;
    const error = new GatewayError('response_topic', `Nothing is answered on ${responseTopic}.`);
    const action = 'action' in incoming ? (incoming.action ?? '') : '';
    const result = refusal(idOf(message.payload), action, error);
    const { responseTopic: _, ...silent } = message;
    if (incoming.kind === 'bridge_command') {
      answer(silent, topicOf('bridge_command_result', topics.base), result);
    } else if (incoming.kind === 'call') {
      answer(silent, topicOf('call_result', rootOf(incoming), { action }), callAnswer(result));
    } else answer(silent, topicOf('command_result', rootOf(incoming)), result);
    return true;
  }

  return {
    async take(message, incoming) {
      if (incoming.kind === 'command' && incoming.action !== null && !isAction(incoming.action)) return;
      if (refuseResponseTopic(message, incoming)) return;
      if (incoming.kind === 'command') await command(message, incoming);
      else if (incoming.kind === 'set') await set(message, incoming);
      else if (incoming.kind === 'call') await call(message, incoming);
      else await bridge(message);
    },
  };
}
