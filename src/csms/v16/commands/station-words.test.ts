import { describe } from 'node:test';
import { testCommands, url } from '../../../../test/support/command-cases.ts';
import type { CommandCase } from '../../../../test/support/command-cases.ts';
import { stationWords } from '../../commands/words/station.ts';

const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '1' };
const configuration = {
  configurationKey: [
    { key: 'HeartbeatInterval', readonly: false, value: 300 },
    { key: 'NumberOfConnectors', readonly: true, value: '1' },
  ],
};

const cases: CommandCase[] = [
  { name: 'reset is soft', action: 'reset', sent: [['Reset', { type: 'Soft' }]] },
  { name: 'reset hard', action: 'reset', args: { type: 'hard' }, sent: [['Reset', { type: 'Hard' }]] },
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
          requestId: 217_504_800,
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
      ['GetLog', { logType: 'DiagnosticsLog', requestId: 217_504_800, log: { remoteLocation: url } }],
    ],
    result: { request: 217_504_800, file: 'd.zip', status: 'AcceptedCanceled' },
  },
  {
    name: 'get_log of the security log',
    action: 'get_log',
    args: { url, type: 'security' },
    sent: [['GetLog', { logType: 'SecurityLog', requestId: 217_504_800, log: { remoteLocation: url } }]],
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
    name: 'set_authorization',
    action: 'set_authorization',
    args: { mode: 'closed' },
    sent: [],
    result: { mode: 'closed' },
  },
];

describe('the words for a station in OCPP 1.6', () => testCommands(cases, Object.keys(stationWords)));
