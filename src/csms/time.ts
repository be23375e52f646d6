/** Times as stations write them (ISO 8601, more or less), and what the gateway makes of them. */

export interface ReadTime {
  /** ISO 8601 UTC with `Z`. */
  text: string;
  /** ms since 1970. */
  ms: number;
  /** null when it was as the specification wants it. */
  anomaly: 'timestamp_without_zone' | 'timestamp_short_offset' | 'timestamp_invalid' | null;
}

const zulu = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const withoutZone = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?$/;
const shortOffset = /^(.*[T ]\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d)(\d\d)?$/;

const dateAndTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** Reads a timestamp; what cannot be read becomes `fallbackMs`, the time of acceptance. */
export function readTime(text: string, fallbackMs: number): ReadTime {
  if (zulu.test(text)) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms) && isRealDay(text, ms)) return { text, ms, anomaly: null };
    return invalid(fallbackMs);
  }
  if (withoutZone.test(text)) {
    // local time of an unknown zone: read as UTC, and said so
    return read(`${text.replace(' ', 'T')}Z`, 'timestamp_without_zone', fallbackMs);
  }
  const short = shortOffset.exec(text);
  if (short !== null) return read(`${short[1]}:${short[2] ?? '00'}`, 'timestamp_short_offset', fallbackMs);
  // Date.parse makes a year of a lone number, too
  return dateAndTime.test(text) ? read(text, null, fallbackMs) : invalid(fallbackMs);
}

function read(text: string, anomaly: ReadTime['anomaly'], fallbackMs: number): ReadTime {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? invalid(fallbackMs) : { text: new Date(ms).toISOString(), ms, anomaly };
}

function invalid(fallbackMs: number): ReadTime {
  return { text: new Date(fallbackMs).toISOString(), ms: fallbackMs, anomaly: 'timestamp_invalid' };
}

/** Date.parse rolls 29 February of a common year over into March. */
function isRealDay(text: string, ms: number): boolean {
  return (
    text.charCodeAt(8) < 0x32 ||
    text.slice(8, 10) <= '28' ||
    Number(text.slice(8, 10)) === new Date(ms).getUTCDate()
  );
}
