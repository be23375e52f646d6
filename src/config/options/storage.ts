import type { Option } from '../option.ts';

export const storageOptions = {
  DATA_DIR: {
    type: 'string',
    default: './data',
    description: 'Folder of the database.',
  },
  DATABASE_URL: {
    type: 'string',
    unset: 'SQLite in DATA_DIR',
    description: 'Another database. This version has a driver for SQLite in DATA_DIR only: leave it unset.',
  },
  RETENTION_DAYS: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 30,
    unit: 'days',
    description: 'How long events are kept for a replay.',
  },
  RETENTION_MAX_GB: {
    type: 'number',
    exclusiveMinimum: 0,
    default: 10,
    unit: 'GB',
    description:
      'Size of the event log at which its oldest events go before their time, never unpublished ones.',
  },
  CONFIG_FILE: {
    type: 'string',
    unset: '`ocpp2mqtt.yaml` in the working folder, else in DATA_DIR',
    description: 'File with settings. It cannot name another one.',
  },
} as const satisfies Record<string, Option>;
