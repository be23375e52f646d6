const profile = {
  charging_profile_id: 8,
  stack_level: 2,
  charging_profile_purpose: 'TxDefaultProfile',
  charging_profile_kind: 'Relative',
  charging_schedule: {
    charging_rate_unit: 'A',
    charging_schedule_period: [{ start_period: 0, limit: 20, number_phases: null }],
  },
};

/** A command of the earlier program: what the station is asked, what it answers, and the field of the result. */
export interface EarlierCommand {
  action: string;
  args: unknown;
  asked: [string, Record<string, unknown>];
  answer: Record<string, unknown>;
  field?: [string, string];
}

const accepted = { answer: { status: 'Accepted' }, field: ['status', 'Accepted'] as [string, string] };
const location = 'ftp://files.example/';

export const earlierCommands: readonly EarlierCommand[] = [
  {
    action: 'cancel_reservation',
    args: { reservation_id: 5 },
    asked: ['CancelReservation', { reservationId: 5 }],
    ...accepted,
  },
  {
    action: 'change_availability',
    args: { connector_id: 1, type: 'Operative' },
    asked: ['ChangeAvailability', { connectorId: 1, type: 'Operative' }],
    ...accepted,
  },
  {
    action: 'change_configuration',
    args: { key: 'MeterValueSampleInterval', value: '10' },
    asked: ['ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '10' }],
    answer: { status: 'RebootRequired' },
    field: ['status', 'RebootRequired'],
  },
  { action: 'clear_cache', args: {}, asked: ['ClearCache', {}], ...accepted },
  {
    action: 'clear_charging_profile',
    args: { id: 8, connector_id: 1, charging_profile_purpose: 'TxProfile', stack_level: 0 },
    asked: [
      'ClearChargingProfile',
      { id: 8, connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 0 },
    ],
    ...accepted,
  },
  {
    action: 'data_transfer',
    args: { vendor_id: 'UnitedChargers', message_id: 'm', data: 'x' },
    asked: ['DataTransfer', { vendorId: 'UnitedChargers', messageId: 'm', data: 'x' }],
    answer: { status: 'Accepted', data: 'seen' },
    field: ['data', 'seen'],
  },
  {
    action: 'get_composite_schedule',
    args: { connector_id: 1, duration: 60 },
    asked: ['GetCompositeSchedule', { connectorId: 1, duration: 60 }],
    answer: { status: 'Rejected' },
    field: ['status', 'Rejected'],
  },
  {
    action: 'get_configuration',
    args: { key: ['HeartbeatInterval'] },
    asked: ['GetConfiguration', { key: ['HeartbeatInterval'] }],
    answer: { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] },
    field: ['configuration_key', '[{"key":"HeartbeatInterval","readonly":false,"value":"300"}]'],
  },
  {
    action: 'get_diagnostics',
    args: { location, retries: 1 },
    asked: ['GetDiagnostics', { location, retries: 1 }],
    answer: { fileName: 'diag.zip' },
    field: ['file_name', 'diag.zip'],
  },
  {
    action: 'get_local_version',
    args: {},
    asked: ['GetLocalListVersion', {}],
    answer: { listVersion: 2 },
    field: ['list_version', '2'],
  },
  {
    action: 'remote_start_transaction',
    args: { connector_id: 1, id_tag: 'uc_default_auth' },
    asked: ['RemoteStartTransaction', { connectorId: 1, idTag: 'uc_default_auth' }],
    ...accepted,
  },
  {
    action: 'reserve_now',
    args: { connector_id: 1, expiry_date: '2099-01-01T00:00:00Z', id_tag: 'johnny-car', reservation_id: 5 },
    asked: [
      'ReserveNow',
      { connectorId: 1, expiryDate: '2099-01-01T00:00:00Z', idTag: 'johnny-car', reservationId: 5 },
    ],
    answer: { status: 'Occupied' },
    field: ['status', 'Occupied'],
  },
  { action: 'reset', args: { type: 'Soft' }, asked: ['Reset', { type: 'Soft' }], ...accepted },
  {
    action: 'send_local_list',
    args: { list_version: 3, update_type: 'Full', local_authorization_list: [] },
    asked: ['SendLocalList', { listVersion: 3, updateType: 'Full', localAuthorizationList: [] }],
    ...accepted,
  },
  {
    action: 'set_charging_profile',
    args: { connector_id: 1, cs_charging_profiles: profile },
    asked: [
      'SetChargingProfile',
      {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 8,
          stackLevel: 2,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Relative',
          chargingSchedule: {
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 20 }],
          },
        },
      },
    ],
    ...accepted,
  },
  {
    action: 'trigger_message',
    args: { requested_message: 'StatusNotification', connector_id: 1 },
    asked: ['TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }],
    ...accepted,
  },
  {
    action: 'unlock_connector',
    args: { connector_id: 1 },
    asked: ['UnlockConnector', { connectorId: 1 }],
    answer: { status: 'Unlocked' },
    field: ['status', 'Unlocked'],
  },
  {
    action: 'update_firmware',
    args: { location, retrieve_date: '2099-01-01T00:00:00Z' },
    asked: ['UpdateFirmware', { location, retrieveDate: '2099-01-01T00:00:00Z' }],
    answer: {},
  },
];
