import { describe } from 'node:test';
import { profile, running, testCommands, url } from '../../../test/support/command-cases.ts';
import type { CommandCase } from '../../../test/support/command-cases.ts';
import { earlierNames } from './earlier-names.ts';

const snakeProfile = {
  charging_profile_id: 8,
  stack_level: 2,
  charging_profile_purpose: 'TxDefaultProfile',
  charging_profile_kind: 'Relative',
  charging_schedule: {
    charging_rate_unit: 'A',
    charging_schedule_period: [{ start_period: 0, limit: 20, number_phases: null }],
  },
};
const cases: CommandCase[] = [
  {
    name: 'cancel_reservation',
    action: 'cancel_reservation',
    args: { reservation_id: 5 },
    sent: [['CancelReservation', { reservationId: 5 }]],
  },
  {
    name: 'change_availability',
    action: 'change_availability',
    args: { connector_id: 1, type: 'Inoperative' },
    sent: [['ChangeAvailability', { connectorId: 1, type: 'Inoperative' }]],
  },
  {
    name: 'change_configuration',
    action: 'change_configuration',
    args: { key: 'StartChargingAfterConnect', value: 'true' },
    sent: [['ChangeConfiguration', { key: 'StartChargingAfterConnect', value: 'true' }]],
  },
  { name: 'clear_cache', action: 'clear_cache', args: {}, sent: [['ClearCache', {}]] },
  {
    name: 'clear_charging_profile',
    action: 'clear_charging_profile',
    args: { id: 8, connector_id: 1, charging_profile_purpose: 'TxProfile', stack_level: 0 },
    sent: [
      ['ClearChargingProfile', { id: 8, connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 0 }],
    ],
  },
  {
    name: 'data_transfer',
    action: 'data_transfer',
    args: { vendor_id: 'V', data: 'x' },
    sent: [['DataTransfer', { vendorId: 'V', data: 'x' }]],
  },
  {
    name: 'get_composite_schedule',
    action: 'get_composite_schedule',
    args: { connector_id: 1, duration: 60, charging_rate_unit: 'A' },
    sent: [['GetCompositeSchedule', { connectorId: 1, duration: 60, chargingRateUnit: 'A' }]],
  },
  {
    name: 'get_configuration',
    action: 'get_configuration',
    args: { key: ['A'] },
    answers: { GetConfiguration: {} },
    sent: [['GetConfiguration', { key: ['A'] }]],
  },
  {
    name: 'get_diagnostics',
    action: 'get_diagnostics',
    args: {
      location: url,
      retries: 1,
      retry_interval: 5,
      start_time: '2026-11-22T00:00:00Z',
      stop_time: null,
    },
    sent: [
      ['GetDiagnostics', { location: url, retries: 1, retryInterval: 5, startTime: '2026-11-22T00:00:00Z' }],
    ],
  },
  {
    name: 'get_local_version',
    action: 'get_local_version',
    args: {},
    answers: { GetLocalListVersion: { listVersion: 2 } },
    sent: [['GetLocalListVersion', {}]],
  },
  {
    name: 'remote_start_transaction',
    action: 'remote_start_transaction',
    args: {
      connector_id: 1,
      id_tag: 'uc_default_auth',
      charging_profile: { ...snakeProfile, charging_profile_purpose: 'TxProfile' },
    },
    sent: [
      [
        'RemoteStartTransaction',
        {
          connectorId: 1,
          idTag: 'uc_default_auth',
          chargingProfile: { ...profile, chargingProfilePurpose: 'TxProfile' },
        },
      ],
    ],
  },
  {
    name: 'remote_start_transaction with the defaults of start',
    action: 'remote_start_transaction',
    sent: [['RemoteStartTransaction', { connectorId: 1, idTag: 'ocpp2mqtt' }]],
  },
  {
    name: 'remote_stop_transaction with the 1 of the published rules',
    action: 'remote_stop_transaction',
    args: { transaction_id: 1 },
    prepare: running,
    sent: [['RemoteStopTransaction', { transactionId: 4711 }]],
  },
  {
    name: 'remote_stop_transaction without an id',
    action: 'remote_stop_transaction',
    args: {},
    prepare: running,
    sent: [['RemoteStopTransaction', { transactionId: 4711 }]],
  },
  {
    name: 'remote_stop_transaction while nothing runs is sent as given',
    action: 'remote_stop_transaction',
    args: { transaction_id: 1 },
    sent: [['RemoteStopTransaction', { transactionId: 1 }]],
  },
  {
    name: 'remote_stop_transaction of one that runs, among several',
    action: 'remote_stop_transaction',
    args: { transaction_id: 2 },
    prepare(gateway) {
      gateway.runTransaction('1');
      gateway.runTransaction('2', 2);
    },
    sent: [['RemoteStopTransaction', { transactionId: 2 }]],
  },
  {
    name: 'reserve_now',
    action: 'reserve_now',
    args: {
      connector_id: 1,
      expiry_date: '2026-11-22T12:00:00Z',
      id_tag: 'A',
      parent_id_tag: 'P',
      reservation_id: 5,
    },
    sent: [
      [
        'ReserveNow',
        {
          connectorId: 1,
          expiryDate: '2026-11-22T12:00:00Z',
          idTag: 'A',
          parentIdTag: 'P',
          reservationId: 5,
        },
      ],
    ],
  },
  {
    name: 'reset with a capital',
    action: 'reset',
    args: { type: 'Hard' },
    sent: [['Reset', { type: 'Hard' }]],
  },
  {
    name: 'send_local_list of changes',
    action: 'send_local_list',
    args: {
      list_version: 3,
      update_type: 'Differential',
      local_authorization_list: [
        { id_tag: 'A' },
        {
          id_tag: 'B',
          id_tag_info: { status: 'Accepted', parent_id_tag: 'P', expiry_date: '2027-01-01T00:00:00Z' },
        },
      ],
    },
    sent: [
      [
        'SendLocalList',
        {
          listVersion: 3,
          localAuthorizationList: [
            { idTag: 'A' },
            {
              idTag: 'B',
              idTagInfo: { expiryDate: '2027-01-01T00:00:00Z', parentIdTag: 'P', status: 'Accepted' },
            },
          ],
          updateType: 'Differential',
        },
      ],
    ],
  },
  {
    name: 'send_local_list without a list empties it',
    action: 'send_local_list',
    args: { list_version: 3, update_type: 'Full' },
    sent: [['SendLocalList', { listVersion: 3, localAuthorizationList: [], updateType: 'Full' }]],
  },
  {
    name: 'set_charging_profile',
    action: 'set_charging_profile',
    args: { connector_id: 1, cs_charging_profiles: snakeProfile },
    sent: [['SetChargingProfile', { connectorId: 1, csChargingProfiles: profile }]],
  },
  {
    name: 'trigger_message',
    action: 'trigger_message',
    args: { requested_message: 'meter_values', connector_id: 1 },
    sent: [['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }]],
  },
  {
    name: 'unlock_connector',
    action: 'unlock_connector',
    args: { connector_id: 2 },
    answers: { UnlockConnector: { status: 'UnlockFailed' } },
    sent: [['UnlockConnector', { connectorId: 2 }]],
    status: 'rejected',
  },
  {
    name: 'update_firmware',
    action: 'update_firmware',
    args: { location: url, retrieve_date: '2026-11-23T00:00:00Z' },
    answers: { UpdateFirmware: {} },
    sent: [['UpdateFirmware', { location: url, retrieveDate: '2026-11-23T00:00:00Z' }]],
  },
  ...['ON', true, 1, 'yes', { enabled: 'on' }].map((args): CommandCase => ({
    name: `charging_enabled ${JSON.stringify(args)}`,
    action: 'charging_enabled',
    args,
    sent: [],
    result: { enabled: true },
  })),
  ...['OFF', false, 0, 'no'].map((args): CommandCase => ({
    name: `charging_enabled ${JSON.stringify(args)}`,
    action: 'charging_enabled',
    args,
    sent: [],
    result: { enabled: false },
  })),
];

describe("the earlier program's names", () => testCommands(cases, Object.keys(earlierNames)));
