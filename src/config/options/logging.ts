import type { Option } from '../option.ts';

export const loggingOptions = {
  LOG_LEVEL: {
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    // The names of Python's levels, which the earlier program took.
    synonyms: { critical: 'fatal', warning: 'warn', notset: 'trace' },
    default: 'info',
    description: 'Least level that is logged; CRITICAL, WARNING and NOTSET are understood too.',
  },
  LOG_FORMAT: {
    type: 'string',
    enum: ['text', 'json'],
    default: 'text',
    replaced: { pattern: '[%{$]', by: 'LOG_FORMAT is text or json now' },
    description: 'Lines for people or JSON. A format of the earlier program is accepted and not used.',
  },
  LOG_DATE_FORMAT: {
    type: 'string',
    replaced: { pattern: '', by: 'times are ISO 8601 in UTC now' },
    unset: 'times are ISO 8601 in UTC',
    description: 'Accepted from the earlier program and not used.',
  },
  LOG_FILE: {
    type: 'string',
    unset: 'standard output only',
    description: 'File to which the log is written too.',
  },
  LOG_MAX_SIZE: {
    type: 'integer',
    minimum: 0,
    default: 10_485_760,
    unit: 'bytes',
    description: 'Size at which the log file is set aside and a new one begun; 0 never does.',
  },
  LOG_BACKUP_COUNT: {
    type: 'integer',
    minimum: 0,
    maximum: 1000,
    default: 5,
    description: 'How many earlier log files are kept (`name.1`, `name.2`, ...); with 0 the file only grows.',
  },
} as const satisfies Record<string, Option>;
