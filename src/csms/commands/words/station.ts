import { Type } from '../../../json-schema.ts';
import { argsOf, evseOrStation, ocppObject, time, url } from './schema.ts';

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const retries = {
  retries: Type.Optional(Type.Integer({ minimum: 0, description: 'How often the station tries again.' })),
  retry_interval: Type.Optional(Type.Integer({ minimum: 0, description: 'Time between two tries, s.' })),
};

const listToken = Type.Union(
  [
    Type.String({ minLength: 1, maxLength: 255 }),
    Type.Object(
      {
        id_token: Type.String({ minLength: 1, maxLength: 255 }),
        type: Type.Optional(Type.String({ description: 'Token type of OCPP 2.x.' })),
        status: Type.Optional(
          Type.String({ description: 'As in the specification; Accepted when omitted.' }),
        ),
        expires_at: Type.Optional(time('When it ends to be accepted.')),
        parent_id_token: Type.Optional(Type.String({ description: 'Its group.' })),
        remove: Type.Optional(
          Type.Boolean({ description: 'Takes it off the list; only with `full` false.' }),
        ),
      },
      { additionalProperties: false },
    ),
  ],
  { description: 'A token, alone or with its status.' },
);

export const stationWords = {
  reset: argsOf({
    type: Type.Enum(['soft', 'hard', 'resume'], {
      default: 'soft',
      description: 'soft: when idle; hard: at once; resume: at once, transactions go on (2.1).',
    }),
    evse: Type.Optional(evseOrStation({ description: 'Only this EVSE (2.x).' })),
  }),
  trigger: argsOf({
    message: Type.String({ description: 'Name of the OCPP message wanted.' }),
    evse: Type.Optional(evseOrStation()),
  }),
  refresh: argsOf({}),
  get_config: argsOf({
    keys: Type.Array(Type.String(), { default: [], description: 'Keys wanted; empty: all.' }),
  }),
  set_config: argsOf({
    key: Type.Optional(Type.String()),
    value: Type.Optional(scalar),
    values: Type.Optional(Type.Record(Type.String(), scalar, { description: 'Several keys at once.' })),
  }),
  get_report: argsOf({
    base: Type.Enum(['full', 'configuration', 'summary'], {
      default: 'full',
      description: 'Which report.',
    }),
  }),
  local_list_send: argsOf({
    tokens: Type.Array(listToken, { description: 'The list, or with `full` false what changes in it.' }),
    full: Type.Boolean({ default: true, description: 'Replaces the list that the station has.' }),
    version: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Version of the list; the next one when omitted.' }),
    ),
  }),
  local_list_version: argsOf({}),
  clear_cache: argsOf({}),
  update_firmware: argsOf({
    url: url('Where the firmware is.'),
    retrieve_at: Type.Optional(time('When to fetch it; now when omitted.')),
    install_at: Type.Optional(time('When to install it.')),
    ...retries,
    signature: Type.Optional(Type.String({ description: 'Signature of the firmware, base64.' })),
    certificate: Type.Optional(Type.String({ description: 'Certificate it was signed with, PEM.' })),
  }),
  get_log: argsOf({
    url: url('Where to upload it.'),
    type: Type.Enum(['diagnostics', 'security'], {
      default: 'diagnostics',
      description: 'Which log.',
    }),
    from: Type.Optional(time('Oldest entry wanted.')),
    to: Type.Optional(time('Newest entry wanted.')),
    ...retries,
  }),
  data_transfer: argsOf({
    vendor_id: Type.String({ maxLength: 255 }),
    message_id: Type.Optional(Type.String({ maxLength: 50 })),
    data: Type.Optional(
      Type.Unknown({ description: 'Text, or JSON that is sent as text where the version wants it.' }),
    ),
  }),
  install_certificate: argsOf({
    type: Type.String({ description: '`csms`, `manufacturer`, or a certificate use of the specification.' }),
    certificate: Type.String({ description: 'PEM.' }),
  }),
  get_certificates: argsOf({
    type: Type.String({
      default: 'csms',
      description: '`csms`, `manufacturer`, or a certificate use of the specification.',
    }),
  }),
  delete_certificate: argsOf({ hash: ocppObject('CertificateHashData as in the specification.') }),
  set_display: argsOf({
    message: Type.String(),
    priority: Type.Optional(Type.String()),
    state: Type.Optional(Type.String()),
    transaction: Type.Optional(Type.String()),
    id: Type.Optional(Type.Integer()),
  }),
  clear_display: argsOf({ id: Type.Integer() }),
  set_authorization: argsOf({
    mode: Type.Enum(['list', 'open', 'external', 'closed'], {
      description: 'Who may charge.',
    }),
  }),
};
