import { actionOf, payloadText } from '../ocpp/frame-text.ts';

/** Longest line about a frame. */
const width = 160;

/** A frame as a line for people: `StatusNotification connectorId=1 status=Charging`. */
export function describeFrame(text: string): string {
  const action = actionOf(text);
  const type = /^\s*\[\s*(\d)/.exec(text)?.[1];
  const what = action !== '' ? action : type === '3' ? 'answer' : 'error';
  const fields = type === '4' ? text : fieldsOf(payloadText(text));
  const line = `${what} ${fields}`.trim();
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

function fieldsOf(payload: string): string {
  try {
    return flatten('', JSON.parse(payload)).join(' ');
  } catch {
    return payload;
  }
}

function flatten(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return [`${name}=[${value.length}]`];
  if (typeof value !== 'object' || value === null) return [`${name}=${String(value)}`];
  return Object.entries(value).flatMap(([key, part]) => flatten(name === '' ? key : `${name}.${key}`, part));
}
