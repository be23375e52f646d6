import type { Logger } from 'pino';
import { pino } from 'pino';
import type { LogLevel, LogLine } from './log/format.ts';
import { formatLine } from './log/format.ts';
import { redactFields, redactText } from './log/redact.ts';
import { createRotatingFile } from './log/rotating-file.ts';

export type { LogLevel, LogLine } from './log/format.ts';

type LogFields = Readonly<Record<string, unknown>>;

type Write = (fields: LogFields, message: string) => void;

/** What every part logs with. Secrets in fields and message are masked; an error goes into the field `err`. */
export interface Log extends Readonly<Record<LogLevel, Write>> {
  /** A log that adds these fields to every line. */
  child(fields: LogFields): Log;
}

/** The log at its source: `level` may be set at any time and holds for every child. */
export interface RootLog extends Log {
  level: LogLevel;
  /** Calls `listener` for every line from `level` on, until the returned function is called. */
  onLine(level: LogLevel, listener: (line: LogLine) => void): () => void;
  close(): void;
}

export interface LogOptions {
  level: LogLevel;
  format: 'text' | 'json';
  output: { write(text: string): unknown; readonly isTTY?: boolean };
  /** `maxSize` in bytes. */
  file?: { path: string; maxSize: number; backupCount: number } | undefined;
  /** Milliseconds since 1970. */
  now?: () => number;
}

interface Listener {
  least: number;
  run: (line: LogLine) => void;
}

/** A log on `output`, and in a file when one is given. Every line is written before the call returns. */
export function createLog({ level, format, output, file, now = Date.now }: LogOptions): RootLog {
  const severity = pino.levels.values;
  const listeners = new Set<Listener>();
  const colours = output.isTTY === true;
  let least = severity[level] ?? 0;
  let isTelling = false;

  const rotatingFile =
    file &&
    createRotatingFile({
      ...file,
      onFailure: (error) => root.warn({ err: error, file: file.path }, 'the log file cannot be written'),
    });

  const tell = (line: LogLine): void => {
    // A listener that logs must not be called with what it says.
    if (isTelling) return;
    isTelling = true;
    try {
      for (const { least, run } of listeners) if ((severity[line.level] ?? 0) >= least) run(line);
    } finally {
      isTelling = false;
    }
  };
  const write = (json: string): void => {
    const line = JSON.parse(json) as LogLine;
    output.write(format === 'json' ? json : formatLine(line, colours));
    rotatingFile?.write(format === 'json' ? json : formatLine(line, false));
    tell(line);
  };

  const logger = pino(
    {
      base: null,
      messageKey: 'message',
      level: 'trace',
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: loggable,
      },
      hooks: {
        // The level lives here and not in pino's loggers, so that it holds for the children too.
        logMethod(args, method, level) {
          if (level >= least) method.apply(this, args);
        },
        streamWrite: redactText,
      },
    },
    { write },
  );

  const root: RootLog = {
    ...logOf(logger),
    get level() {
      return level;
    },
    set level(next) {
      level = next;
      least = severity[next] ?? 0;
    },
    onLine(level, run) {
      const listener = { least: severity[level] ?? 0, run };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => rotatingFile?.close(),
  };
  return root;
}

// Masked, and without fields that would pass for what every line has.
function loggable(fields: LogFields): Record<string, unknown> {
  const { level, time, message, ...others } = redactFields(fields);
  return {
    ...others,
    ...(level !== undefined && { level_: level }),
    ...(time !== undefined && { time_: time }),
    ...(message !== undefined && { message_: message }),
  };
}

function logOf(logger: Logger): Log {
  const writer =
    (level: LogLevel): Write =>
    (fields, message) =>
      logger[level](fields, message);
  return {
    fatal: writer('fatal'),
    error: writer('error'),
    warn: writer('warn'),
    info: writer('info'),
    debug: writer('debug'),
    trace: writer('trace'),
    child: (fields) => logOf(logger.child(loggable(fields))),
  };
}
