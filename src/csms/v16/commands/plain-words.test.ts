import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { profile, running, testCommands, url } from '../../../../test/support/command-cases.ts';
import type { CommandCase } from '../../../../test/support/command-cases.ts';
import { commandCatalogue } from '../../commands/catalogue.ts';

const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '1' };
const configuration = {
  configurationKey: [
    { key: 'HeartbeatInterval', readonly: false, value: 300 },
    { key: 'NumberOfConnectors', readonly: true, value: '1' },
  ],
};

/** Our own profile as it goes out at 10:00:00. */
function limit(
  id: number,
  purpose: string,
  value: number,
  more: { unit?: string; phases?: number; transaction?: number; duration?: number } = {},
): object {
  return {
    chargingProfileId: id,
    ...(more.transaction !== undefined && { transactionId: more.transaction }),
    stackLevel: 0,
    chargingProfilePurpose: purpose,
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      ...(more.duration !== undefined && { duration: more.duration }),
      startSchedule: '2026-11-22T09:59:00Z',
      chargingRateUnit: more.unit ?? 'A',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: value, ...(more.phases !== undefined && { numberPhases: more.phases }) },
      ],
    },
  };
}

const cases: CommandCase[] = [
  {
    name: 'start takes EVSE 1 and REMOTE_ID_TAG',
    action: 'start',
    sent: [['RemoteStartTransaction', { connectorId: 1, idTag: 'ocpp2mqtt' }]],
    result: { transaction: null },
  },
  {
    name: 'start with a current sends a TxProfile without transaction id',
    action: 'start',
    args: { evse: 2, id_token: { id_token: '04A3', type: 'ISO14443' }, current: 10 },
    sent: [
      [
        'RemoteStartTransaction',
        {
          connectorId: 2,
          idTag: '04A3',
          chargingProfile: {
            chargingProfileId: 7122,
            stackLevel: 0,
            chargingProfilePurpose: 'TxProfile',
            chargingProfileKind: 'Relative',
            chargingSchedule: {
              chargingRateUnit: 'A',
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }],
            },
          },
        },
      ],
    ],
  },
  {
    name: 'stop means the running transaction',
    action: 'stop',
    prepare: running,
    sent: [['RemoteStopTransaction', { transactionId: 4711 }]],
    result: { transaction: '4711', status: 'Accepted' },
  },
  {
    name: 'stop of an EVSE',
    action: 'stop',
    args: { evse: 2 },
    prepare(gateway) {
      gateway.runTransaction('1');
      gateway.runTransaction('2', 2);
    },
    sent: [['RemoteStopTransaction', { transactionId: 2 }]],
  },
  {
    name: 'pause binds 0 A to the running transaction',
    action: 'pause',
    prepare: running,
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 1, csChargingProfiles: limit(7112, 'TxProfile', 0, { transaction: 4711 }) },
      ],
    ],
    result: { paused: true, transaction: '4711' },
  },
  {
    name: 'resume without a limit removes the profile of the pause',
    action: 'resume',
    prepare: running,
    sent: [['ClearChargingProfile', { id: 7112 }]],
    result: { paused: false, transaction: '4711' },
  },
  {
    name: 'set_limit without a transaction sends a TxDefaultProfile',
    action: 'set_limit',
    args: { current: 10, phases: 1, duration: 600 },
    sent: [
      [
        'SetChargingProfile',
        {
          connectorId: 1,
          csChargingProfiles: limit(7111, 'TxDefaultProfile', 10, { phases: 1, duration: 660 }),
        },
      ],
    ],
    result: { current: 10, phases: 1 },
  },
  {
    name: 'set_limit while charging sends a TxProfile, too',
    action: 'set_limit',
    args: { evse: 1, power: 7400 },
    prepare: running,
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 1, csChargingProfiles: limit(7111, 'TxDefaultProfile', 7400, { unit: 'W' }) },
      ],
      [
        'SetChargingProfile',
        {
          connectorId: 1,
          csChargingProfiles: limit(7112, 'TxProfile', 7400, { unit: 'W', transaction: 4711 }),
        },
      ],
    ],
    result: { power: 7400 },
  },
  {
    name: 'set_limit of the station sends a ChargePointMaxProfile on connector 0',
    action: 'set_limit',
    args: { evse: 0, current: 32 },
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 0, csChargingProfiles: limit(7100, 'ChargePointMaxProfile', 32) },
      ],
    ],
  },
  {
    name: 'clear_limit clears our profile, and one that is not there is cleared',
    action: 'clear_limit',
    answers: { ClearChargingProfile: { status: 'Unknown' } },
    sent: [['ClearChargingProfile', { id: 7111 }]],
  },
  {
    name: 'clear_limit of the station',
    action: 'clear_limit',
    args: { evse: 0 },
    sent: [['ClearChargingProfile', { id: 7100 }]],
  },
  {
    name: 'set_phases without a limit allows the full current on them',
    action: 'set_phases',
    args: { evse: 1, phases: 3 },
    sent: [
      [
        'SetChargingProfile',
        { connectorId: 1, csChargingProfiles: limit(7111, 'TxDefaultProfile', 32, { phases: 3 }) },
      ],
    ],
  },
  {
    name: 'set_profile passes the profile on',
    action: 'set_profile',
    args: { evse: 1, profile },
    sent: [['SetChargingProfile', { connectorId: 1, csChargingProfiles: profile }]],
  },
  {
    name: 'clear_profile by all criteria',
    action: 'clear_profile',
    args: { evse: 1, id: 8, purpose: 'TxProfile', stack_level: 2 },
    sent: [
      ['ClearChargingProfile', { id: 8, connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 2 }],
    ],
  },
  {
    name: 'get_schedule of the station for a day',
    action: 'get_schedule',
    answers: {
      GetCompositeSchedule: { status: 'Accepted', connectorId: 0, scheduleStart: '2026-11-22T10:00:00Z' },
    },
    sent: [['GetCompositeSchedule', { connectorId: 0, duration: 86_400 }]],
    result: { evse: 0, start: '2026-11-22T10:00:00Z', schedule: null },
  },
  {
    name: 'unlock',
    action: 'unlock',
    answers: { UnlockConnector: { status: 'Unlocked' } },
    sent: [['UnlockConnector', { connectorId: 1 }]],
    result: { status: 'Unlocked' },
  },
  { name: 'reset is soft', action: 'reset', sent: [['Reset', { type: 'Soft' }]] },
  { name: 'reset hard', action: 'reset', args: { type: 'hard' }, sent: [['Reset', { type: 'Hard' }]] },
  {
    name: 'set_availability of the station; scheduled is accepted',
    action: 'set_availability',
    args: { operative: false },
    answers: { ChangeAvailability: { status: 'Scheduled' } },
    sent: [['ChangeAvailability', { connectorId: 0, type: 'Inoperative' }]],
    result: { status: 'Scheduled' },
  },
  {
    name: 'reserve with an id of its own, time in UTC',
    action: 'reserve',
    args: { id_token: 'A', expires_at: '2026-11-22T13:00:00+02:00', id: 5 },
    sent: [
      ['ReserveNow', { connectorId: 1, expiryDate: '2026-11-22T11:00:00Z', idTag: 'A', reservationId: 5 }],
    ],
    result: { id: 5, status: 'Accepted' },
  },
  {
    name: 'reserve refused because of a car',
    action: 'reserve',
    args: { id_token: 'A', expires_at: '2026-11-22T13:00:00Z', id: 5 },
    answers: { ReserveNow: { status: 'Occupied' } },
    sent: [
      ['ReserveNow', { connectorId: 1, expiryDate: '2026-11-22T13:00:00Z', idTag: 'A', reservationId: 5 }],
    ],
    status: 'rejected',
    result: { id: 5, status: 'Occupied' },
  },
  {
    name: 'cancel_reservation',
    action: 'cancel_reservation',
    args: { id: 5 },
    sent: [['CancelReservation', { reservationId: 5 }]],
  },
  {
    name: 'trigger',
    action: 'trigger',
    args: { message: 'MeterValues', evse: 1 },
    sent: [['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }]],
  },
  {
    name: 'trigger of a message that only the extension has; a status outside the enumeration is a no',
    action: 'trigger',
    args: { message: 'SignChargePointCertificate' },
    answers: { ExtendedTriggerMessage: { status: 'NotSupported' } },
    sent: [['ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' }]],
    status: 'rejected',
    result: { status: 'NotSupported' },
  },
  {
    name: 'refresh of a station that never booted here; what it does not know hides nothing',
    action: 'refresh',
    answers: {
      TriggerMessage: ({ requestedMessage }) => ({
        status: requestedMessage === 'StatusNotification' ? 'NotImplemented' : 'Accepted',
      }),
      GetConfiguration: { callError: 'NotImplemented' },
    },
    sent: [
      ['TriggerMessage', { requestedMessage: 'BootNotification' }],
      ['TriggerMessage', { requestedMessage: 'StatusNotification' }],
      ['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }],
      ['GetConfiguration', {}],
    ],
    result: {
      BootNotification: 'accepted',
      StatusNotification: 'rejected',
      'MeterValues 1': 'accepted',
      GetConfiguration: 'GetConfiguration: NotImplemented',
    },
  },
  {
    name: 'refresh never asks a known station to boot again',
    action: 'refresh',
    prepare: ({ station }) => void (station.info = { vendor: 'V', model: 'M' }),
    answers: { GetConfiguration: {} },
    sent: [
      ['TriggerMessage', { requestedMessage: 'StatusNotification' }],
      ['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }],
      ['GetConfiguration', {}],
    ],
  },
  {
    name: 'get_config of all keys; a number as value',
    action: 'get_config',
    answers: { GetConfiguration: configuration },
    sent: [['GetConfiguration', {}]],
    result: {
      values: { HeartbeatInterval: '300', NumberOfConnectors: '1' },
      readonly: ['NumberOfConnectors'],
      unknown: [],
    },
  },
  {
    name: 'get_config of some keys: a filter that is ignored, and a key nobody mentions',
    action: 'get_config',
    args: { keys: ['heartbeatinterval', 'Nothing'] },
    answers: { GetConfiguration: configuration },
    sent: [['GetConfiguration', { key: ['heartbeatinterval', 'Nothing'] }]],
    result: { values: { HeartbeatInterval: '300' }, readonly: [], unknown: ['Nothing'] },
  },
  {
    name: 'get_config in as many requests as GetConfigurationMaxKeys wants; no lists in the answer',
    action: 'get_config',
    args: { keys: ['A', 'B', 'C'] },
    prepare: ({ station }) => void station.configuration.set('GetConfigurationMaxKeys', '2'),
    answers: { GetConfiguration: {} },
    sent: [
      ['GetConfiguration', { key: ['A', 'B'] }],
      ['GetConfiguration', { key: ['C'] }],
    ],
    result: { values: {}, readonly: [], unknown: ['A', 'B', 'C'] },
  },
  {
    name: 'set_config of one key',
    action: 'set_config',
    args: { key: 'HeartbeatInterval', value: 60 },
    sent: [['ChangeConfiguration', { key: 'HeartbeatInterval', value: '60' }]],
    result: { HeartbeatInterval: 'Accepted' },
  },
  {
    name: 'set_config of several keys says how each went',
    action: 'set_config',
    args: { values: { A: true, B: 'x' } },
    answers: {
      ChangeConfiguration: ({ key }) => ({ status: key === 'A' ? 'RebootRequired' : 'NotSupported' }),
    },
    sent: [
      ['ChangeConfiguration', { key: 'A', value: 'true' }],
      ['ChangeConfiguration', { key: 'B', value: 'x' }],
    ],
    status: 'rejected',
    result: { A: 'RebootRequired', B: 'NotSupported' },
  },
  {
    name: 'get_report is the configuration',
    action: 'get_report',
    answers: { GetConfiguration: configuration },
    sent: [['GetConfiguration', {}]],
  },
  {
    name: 'local_list_send asks for the version that comes next',
    action: 'local_list_send',
    args: { tokens: ['A', { id_token: 'B', status: 'blocked', expires_at: '2027-01-01T00:00:00Z' }] },
    answers: { GetLocalListVersion: { listVersion: 6 } },
    sent: [
      ['GetLocalListVersion', {}],
      [
        'SendLocalList',
        {
          listVersion: 7,
          localAuthorizationList: [
            { idTag: 'A', idTagInfo: { status: 'Accepted' } },
            { idTag: 'B', idTagInfo: { expiryDate: '2027-01-01T00:00:00Z', status: 'Blocked' } },
          ],
          updateType: 'Full',
        },
      ],
    ],
    result: { version: 7, status: 'Accepted' },
  },
  {
    name: 'local_list_send of changes; the station has another version',
    action: 'local_list_send',
    args: { tokens: [{ id_token: 'A', remove: true }], full: false },
    prepare: ({ station }) => void (station.localListVersion = 3),
    answers: { SendLocalList: { status: 'VersionMismatch' } },
    sent: [
      [
        'SendLocalList',
        { listVersion: 4, localAuthorizationList: [{ idTag: 'A' }], updateType: 'Differential' },
      ],
    ],
    status: 'rejected',
    result: { version: 4, status: 'VersionMismatch' },
  },
  {
    name: 'local_list_version',
    action: 'local_list_version',
    answers: { GetLocalListVersion: { listVersion: -1 } },
    sent: [['GetLocalListVersion', {}]],
    result: { version: null },
  },
  { name: 'clear_cache', action: 'clear_cache', sent: [['ClearCache', {}]] },
  {
    name: 'update_firmware now',
    action: 'update_firmware',
    args: { url, retries: 2 },
    answers: { UpdateFirmware: {} },
    sent: [['UpdateFirmware', { location: url, retrieveDate: '2026-11-22T10:00:00Z', retries: 2 }]],
  },
  {
    name: 'update_firmware with signature and certificate is the signed one',
    action: 'update_firmware',
    args: { url, signature: 's', certificate: 'c', install_at: '2026-11-23T00:00:00Z' },
    sent: [
      [
        'SignedUpdateFirmware',
        {
          requestId: 1_795_341_600,
          firmware: {
            location: url,
            retrieveDateTime: '2026-11-22T10:00:00Z',
            installDateTime: '2026-11-23T00:00:00Z',
            signingCertificate: 'c',
            signature: 's',
          },
        },
      ],
    ],
  },
  {
    name: 'get_log of diagnostics',
    action: 'get_log',
    args: { url, from: '2026-11-22T00:00:00Z' },
    answers: { GetDiagnostics: { fileName: 'd.zip' } },
    sent: [['GetDiagnostics', { location: url, startTime: '2026-11-22T00:00:00Z' }]],
    result: { file: 'd.zip' },
  },
  {
    name: 'get_log of diagnostics from a station that only knows GetLog',
    action: 'get_log',
    args: { url },
    answers: {
      GetDiagnostics: { callError: 'NotImplemented' },
      GetLog: { status: 'AcceptedCanceled', filename: 'd.zip' },
    },
    sent: [
      ['GetDiagnostics', { location: url }],
      ['GetLog', { logType: 'DiagnosticsLog', requestId: 1_795_341_600, log: { remoteLocation: url } }],
    ],
    result: { request: 1_795_341_600, file: 'd.zip', status: 'AcceptedCanceled' },
  },
  {
    name: 'get_log of the security log',
    action: 'get_log',
    args: { url, type: 'security' },
    sent: [['GetLog', { logType: 'SecurityLog', requestId: 1_795_341_600, log: { remoteLocation: url } }]],
  },
  {
    name: 'data_transfer with JSON becomes a text',
    action: 'data_transfer',
    args: { vendor_id: 'V', message_id: 'm', data: { a: 1 } },
    answers: { DataTransfer: { status: 'Accepted', data: 'ok' } },
    sent: [['DataTransfer', { vendorId: 'V', messageId: 'm', data: '{"a":1}' }]],
    result: { data: 'ok', status: 'Accepted' },
  },
  {
    name: 'get_transactions from the gateway alone',
    action: 'get_transactions',
    prepare: running,
    sent: [],
    result: {
      transactions: [
        {
          evse: 1,
          running: true,
          id: '4711',
          start: '2026-11-22T09:00:00Z',
          energy: 2,
          duration: 3600,
          id_token: 'TAG',
          meter_start: 1,
          signed: 'none',
        },
      ],
    },
  },
  {
    name: 'install_certificate',
    action: 'install_certificate',
    args: { type: 'csms', certificate: 'pem' },
    sent: [['InstallCertificate', { certificateType: 'CentralSystemRootCertificate', certificate: 'pem' }]],
  },
  {
    name: 'get_certificates: none is an answer',
    action: 'get_certificates',
    args: { type: 'ManufacturerRootCertificate' },
    answers: { GetInstalledCertificateIds: { status: 'NotFound' } },
    sent: [['GetInstalledCertificateIds', { certificateType: 'ManufacturerRootCertificate' }]],
    result: { certificates: [] },
  },
  {
    name: 'delete_certificate',
    action: 'delete_certificate',
    args: { hash },
    answers: { DeleteCertificate: { status: 'NotFound' } },
    sent: [['DeleteCertificate', { certificateHashData: hash }]],
    status: 'rejected',
  },
  {
    name: 'set_display is unsupported',
    action: 'set_display',
    args: { message: 'x' },
    sent: [],
    status: 'error',
  },
  {
    name: 'clear_display is unsupported',
    action: 'clear_display',
    args: { id: 1 },
    sent: [],
    status: 'error',
  },
  {
    name: 'set_charging_enabled',
    action: 'set_charging_enabled',
    args: { evse: 1, enabled: false },
    sent: [],
    result: { enabled: false },
  },
  {
    name: 'set_authorization',
    action: 'set_authorization',
    args: { mode: 'closed' },
    sent: [],
    result: { mode: 'closed' },
  },
];

describe('the plain words in OCPP 1.6', () => testCommands(cases, Object.keys(commandCatalogue)));

describe('the catalogue', () => {
  it('describes each word with a schema and the earlier names for it', () => {
    assert.deepEqual(commandCatalogue['start']?.earlier, ['remote_start_transaction']);
    for (const [word, { args }] of Object.entries(commandCatalogue))
      assert.equal('type' in args && args['type'], 'object', word);
  });
});
