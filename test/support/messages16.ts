export type Payload = Record<string, unknown>;

const time = '2026-11-22T10:00:00Z';
const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '1' };
const profile = {
  chargingProfileId: 8,
  stackLevel: 2,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  recurrencyKind: 'Daily',
  validFrom: time,
  validTo: '2099-01-01T00:00:00Z',
  chargingSchedule: {
    duration: 3600,
    startSchedule: time,
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.1, numberPhases: 3 }],
    minChargingRate: 6.5,
  },
};
const meterValue = [
  {
    timestamp: time,
    sampledValue: [
      {
        value: '12.5',
        context: 'Sample.Periodic',
        format: 'Raw',
        measurand: 'Current.Import',
        phase: 'L1',
        location: 'Outlet',
        unit: 'A',
      },
      {
        value: '31',
        context: 'Transaction.End',
        format: 'Raw',
        measurand: 'Temperature',
        location: 'Body',
        unit: 'Celcius',
      },
    ],
  },
];

/** Every message of a 1.6 station, each field filled in; `transactionId` is 0, for its own to be put in. */
export const stationMessages16: readonly [string, Payload][] = [
  [
    'BootNotification',
    {
      chargePointVendor: 'V',
      chargePointModel: 'M',
      chargePointSerialNumber: 'S',
      chargeBoxSerialNumber: 'B',
      firmwareVersion: '1.0',
      iccid: '8988',
      imsi: '2620',
      meterType: 'T',
      meterSerialNumber: 'MS',
    },
  ],
  ['Heartbeat', {}],
  [
    'StatusNotification',
    {
      connectorId: 1,
      errorCode: 'OtherError',
      info: 'i',
      status: 'Preparing',
      timestamp: time,
      vendorId: 'V',
      vendorErrorCode: 'E1',
    },
  ],
  ['Authorize', { idTag: 'TAG' }],
  ['StartTransaction', { connectorId: 1, idTag: 'TAG', meterStart: 5, reservationId: 3, timestamp: time }],
  ['MeterValues', { connectorId: 1, transactionId: 0, meterValue }],
  [
    'StopTransaction',
    {
      transactionId: 0,
      idTag: 'TAG',
      meterStop: 900,
      timestamp: '2026-11-22T11:00:00Z',
      reason: 'EVDisconnected',
      transactionData: meterValue,
    },
  ],
  ['DataTransfer', { vendorId: 'V', messageId: 'm', data: '{"a":1}' }],
  ['DiagnosticsStatusNotification', { status: 'Uploaded' }],
  ['FirmwareStatusNotification', { status: 'Installed' }],
  ['LogStatusNotification', { status: 'Uploaded', requestId: 4 }],
  ['SecurityEventNotification', { type: 'SettingSystemTime', timestamp: time, techInfo: 't' }],
  ['SignCertificate', { csr: '-----BEGIN CERTIFICATE REQUEST-----' }],
  ['SignedFirmwareStatusNotification', { status: 'Installed', requestId: 5 }],
];

const acceptedAnswer = { status: 'Accepted' };

/** Every request to a 1.6 station, each field filled in, and an answer to it. */
export const commands16: readonly [string, Payload, Payload][] = [
  ['CancelReservation', { reservationId: 5 }, acceptedAnswer],
  ['ChangeAvailability', { connectorId: 1, type: 'Inoperative' }, { status: 'Scheduled' }],
  ['ChangeConfiguration', { key: 'K', value: 'v' }, { status: 'RebootRequired' }],
  ['ClearCache', {}, acceptedAnswer],
  [
    'ClearChargingProfile',
    { id: 8, connectorId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 0 },
    { status: 'Unknown' },
  ],
  ['DataTransfer', { vendorId: 'V', messageId: 'm', data: 'd' }, { status: 'UnknownMessageId', data: 'x' }],
  [
    'GetCompositeSchedule',
    { connectorId: 1, duration: 60, chargingRateUnit: 'W' },
    { status: 'Accepted', connectorId: 1, scheduleStart: time, chargingSchedule: profile.chargingSchedule },
  ],
  [
    'GetConfiguration',
    { key: ['A', 'B'] },
    { configurationKey: [{ key: 'A', readonly: true, value: '1' }], unknownKey: ['B'] },
  ],
  [
    'GetDiagnostics',
    { location: 'ftp://f/', retries: 1, retryInterval: 5, startTime: time, stopTime: time },
    { fileName: 'd.zip' },
  ],
  ['GetLocalListVersion', {}, { listVersion: 7 }],
  ['RemoteStartTransaction', { connectorId: 1, idTag: 'TAG', chargingProfile: txProfile() }, acceptedAnswer],
  ['RemoteStopTransaction', { transactionId: 12 }, { status: 'Rejected' }],
  [
    'ReserveNow',
    { connectorId: 1, expiryDate: time, idTag: 'TAG', parentIdTag: 'P', reservationId: 5 },
    { status: 'Faulted' },
  ],
  ['Reset', { type: 'Soft' }, acceptedAnswer],
  [
    'SendLocalList',
    {
      listVersion: 8,
      localAuthorizationList: [
        { idTag: 'TAG', idTagInfo: { expiryDate: time, parentIdTag: 'P', status: 'Blocked' } },
      ],
      updateType: 'Full',
    },
    { status: 'VersionMismatch' },
  ],
  ['SetChargingProfile', { connectorId: 1, csChargingProfiles: profile }, acceptedAnswer],
  ['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }, { status: 'NotImplemented' }],
  ['UnlockConnector', { connectorId: 1 }, { status: 'UnlockFailed' }],
  ['UpdateFirmware', { location: 'ftp://f/', retries: 1, retrieveDate: time, retryInterval: 5 }, {}],
  ['CertificateSigned', { certificateChain: '-----BEGIN CERTIFICATE-----' }, acceptedAnswer],
  ['DeleteCertificate', { certificateHashData: hash }, { status: 'NotFound' }],
  ['ExtendedTriggerMessage', { requestedMessage: 'LogStatusNotification', connectorId: 1 }, acceptedAnswer],
  [
    'GetInstalledCertificateIds',
    { certificateType: 'CentralSystemRootCertificate' },
    { status: 'Accepted', certificateHashData: [hash] },
  ],
  [
    'GetLog',
    {
      logType: 'SecurityLog',
      requestId: 4,
      retries: 1,
      retryInterval: 5,
      log: { remoteLocation: 'ftp://f/', oldestTimestamp: time, latestTimestamp: time },
    },
    { status: 'Accepted', filename: 'l.zip' },
  ],
  [
    'InstallCertificate',
    { certificateType: 'ManufacturerRootCertificate', certificate: '-----BEGIN CERTIFICATE-----' },
    acceptedAnswer,
  ],
  [
    'SignedUpdateFirmware',
    {
      retries: 1,
      retryInterval: 5,
      requestId: 5,
      firmware: {
        location: 'ftp://f/',
        retrieveDateTime: time,
        installDateTime: time,
        signingCertificate: '-----BEGIN CERTIFICATE-----',
        signature: 'c2ln',
      },
    },
    acceptedAnswer,
  ],
];

function txProfile(): Payload {
  return { ...profile, chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' };
}
