import { messageTypes } from './frame.ts';
import type { JsonObject } from './frame.ts';

/** Frames as text: making them, and cutting the payload out of one without reading it again. */

/** An object, or a JSON text of one that is put in as it is. */
export type Payload = JsonObject | string;

export function formatCall(messageId: string, action: string, payload: Payload): string {
  return `[${messageTypes.CALL},${JSON.stringify(messageId)},${JSON.stringify(action)},${textOf(payload)}]`;
}

export function formatSend(messageId: string, action: string, payload: Payload): string {
  return `[${messageTypes.SEND},${JSON.stringify(messageId)},${JSON.stringify(action)},${textOf(payload)}]`;
}

export function formatCallResult(messageId: string, payload: Payload): string {
  return `[${messageTypes.CALLRESULT},${JSON.stringify(messageId)},${textOf(payload)}]`;
}

export function formatCallError(
  messageId: string,
  code: string,
  description = '',
  details: JsonObject = {},
): string {
  return `[${messageTypes.CALLERROR},${errorElements(messageId, code, description, details)}]`;
}

/** Tells the other side that its CALLRESULT could not be processed. OCPP 2.1 part 4 §4.2.3. */
export function formatCallResultError(
  messageId: string,
  code: string,
  description = '',
  details: JsonObject = {},
): string {
  return `[${messageTypes.CALLRESULTERROR},${errorElements(messageId, code, description, details)}]`;
}

function errorElements(messageId: string, code: string, description: string, details: JsonObject): string {
  // errorDescription is a string[255]. OCPP 2.1 part 4 §4.2.3, table 7.
  const short = description.length > 255 ? `${description.slice(0, 254)}…` : description;
  return `${JSON.stringify(messageId)},${JSON.stringify(code)},${JSON.stringify(short)},${JSON.stringify(details)}`;
}

function textOf(payload: Payload): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/**
 * The payload of a CALL, CALLRESULT or SEND exactly as it stands in the frame, for embedding it elsewhere byte
 * for byte. Only for texts that `parseFrame` accepted.
 */
export function payloadText(frameText: string): string {
  const third = behindElement(frameText, behindElement(frameText, frameText.indexOf('[') + 1));
  // The third element is the action, or else already the payload, which is an object or null.
  const hasAction = frameText.charAt(skipBlanks(frameText, third)) === '"';
  const start = hasAction ? behindElement(frameText, third) : third;
  return frameText.slice(start, frameText.lastIndexOf(']')).trim();
}

/** The action of a CALL or SEND; '' for any other text. Only certain for texts that `parseFrame` accepted. */
export function actionOf(frameText: string): string {
  const second = behindElement(frameText, frameText.indexOf('[') + 1);
  const type = Number(frameText.slice(frameText.indexOf('[') + 1, second - 1));
  if (type !== messageTypes.CALL && type !== messageTypes.SEND) return '';
  const third = behindElement(frameText, second);
  const quoted = frameText.slice(third, behindElement(frameText, third) - 1).trim();
  return quoted.includes('\\') ? unquote(quoted) : quoted.slice(1, -1);
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return '';
  }
}

/** Position behind the comma that follows the string or number at `from`. */
function behindElement(text: string, from: number): number {
  const at = skipBlanks(text, from);
  if (text.charAt(at) !== '"') return text.indexOf(',', at) + 1;
  let quote = text.indexOf('"', at + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return text.indexOf(',', quote) + 1;
}

/** Is there an odd number of backslashes before this position? */
function isEscaped(text: string, position: number): boolean {
  let at = position;
  while (text.charAt(at - 1) === '\\') at--;
  return (position - at) % 2 === 1;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at++;
  return at;
}
