import type { Option } from '../option.ts';

export const stationOptions = {
  LISTEN_ADDR: {
    type: 'string',
    default: '0.0.0.0',
    description: 'Address on which charging stations connect.',
  },
  LISTEN_PORT: {
    type: 'integer',
    minimum: 0,
    maximum: 65_535,
    default: 3000,
    description: 'Port on which charging stations connect; 0 takes a free one.',
  },
  OCPP_JOIN: {
    type: 'string',
    enum: ['open', 'window', 'closed'],
    default: 'window',
    description:
      'Who may join that is not known yet: every station (`open`), stations of the local network until 30 ' +
      'minutes after the first one joined (`window`), or none (`closed`).',
  },
  EXPECTED_CHARGE_POINTS: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    lenient: true,
    allowed: 'a JSON array of texts, such as ["charger1"]',
    description: 'Stations that may always join; each is published as DISCONNECTED at start.',
  },
  HEARTBEAT_INTERVAL: {
    type: 'integer',
    minimum: 1,
    maximum: 86_400,
    default: 300,
    unit: 's',
    description: 'Heartbeat interval given to stations at their boot.',
  },
  OCPP_COMMAND_RETRY_ATTEMPTS: {
    type: 'integer',
    minimum: 0,
    maximum: 100,
    default: 5,
    description: 'How often a command to a station that is briefly away is tried, the first time included.',
  },
  OCPP_COMMAND_RETRY_BASE_DELAY: {
    type: 'number',
    minimum: 0,
    maximum: 3600,
    default: 0.3,
    unit: 's',
    description: 'Wait after the first of these attempts; each further wait is twice as long.',
  },
} as const satisfies Record<string, Option>;
