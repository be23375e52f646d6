import { Type } from '../../../json-schema.ts';
import { argsOf, evse, evseOrStation, idToken, ocppObject, time, transaction } from './schema.ts';

/** Below this an EVSE can offer no current at all (IEC 61851-1). A. */
export const minimumCurrent = 6;

/** Beyond any station: what is above is a slip of the pen. A and W. */
const maximumCurrent = 10_000;
const maximumPower = 10_000_000;

const limits = {
  current: Type.Optional(
    Type.Number({ minimum: 0, maximum: maximumCurrent, description: 'Current of each phase, A.' }),
  ),
  power: Type.Optional(
    Type.Number({ minimum: 0, maximum: maximumPower, description: 'Power of all phases together, W.' }),
  ),
};

const connector = Type.Integer({ minimum: 1, default: 1, description: 'Connector of the EVSE.' });

const onlyEvseOrStation = () =>
  evseOrStation({
    description: 'EVSE; 0 is the whole station. May be omitted where there is only one EVSE.',
  });

export const chargingWords = {
  start: argsOf({
    evse: evse({ default: 1 }),
    id_token: Type.Optional(idToken('Token to start with; REMOTE_ID_TAG when omitted.')),
    current: Type.Optional(
      Type.Number({
        minimum: minimumCurrent,
        maximum: maximumCurrent,
        description: 'Limit of this transaction, A; none when omitted.',
      }),
    ),
    profile: Type.Optional(ocppObject("A charging profile in the version's own form, instead of `current`.")),
  }),
  stop: argsOf({
    transaction: Type.Optional(transaction()),
    evse: Type.Optional(evse()),
  }),
  pause: argsOf({ evse: evse({ default: 1 }) }),
  resume: argsOf({ evse: evse({ default: 1 }) }),
  set_limit: argsOf({
    evse: Type.Optional(onlyEvseOrStation()),
    ...limits,
    phases: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: 'Phases that may be used.' })),
    duration: Type.Optional(
      Type.Integer({ minimum: 1, description: 'How long it holds, s; for good when omitted.' }),
    ),
  }),
  clear_limit: argsOf({ evse: Type.Optional(onlyEvseOrStation()) }),
  set_phases: argsOf({
    evse: evse({ default: 1 }),
    phases: Type.Enum(['auto', 1, 3], {
      description: 'Phases that may be used; `auto` leaves it to the station.',
    }),
  }),
  set_profile: argsOf({
    evse: evseOrStation(),
    profile: ocppObject("A charging profile in the version's own form."),
  }),
  clear_profile: argsOf({
    evse: Type.Optional(evseOrStation()),
    id: Type.Optional(Type.Integer({ description: 'Id of the profile.' })),
    purpose: Type.Optional(Type.String({ description: 'Purpose as in the specification.' })),
    stack_level: Type.Optional(Type.Integer({ minimum: 0, description: 'Stack level.' })),
  }),
  get_schedule: argsOf({
    evse: evseOrStation({ default: 0 }),
    duration: Type.Integer({ minimum: 1, default: 86_400, description: 'How far ahead, s.' }),
    unit: Type.Optional(Type.Enum(['A', 'W'], { description: 'Unit of the answer.' })),
  }),
  unlock: argsOf({ evse: evse({ default: 1 }), connector }),
  set_availability: argsOf({
    evse: evseOrStation({ default: 0 }),
    connector: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Connector of the EVSE; all when omitted.' }),
    ),
    operative: Type.Boolean({ description: 'true: may charge.' }),
  }),
  reserve: argsOf({
    evse: Type.Optional(onlyEvseOrStation()),
    id_token: idToken('Whom it is reserved for.'),
    parent_id_token: Type.Optional(Type.String({ description: 'Group of tokens it is reserved for, too.' })),
    expires_at: time('When the reservation ends.'),
    id: Type.Optional(Type.Integer({ description: 'Id of the reservation; a new one when omitted.' })),
  }),
  cancel_reservation: argsOf({ id: Type.Integer({ description: 'Id of the reservation.' }) }),
  get_transactions: argsOf({ transaction: Type.Optional(transaction()) }),
  set_charging_enabled: argsOf({
    evse: Type.Optional(evse()),
    enabled: Type.Boolean({ description: 'false refuses new authorizations and starts.' }),
  }),
};
