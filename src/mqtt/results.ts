import type { CommandResult } from '../csms/commands.ts';
import type { GatewayError } from '../errors.ts';
import type { BusMessage, Publication } from './bus.ts';
import type { CallAnswer } from './payloads.ts';

/** The result of a message that could not be handed on. */
export function refusal(id: string | null, action: string, error: GatewayError): CommandResult {
  const { code, message, details } = error;
  return {
    id,
    action,
    status: 'error',
    error: { code, message, ...(details !== undefined && { details }) },
    ocpp: [],
    ms: 0,
  };
}

/** The answer of a raw call, in the words of OCPP-J's CALLRESULT and CALLERROR. */
export function callAnswer({ id, status, result, error, ocpp }: CommandResult): CallAnswer {
  if (status === 'accepted') return { id, status: 'ok', payload: result ?? {} };
  const answered = ocpp.at(-1)?.error;
  return {
    id,
    status: 'error',
    error: answered ?? {
      code: error?.code ?? status,
      description: error?.message ?? '',
      details: error?.details ?? {},
    },
  };
}

/**
 * The fields of the earlier program: those of the station's answer, or what went wrong. Nothing where nothing was
 * sent and nothing failed.
 */
export function compatibleFields({ action, status, error, ocpp }: CommandResult): Map<string, string> {
  const fields = new Map<string, string>();
  const response = ocpp.at(-1)?.response;
  if (status === 'accepted' || status === 'rejected') {
    if (typeof response !== 'object' || response === null) return fields;
    for (const [name, value] of Object.entries(response)) fields.set(snakeCase(name), fieldText(value));
  } else if (status !== 'duplicate' && status !== 'superseded') {
    fields.set('status', 'error');
    fields.set('action', action);
    fields.set('error', error?.message ?? status);
  }
  return fields;
}

/** `configurationKey`, `unknownKey`: the earlier program had the names of Python. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]+/g, (capitals) => `_${capitals.toLowerCase()}`).replace(/^_/, '');
}

function fieldText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The publications that answer a message: on its own Response Topic when it names one, and on ours.
 * MQTT 5 §4.10.
 */
export function answersTo(message: BusMessage, ownTopic: string, payload: string): Publication[] {
  const own: Publication = { topic: ownTopic, payload, qos: 1, retain: false };
  if (message.responseTopic === undefined) return [own];
  const { responseTopic, correlationData } = message;
  const reply = { ...own, topic: responseTopic, ...(correlationData !== undefined && { correlationData }) };
  return [reply, own];
}
