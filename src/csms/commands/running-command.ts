import { GatewayError } from '../../errors.ts';
import type { JsonObject } from '../../ocpp/frame.ts';
import { maskSecrets } from '../../ocpp/secrets.ts';
import type { OcppExchange } from '../commands.ts';
import type { CallOutcome, Core, Session } from '../core.ts';
import type { Station } from '../station.ts';
import type { CommandContext } from './context.ts';
import { CommandFailure } from './failure.ts';
import { nearestName } from '../../nearest.ts';
import { callRules } from './versions.ts';
import { retryScheduleMs } from './wait-for-session.ts';
import type { SessionWaiters } from './wait-for-session.ts';

export interface CommandOrder {
  /** Names this run in the log: its record and its result. */
  run: string;
  action: string;
  id: string | null;
  fingerprint: string;
  by: string;
  timeoutMs: number;
  expiresAt: number;
}

/** A command while it runs for one station. */
export interface RunningCommand extends CommandContext {
  readonly exchanges: readonly OcppExchange[];
  /** Resolves with the session, after the earlier program's schedule at most. */
  session(): Promise<Session>;
}

export function createRunningCommand(
  core: Core,
  waiters: SessionWaiters,
  station: Station,
  order: CommandOrder,
): RunningCommand {
  const { clock, options, recorder } = core;
  const exchanges: OcppExchange[] = [];
  let isMarkedSent = false;

  // Durable before the first frame: after a crash the log tells that it was sent, and it is never sent again.
  const markSent = (proceed: () => void): void => {
    if (isMarkedSent) {
      proceed();
      return;
    }
    isMarkedSent = true;
    const { run, action, id, fingerprint, by } = order;
    recorder.note(
      station,
      { record: 'command_sent', run, action, command: id, fingerprint, by },
      clock.now(),
      () => proceed(),
    );
  };

  const session = async (): Promise<Session> => {
    if (station.registration === 'rejected')
      throw notAccepted('the registration of the station was rejected');
    const scheduleMs = retryScheduleMs(options.commandRetryAttempts, options.commandRetryBaseDelay);
    const found = await waiters.wait(station, Math.min(scheduleMs, order.expiresAt - clock.now()));
    if (found !== null) return found;
    throw new CommandFailure(
      clock.now() < order.expiresAt ? 'offline' : 'expired',
      'the station is not connected',
    );
  };

  const call = async (action: string, payload: object): Promise<JsonObject> => {
    const connected = await session();
    const { version } = connected;
    // what is checked and recorded is what goes over the wire
    const request = JSON.parse(JSON.stringify(payload)) as JsonObject;
    checkRequest(connected, action, request);
    if (station.registration === 'pending' && callRules[version].startAndStop.has(action))
      throw notAccepted('the registration of the station is pending');

    const exchange: OcppExchange = { version, action, request: maskSecrets(action, request) };
    const outcome = await connected.call({
      action,
      payload: request,
      timeoutMs: order.timeoutMs,
      // later calls of a command that has begun have their own time
      expiresAt: isMarkedSent ? clock.now() + order.timeoutMs : order.expiresAt,
      beforeWrite: (proceed) => {
        exchanges.push(exchange);
        markSent(proceed);
      },
    });
    return answerOf(outcome, exchange);
  };

  return { core, station, id: order.id, expiresAt: order.expiresAt, exchanges, session, call };
}

function notAccepted(message: string): GatewayError {
  return new GatewayError('not_accepted', message);
}

function checkRequest({ protocol, version }: Session, action: string, request: JsonObject): void {
  const entry = protocol.actions.get(action);
  if (entry === undefined || entry.send || entry.direction === 'station') {
    const toStation = [...protocol.actions.values()].filter(
      ({ direction, send }) => direction !== 'station' && !send,
    );
    const near = nearestName(
      action,
      toStation.map(({ name }) => name),
    );
    throw new GatewayError(
      'unknown_action',
      `${version} has no action ${action} for a station${near === null ? '' : `; did you mean ${near}?`}`,
      { details: { nearest: near } },
    );
  }
  const [first] = protocol.validateRequest(action, request) ?? [];
  if (first === undefined) return;
  throw new GatewayError('invalid_args', `${action}: ${first.message}`, {
    details: { action, path: first.path, rule: first.keyword },
  });
}

const unanswered = {
  timeout: 'no answer in time: the outcome is unknown',
  expired: 'it was not sent before its time was over',
  offline: 'the connection ended before it was sent',
  busy: 'too many commands are waiting for this station',
} as const;

function answerOf(outcome: CallOutcome, exchange: OcppExchange): JsonObject {
  const { action } = exchange;
  if (outcome.type === 'result') {
    const answer = maskSecrets(action, isObject(outcome.payload) ? outcome.payload : {});
    exchange.response = answer;
    return answer;
  }
  if (outcome.type !== 'error')
    throw new CommandFailure(outcome.type, `${action}: ${unanswered[outcome.type]}`);
  const { code } = outcome;
  const description = String(maskSecrets(action, { description: outcome.description })['description']);
  const details = isObject(outcome.details) ? maskSecrets(action, outcome.details) : outcome.details;
  exchange.error = { code, description, details };
  throw new GatewayError('call_error', `${action}: ${code}${description === '' ? '' : `: ${description}`}`, {
    details: { code, description, details },
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
