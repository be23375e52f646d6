import { Type } from '../json-schema.ts';
import type { Static, TSchema } from 'typebox';

/**
 * Every public payload: schema and type. Checked on the way in; on the way out it is the contract that
 * `docs/asyncapi.yaml` prints. Times are ISO 8601 UTC with `Z`.
 */

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const Time = Type.String({ description: 'ISO 8601 UTC.', examples: ['2026-11-22T10:15:00Z'] });
const Version = Type.Enum(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']);
const Json = Type.Unknown({ description: 'Any JSON value.' });

const Exchange = Type.Object(
  {
    version: Version,
    action: Type.String(),
    request: Json,
    response: Type.Optional(Json),
    error: Type.Optional(Json),
  },
  { description: 'A request of OCPP as received or sent, and what answered it.' },
);

const Availability = Type.Enum(['online', 'offline']);

const StateText = Type.String({
  description: 'A plain value: a number in W, kWh, A, V, %, °C or s, a word, ON or OFF.',
});

const StationInformation = Type.Object(
  {},
  {
    additionalProperties: true,
    description: 'Vendor, model, serial number, firmware, OCPP version, EVSEs, features.',
  },
);

const TransactionState = Type.Object(
  {
    id: Type.String(),
    start: Time,
    end: Type.Optional(Time),
    energy: Type.Optional(Type.Number({ description: 'kWh' })),
    duration: Type.Number({ description: 's' }),
    id_token: Type.Optional(Type.String()),
    meter_start: Type.Optional(Type.Number({ description: 'kWh' })),
    meter_stop: Type.Optional(Type.Number({ description: 'kWh' })),
    cost: Type.Optional(Type.Number()),
    currency: Type.Optional(Type.String()),
    stop_reason: Type.Optional(Type.String()),
    signed: Type.Enum(['start', 'end', 'both', 'none']),
  },
  {
    additionalProperties: true,
    description: 'The running or the last transaction of the EVSE; what is not known is absent.',
  },
);

/** Kinds of `S/event/<kind>`. */
export const eventKinds = [
  'connection',
  'boot',
  'status',
  'authorization',
  'transaction',
  'meter',
  'command',
  'firmware',
  'log',
  'security',
  'reservation',
  'smart_charging',
  'display',
  'report',
  'certificate',
  'data_transfer',
  'other',
] as const;

const Event = Type.Object(
  {
    log: Type.String({ description: 'Id of the log; (station, log, seq) is the key of an event.' }),
    seq: Type.Integer({ minimum: 1, description: 'Gapless and increasing per station within one log.' }),
    id: Type.String(),
    time: Time,
    station: Type.String(),
    kind: Type.Enum(eventKinds),
    event: Type.String({ description: 'started, changed, received...' }),
    evse: Type.Optional(Type.Integer()),
    connector: Type.Optional(Type.Integer()),
    transaction: Type.Optional(Type.String()),
    id_token: Type.Optional(Type.String()),
    meter: Type.Optional(Type.Number({ description: 'kWh' })),
    anomalies: Type.Optional(Type.Array(Type.String())),
    ocpp: Type.Optional(
      Type.Union([Exchange, Type.Array(Exchange)], { description: 'A list in the event of a command.' }),
    ),
    truncated: Type.Optional(
      Type.Literal(true, { description: 'Above the maximum packet of the broker; the whole is in the log.' }),
    ),
    bytes: Type.Optional(Type.Integer()),
  },
  { additionalProperties: true, description: 'One accepted message, or one change the gateway observed.' },
);

const LiveEvent = Type.Object(
  { event_type: Type.String() },
  { additionalProperties: true, description: 'Live only: never replayed, dropped when older than 60 s.' },
);

/** What a command may say besides its arguments. */
const bounds = {
  id: Type.Optional(Nullable(Type.Union([Type.String({ minLength: 1, maxLength: 255 }), Type.Integer()]))),
  timeout: Type.Optional(Nullable(Type.Number({ exclusiveMinimum: 0, maximum: 86_400, description: 's' }))),
};

export const Command = Type.Object(
  {
    action: Type.Optional(
      Type.String({ minLength: 1, description: 'May be omitted where the topic names it.' }),
    ),
    args: Type.Optional(Json),
    ...bounds,
    expires_at: Type.Optional(Nullable(Time)),
  },
  { description: 'A command: a plain word, or a name of the earlier program.' },
);
export type Command = Static<typeof Command>;

const CommandAnswer = Type.Object(
  {
    id: Nullable(Type.String()),
    action: Type.String(),
    status: Type.Enum([
      'accepted',
      'rejected',
      'error',
      'offline',
      'expired',
      'timeout',
      'superseded',
      'duplicate',
      'denied',
      'busy',
    ]),
    result: Type.Optional(Json),
    error: Type.Optional(
      Type.Object({ code: Type.String(), message: Type.String(), details: Type.Optional(Json) }),
    ),
    ocpp: Type.Array(Exchange),
    ms: Type.Number(),
  },
  { description: 'Exactly one for each received message.' },
);

export const Call = Type.Object(
  { ...bounds, payload: Type.Object({}, { additionalProperties: true }) },
  {
    additionalProperties: false,
    description: 'The OCPP request in an envelope; without one it is the request itself.',
  },
);
export type Call = Static<typeof Call>;

const OcppPayload = Type.Object(
  {},
  { additionalProperties: true, description: 'An OCPP payload, spelled as in the specification.' },
);

const CallMessage = Type.Union([Call, OcppPayload]);

const CallAnswer = Type.Union([
  Type.Object({ id: Nullable(Type.String()), status: Type.Literal('ok'), payload: Json }),
  Type.Object({
    id: Nullable(Type.String()),
    status: Type.Literal('error'),
    error: Type.Object({ code: Type.String(), description: Type.String(), details: Json }),
  }),
]);
export type CallAnswer = Static<typeof CallAnswer>;

const SetValue = Type.String({ description: 'ON, OFF, a number, none, or a word of the key.' });

const CompatibleField = Type.String({ description: 'One field of the OCPP answer; lists as JSON.' });

const RawFrame = Type.String({ description: 'The text of an OCPP frame, secrets masked.' });

const Ask = Type.Object({
  id: Type.String(),
  deadline: Time,
  request: Json,
  evse: Type.Optional(Type.Integer()),
});
export type Ask = Static<typeof Ask>;

const BridgeInfo = Type.Object(
  { version: Type.String(), node: Type.String(), started: Time },
  { additionalProperties: true, description: 'Broker, listeners and options, without secrets.' },
);

const BridgeStation = Type.Object({
  id: Type.String(),
  name: Nullable(Type.String()),
  topic: Type.String({ description: 'The topic of the station, S.' }),
  online: Type.Boolean(),
  version: Nullable(Version),
  evses: Type.Array(Type.Integer()),
  joined: Type.Boolean(),
});
export type BridgeStation = Static<typeof BridgeStation>;

const BridgeEvent = Type.Object(
  {
    time: Time,
    event: Type.Enum([
      'station_joined',
      'station_pending',
      'station_refused',
      'station_removed',
      'takeover',
      'event_parked',
      'log_started',
      'alarm',
    ]),
    station: Type.Optional(Type.String()),
  },
  { additionalProperties: true },
);

const LogLine = Type.Object(
  { level: Type.String(), time: Time, message: Type.String() },
  { additionalProperties: true },
);

const Nothing = Type.String({ maxLength: 0, description: 'No payload.' });

/** Every payload by the name that the contract's document gives it. */
export const payloads = {
  Availability,
  StateText,
  StationInformation,
  TransactionState,
  Event,
  LiveEvent,
  Command,
  CommandAnswer,
  OcppPayload,
  CallMessage,
  CallAnswer,
  SetValue,
  CompatibleField,
  RawFrame,
  Ask,
  BridgeInfo,
  BridgeStation,
  BridgeEvent,
  LogLine,
  Nothing,
};
