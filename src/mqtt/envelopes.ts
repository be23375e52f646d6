import { Ajv } from 'ajv';
import type { CommandRequest } from '../csms/commands.ts';
import { GatewayError } from '../errors.ts';
import { readObject } from './json.ts';
import { Call, Command } from './payloads.ts';

/** What a message asks for, without where it came from. */
export type Asked = Pick<
  CommandRequest,
  'action' | 'args' | 'id' | 'timeoutSeconds' | 'expiresAt' | 'fingerprint'
>;

// strict mode does not know the keywords of documentation
const ajv = new Ajv({ strict: false, strictNumbers: true });
const isCommand = ajv.compile<Command>(Command);
const isCall = ajv.compile<Call>(Call);

/**
 * Reads the payload of a command topic. `action` is the one that the topic names, `evse` likewise. Throws
 * `invalid_json` or `invalid_payload`.
 */
export function readCommand(payload: Buffer, topic: { action: string | null; evse: number | null }): Asked {
  const envelope = readObject(payload);
  if (!isCommand(envelope)) throw invalid(isCommand.errors?.[0]);
  const action = envelope.action ?? topic.action;
  if (action === null) throw new GatewayError('invalid_payload', '`action` is missing.');
  if (topic.action !== null && action !== topic.action)
    throw new GatewayError('invalid_payload', `The topic names ${topic.action}, the payload ${action}.`);
  return asked(action, topic.evse === null ? envelope.args : withEvse(envelope.args, topic.evse), envelope);
}

/** Reads the payload of a call topic: the OCPP request, alone or in an envelope. */
export function readCall(payload: Buffer, action: string): Asked {
  const value = readObject(payload);
  // no request of OCPP has a field of this name
  if (!('payload' in value)) return asked(action, value, {});
  if (!isCall(value)) throw invalid(isCall.errors?.[0]);
  return asked(action, value.payload, value);
}

/** The id that a payload gives itself, for the answer to one that is otherwise of no use. */
export function idOf(payload: Buffer): string | null {
  try {
    const { id } = readObject(payload);
    return typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, 255) : null;
  } catch {
    return null;
  }
}

function asked(
  action: string,
  args: unknown,
  { id, timeout, expires_at }: Pick<Command, 'id' | 'timeout' | 'expires_at'>,
): Asked {
  return {
    action,
    args,
    id: id === undefined || id === null ? null : String(id),
    timeoutSeconds: timeout ?? null,
    expiresAt: expires_at ?? null,
    fingerprint: JSON.stringify([action, args ?? null]),
  };
}

function withEvse(args: unknown, evse: number): unknown {
  if (args === undefined || args === null) return { evse };
  if (typeof args !== 'object' || Array.isArray(args))
    throw new GatewayError('invalid_payload', '`args` must be an object on the topic of an EVSE.');
  if ('evse' in args && args.evse !== evse)
    throw new GatewayError(
      'invalid_payload',
      `The topic names EVSE ${evse}, the payload ${String(args.evse)}.`,
    );
  return { ...args, evse };
}

function invalid(error: { instancePath: string; message?: string } | undefined): GatewayError {
  return new GatewayError(
    'invalid_payload',
    `${error?.instancePath || '/'} ${error?.message ?? 'is not allowed'}`,
  );
}
