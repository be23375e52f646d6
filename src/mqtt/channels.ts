import type { payloads } from './payloads.ts';
import type { AddressName } from './topics.ts';

/** What is published on the topics of an address. */
export interface Channel {
  summary: string;
  /** `we` publish it, or somebody else does. */
  by: 'we' | 'others';
  qos: 0 | 1;
  retained: boolean;
  /** Name of its schema. */
  payload: keyof typeof payloads;
  /** Where the answer is. */
  reply?: AddressName;
  /** A topic of the earlier program; COMPAT_TOPICS=false drops it. */
  compatible?: true;
}

const state = (summary: string, payload: Channel['payload']): Channel => ({
  summary,
  by: 'we',
  qos: 1,
  retained: true,
  payload,
});
const event = (summary: string, payload: Channel['payload']): Channel => ({
  summary,
  by: 'we',
  qos: 1,
  retained: false,
  payload,
});
const request = (summary: string, payload: Channel['payload'], reply?: AddressName): Channel => ({
  summary,
  by: 'others',
  qos: 1,
  retained: false,
  payload,
  ...(reply !== undefined && { reply }),
});

/** The contract of every address: the other half of the topics table. */
export const channels: Readonly<Record<AddressName, Channel>> = {
  availability: state('Whether the socket of the station is open.', 'Availability'),
  info: state('What the station is.', 'StationInformation'),
  station_state: state('A value of the whole station, and the keys of the earlier program.', 'StateText'),
  evse_state: state('A value of an EVSE.', 'StateText'),
  connector_state: state('A value of a connector, where the EVSE has more than one.', 'StateText'),
  session: state('The running or the last transaction of an EVSE.', 'TransactionState'),
  event: event('Every accepted message, in order and without a gap.', 'Event'),
  replay: event('Events once more, byte for byte, as asked for with the command `replay`.', 'Event'),
  session_event: event('What happens at an EVSE, for home automation.', 'LiveEvent'),
  rfid: event('A token was shown.', 'LiveEvent'),
  command: request('A command to the station.', 'Command', 'command_result'),
  action_command: request(
    'The same for one action, so that an ACL can grant it.',
    'Command',
    'command_result',
  ),
  evse_command: request('The same with `evse` from the topic.', 'Command', 'command_result'),
  command_result: event('Exactly one result for each command.', 'CommandAnswer'),
  command_result_field: { ...state('A field of the last OCPP answer.', 'CompatibleField'), compatible: true },
  station_set: request('A scalar of the station.', 'SetValue', 'command_result'),
  evse_set: request('A scalar of an EVSE.', 'SetValue', 'command_result'),
  call: request('A raw OCPP call.', 'CallMessage', 'call_result'),
  call_result: event('The answer to a raw OCPP call.', 'CallAnswer'),
  raw: { ...event('The text of every frame, `in` or `out`; off by default.', 'RawFrame'), qos: 0 },
  ask: event('A decision that is left to somebody outside.', 'Ask'),
  answer: request('The decision: the OCPP response payload.', 'OcppPayload'),
  bridge_state: state('Whether the gateway runs; its last will.', 'Availability'),
  bridge_info: state('What the gateway is.', 'BridgeInfo'),
  bridge_station: state('A station, registered or waiting to be.', 'BridgeStation'),
  bridge_event: event('What happens to the gateway.', 'BridgeEvent'),
  bridge_log: { ...event('Log lines from the configured level on.', 'LogLine'), qos: 0 },
  bridge_nudge: {
    ...event(
      'Empty: while commands come, it keeps a broker with Nagle’s algorithm from holding them back.',
      'Nothing',
    ),
    qos: 0,
  },
  bridge_command: request('A command to the gateway.', 'Command', 'bridge_command_result'),
  bridge_command_result: event('Exactly one result for each command.', 'CommandAnswer'),
};
