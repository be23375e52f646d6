import { actionOf, payloadText } from '../ocpp/frame-text.ts';
import type { EventHead } from './model.ts';
import type { LogRow } from './ports.ts';

/**
 * The published text of an event: head, frame and answer of the row joined as text, so that a replay gives the
 * same bytes in any later release. A pure function of the row.
 */
export function eventText(row: LogRow): string {
  const head =
    `{"log":"${row.log}","seq":${row.seq},"id":"${row.log}-${row.n}","time":"${isoTime(row.time)}",` +
    `"station":${JSON.stringify(row.station)},${row.meta.slice(1, -1)}`;
  if (row.frame === null || row.version === null) return `${head}}`;
  return (
    `${head},"ocpp":{"version":"${row.version}","action":${JSON.stringify(actionOf(row.frame))},` +
    `"request":${payloadText(row.frame)}${answerText(row.answer)}}}`
  );
}

function answerText(answer: string | null): string {
  if (answer === null) return '';
  if (answer.startsWith('[3')) return `,"response":${payloadText(answer)}`;
  // our own CALLERROR: [4, messageId, code, description, details]
  const [, , code, description, details] = JSON.parse(answer) as [number, string, string, string, unknown];
  return `,"error":${JSON.stringify({ code, description, details })}`;
}

/** The same event without request and response, for a broker whose maximum packet is too small. */
export function truncatedEventText(row: LogRow, bytes: number): string {
  const head = eventText({ ...row, frame: null, answer: null });
  return `${head.slice(0, -1)},"truncated":true,"bytes":${bytes}}`;
}

/** Kind of a row's event; null for an internal record. */
export function eventKind(row: LogRow): EventHead['kind'] | null {
  if (row.seq === null) return null;
  const match = /"kind":"([a-z_]+)"/.exec(row.meta);
  return (match?.[1] as EventHead['kind'] | undefined) ?? null;
}

let lastMs = -1;
let lastText = '';

/** ISO 8601 UTC with milliseconds; several rows of one millisecond share the text. */
export function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}

/** `YYYY-MM-DDTHH:MM:SSZ`: some stations cannot read fractions or offsets. */
export function isoSeconds(ms: number): string {
  return `${isoTime(ms).slice(0, 19)}Z`;
}
