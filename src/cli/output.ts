import { stripVTControlCharacters } from 'node:util';
import { GatewayError, messageOf } from '../errors.ts';
import { redactText } from '../log/redact.ts';

/** Where text goes: process.stdout and process.stderr, or a test's own. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

type Colour = 'red' | 'green' | 'yellow' | 'grey';

/** What a command prints: for people, or one JSON value with `--json`. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing with `--json`. */
  line(text: string): void;
  /** Rows with aligned columns, for people; nothing with `--json`. */
  table(rows: readonly (readonly string[])[]): void;
  /** A value, with `--json` only: one line for each call. */
  value(value: unknown): void;
  /** A line on standard error, in both modes. */
  warn(text: string): void;
  /** A line for each line of an error on standard error, or `{"error":{code,message,details}}`. */
  fail(error: unknown): void;
  /** Coloured on a terminal, and as it is when piped. */
  paint(colour: Colour, text: string): string;
}

const codes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, grey: 90 };

export interface OutputOptions {
  stdout: TextStream;
  stderr: TextStream;
  json: boolean;
  colours: boolean;
}

export function createOutput({ stdout, stderr, json, colours }: OutputOptions): Output {
  const value = (value: unknown): void => {
    if (json) stdout.write(`${JSON.stringify(value)}\n`);
  };
  const line = (text: string): void => {
    if (!json) stdout.write(`${text}\n`);
  };
  return {
    json,
    line,
    value,
    table(rows) {
      for (const row of align(rows)) line(row);
    },
    warn(text) {
      stderr.write(`${text}\n`);
    },
    fail(error) {
      const message = redactText(messageOf(error));
      if (json) value({ error: { ...codeOf(error), message } });
      else for (const text of message.split('\n')) stderr.write(`ocpp2mqtt: ${text}\n`);
    },
    paint: (colour, text) => (colours && !json ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text),
  };
}

function codeOf(error: unknown): { code: string; details?: unknown } {
  if (!(error instanceof GatewayError)) return { code: 'internal' };
  return { code: error.code, ...(error.details !== undefined && { details: error.details }) };
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(text));
  }
  return rows.map((row) =>
    row
      .map((text, column) => text + ' '.repeat((widths[column] ?? 0) - widthOf(text)))
      .join('  ')
      .trimEnd(),
  );
}

// Colours take no room.
function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
