import { refusalOf } from './json-limits.ts';

export type JsonObject = { [name: string]: unknown };

/** OCPP-J 1.6 §4.1.3, OCPP 2.1 part 4 §4.1.3. */
export const messageTypes = { CALL: 2, CALLRESULT: 3, CALLERROR: 4, CALLRESULTERROR: 5, SEND: 6 } as const;

export type Frame =
  | RequestFrame<'CALL'>
  | RequestFrame<'SEND'>
  | ResultFrame
  | ErrorFrame<'CALLERROR'>
  | ErrorFrame<'CALLRESULTERROR'>;

export interface RequestFrame<Type extends 'CALL' | 'SEND' = 'CALL' | 'SEND'> {
  type: Type;
  messageId: string;
  action: string;
  payload: JsonObject;
}

export interface ResultFrame {
  type: 'CALLRESULT';
  messageId: string;
  payload: JsonObject;
}

export interface ErrorFrame<Type extends 'CALLERROR' | 'CALLRESULTERROR' = 'CALLERROR' | 'CALLRESULTERROR'> {
  type: Type;
  messageId: string;
  /** As sent, in whatever spelling. */
  code: string;
  description: string;
  details: unknown;
}

/** A text that is no frame, with what could be read of it. */
export interface BrokenFrame {
  type: 'broken';
  /**
   * `unreadable`: no JSON, refused JSON, no array, no message type. `malformed`: a frame of a known type whose
   * elements are wrong. `payload_not_object`: only the payload is wrong.
   */
  violation: 'unreadable' | 'unknown_message_type' | 'malformed' | 'payload_not_object';
  /** For a log line and an error description; safe to show. */
  reason: string;
  messageType: number | null;
  messageId: string | null;
  action: string | null;
}

/**
 * Reads a frame; never throws. Tolerated: a numeric message id (becomes its text), ids longer than 36
 * characters, a payload of `null` (an empty one), a CALLERROR with 3 to 5 elements and any details.
 */
export function parseFrame(text: string): Frame | BrokenFrame {
  let elements: unknown;
  try {
    elements = JSON.parse(text);
  } catch {
    return brokenText(text, 'not readable as JSON');
  }
  const refusal = refusalOf(text, elements);
  if (refusal !== null) return brokenText(text, refusal);
  if (!Array.isArray(elements)) return broken('unreadable', 'not a JSON array');
  return parseElements(elements);
}

function parseElements(elements: readonly unknown[]): Frame | BrokenFrame {
  const messageType = elements[0];
  const messageId = readMessageId(elements[1]);
  if (typeof messageType !== 'number') {
    return broken('unreadable', 'the first element is no message type', { messageId });
  }
  const read = { messageType, messageId };
  switch (messageType) {
    case messageTypes.CALL:
    case messageTypes.SEND:
      return parseRequest(messageType === messageTypes.CALL ? 'CALL' : 'SEND', elements, read);
    case messageTypes.CALLRESULT:
      return parseResult(elements, read);
    case messageTypes.CALLERROR:
    case messageTypes.CALLRESULTERROR:
      return parseError(
        messageType === messageTypes.CALLERROR ? 'CALLERROR' : 'CALLRESULTERROR',
        elements,
        read,
      );
    default:
      return broken('unknown_message_type', `unknown message type ${messageType}`, read);
  }
}

type Read = Pick<BrokenFrame, 'messageType' | 'messageId'>;

function parseRequest(
  type: RequestFrame['type'],
  elements: readonly unknown[],
  read: Read,
): Frame | BrokenFrame {
  const [, , action, rawPayload] = elements;
  if (read.messageId === null) return broken('malformed', 'the message id is no string', read);
  if (typeof action !== 'string') return broken('malformed', 'the action is no string', read);
  if (elements.length !== 4)
    return broken('malformed', `${elements.length} elements instead of 4`, { ...read, action });
  const payload = readPayload(rawPayload);
  if (payload === null) return broken('payload_not_object', 'the payload is no object', { ...read, action });
  return { type, messageId: read.messageId, action, payload };
}

function parseResult(elements: readonly unknown[], read: Read): Frame | BrokenFrame {
  if (read.messageId === null) return broken('malformed', 'the message id is no string', read);
  if (elements.length !== 3) return broken('malformed', `${elements.length} elements instead of 3`, read);
  const payload = readPayload(elements[2]);
  if (payload === null) return broken('payload_not_object', 'the payload is no object', read);
  return { type: 'CALLRESULT', messageId: read.messageId, payload };
}

function parseError(type: ErrorFrame['type'], elements: readonly unknown[], read: Read): Frame | BrokenFrame {
  const [, , code, description = '', details = {}] = elements;
  if (read.messageId === null) return broken('malformed', 'the message id is no string', read);
  if (typeof code !== 'string') return broken('malformed', 'the error code is no string', read);
  if (elements.length > 5) return broken('malformed', `${elements.length} elements instead of 5`, read);
  const words = typeof description === 'string' ? description : JSON.stringify(description);
  return { type, messageId: read.messageId, code, description: words, details };
}

function readMessageId(element: unknown): string | null {
  if (typeof element === 'string') return element;
  return Number.isSafeInteger(element) ? String(element) : null;
}

/** `null` stands for an empty payload. OCPP-J 1.6 §4.2.1, OCPP 2.1 part 4 §4.1.5. */
function readPayload(element: unknown): JsonObject | null {
  if (element === null) return {};
  return typeof element === 'object' && !Array.isArray(element) ? (element as JsonObject) : null;
}

const readableHead = /^\s*\[\s*(\d)\s*,\s*"([^"\\]{1,255})"(?:\s*,\s*"([^"\\]{1,255})")?/;

/** What can still be read of a text that cannot be accepted as JSON. */
function brokenText(text: string, reason: string): BrokenFrame {
  const [, messageType, messageId = null, third = null] = readableHead.exec(text) ?? [];
  if (messageType === undefined) return broken('unreadable', reason);
  const isRequest = messageType === '2' || messageType === '6';
  return broken('unreadable', reason, {
    messageType: Number(messageType),
    messageId,
    action: isRequest ? third : null,
  });
}

function broken(
  violation: BrokenFrame['violation'],
  reason: string,
  read: Partial<Pick<BrokenFrame, 'messageType' | 'messageId' | 'action'>> = {},
): BrokenFrame {
  return { type: 'broken', violation, reason, messageType: null, messageId: null, action: null, ...read };
}
