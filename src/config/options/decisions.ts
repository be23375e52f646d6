import type { Option } from '../option.ts';

export const decisionOptions = {
  AUTHORIZATION: {
    type: 'string',
    enum: ['list', 'open', 'external', 'closed'],
    unset: '`list` when AUTHORIZED_TAG_ID_LIST is set or a token is stored, else `open`',
    description:
      'Who may charge: the known tokens (`list`), everybody (`open`), whom an MQTT client allows ' +
      '(`external`), or nobody (`closed`).',
  },
  AUTHORIZED_TAG_ID_LIST: {
    type: 'array',
    items: { type: 'string' },
    allowed: 'a JSON array of texts, such as ["04A3B2C1"]',
    unset: 'the stored tokens alone',
    description: 'Tokens that may charge, besides the stored ones.',
  },
  REMOTE_ID_TAG: {
    type: 'string',
    maxLength: 36,
    allowed: 'a text of at most 36 characters',
    default: 'ocpp2mqtt',
    description: 'Token of the starts that are sent without one; accepted for these starts.',
  },
  DELEGATE: {
    type: 'array',
    items: { type: 'string', pattern: '^[A-Z][A-Za-z0-9]*$' },
    default: [],
    commas: true,
    allowed: 'names of OCPP messages with commas between them, such as Authorize,BootNotification',
    description: 'OCPP messages whose answer is asked of an MQTT client.',
  },
  ASK_TIMEOUT: {
    type: 'number',
    exclusiveMinimum: 0,
    maximum: 300,
    default: 5,
    unit: 's',
    description: 'How long an MQTT client may take to decide.',
  },
  ASK_FALLBACK: {
    type: 'string',
    enum: ['list', 'accept', 'reject'],
    default: 'list',
    description:
      'What holds when it does not: what the gateway decides by itself, for a token by the known ones ' +
      '(`list`), yes (`accept`), or no (`reject`).',
  },
  PRIVILEGED_COMMANDS: {
    type: 'string',
    enum: ['anywhere', 'own_topic', 'off'],
    default: 'anywhere',
    description:
      'Where firmware, log, certificate, key and network commands and hard resets are taken: on every ' +
      'command topic, only on the topic of that one action, or nowhere.',
  },
  PRICE_PER_KWH: {
    type: 'number',
    minimum: 0,
    unset: 'no cost is published',
    description: 'Price of a kWh, in CURRENCY.',
  },
  CURRENCY: {
    type: 'string',
    pattern: '^[A-Z]{3}$',
    allowed: 'a code of three capital letters, such as EUR (ISO 4217)',
    default: 'EUR',
    description: 'Currency of PRICE_PER_KWH.',
  },
} as const satisfies Record<string, Option>;
