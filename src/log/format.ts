export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** One line of the log: the fields of the call stand beside these. */
export interface LogLine {
  level: LogLevel;
  /** ISO 8601, UTC. */
  time: string;
  message: string;
  [field: string]: unknown;
}

const colourOf: Readonly<Record<LogLevel, number>> = {
  fatal: 35,
  error: 31,
  warn: 33,
  info: 32,
  debug: 36,
  trace: 90,
};

/** `2026-11-22T10:15:00Z INFO  station joined station=charger1`, with a line break. */
export function formatLine({ time, level, message, ...fields }: LogLine, colours: boolean): string {
  const paint = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const words = [
    paint(90, time.replace(/\.\d+Z$/, 'Z')),
    paint(colourOf[level], level.toUpperCase().padEnd(5)),
    oneLine(message),
    ...Object.entries(fields).map(([name, value]) => `${paint(90, `${name}=`)}${formatValue(value)}`),
  ];
  return `${words.join(' ')}\n`;
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return isError(value) ? formatError(value) : JSON.stringify(value);
}

interface SerializedError {
  message: string;
  stack: string;
}

function isError(value: unknown): value is SerializedError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string' &&
    'stack' in value &&
    typeof value.stack === 'string'
  );
}

// The message and the place it comes from; JSON has the whole stack.
function formatError({ message, stack }: SerializedError): string {
  const place = /^\s*at .*?\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
  return place === undefined ? JSON.stringify(message) : `${JSON.stringify(message)} at=${place}`;
}

// A line break in a text from outside must not begin a line that looks like one of ours.
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ⏎ ');
}
