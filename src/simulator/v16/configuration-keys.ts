/** The standard configuration keys of a station. OCPP 1.6 §9, its errata sheet and the security white paper §7. */
import { measurands } from './sampled-values.ts';

export interface ConfigurationKey {
  key: string;
  type: 'integer' | 'boolean' | 'list' | 'text';
  value: string;
  access: 'read' | 'write' | 'both';
  /** Inclusive bounds of an integer, or of the length of a text. */
  min?: number;
  max?: number;
  /** What the items of a list may be. */
  items?: (item: string) => boolean;
  maxItems?: number;
  /** A change takes effect with the next boot. */
  reboot?: true;
}

export interface KeyDefaults {
  connectors: number;
  phases: 1 | 3;
  /** Seconds. */
  meterInterval: number;
  /** '' without one. */
  password: string;
  securityProfile: number;
}

const sampledByDefault =
  'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Current.Offered,Power.Offered,' +
  'SoC,Temperature,Frequency,Power.Factor';
const profiles = 'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger';
const rotations = /^\d+\.(NotApplicable|Unknown|RST|RTS|SRT|STR|TRS|TSR)$/;

export function standardKeys(defaults: KeyDefaults): ConfigurationKey[] {
  const rotation = defaults.phases === 3 ? 'RST' : 'NotApplicable';
  const connectorIds = Array.from({ length: defaults.connectors + 1 }, (_, id) => id);
  return [
    // §9.1 Core
    flag('AllowOfflineTxForUnknownId', false),
    flag('AuthorizationCacheEnabled', true),
    flag('AuthorizeRemoteTxRequests', true),
    count('ClockAlignedDataInterval', 0, 0, 86_400),
    count('ConnectionTimeOut', 60, 1, 86_400),
    {
      ...list('ConnectorPhaseRotation', connectorIds.map((id) => `${id}.${rotation}`).join(','), (item) =>
        rotations.test(item),
      ),
      maxItems: connectorIds.length,
      reboot: true,
    },
    fixed('ConnectorPhaseRotationMaxLength', connectorIds.length),
    fixed('GetConfigurationMaxKeys', 100),
    count('HeartbeatInterval', 300, 0, 86_400),
    count('LightIntensity', 80, 0, 100),
    flag('LocalAuthorizeOffline', true),
    flag('LocalPreauthorize', false),
    count('MessageTimeout', 30, 1, 3600),
    measurandList('MeterValuesAlignedData', 'Energy.Active.Import.Register'),
    fixed('MeterValuesAlignedDataMaxLength', measurandListLength),
    measurandList('MeterValuesSampledData', sampledByDefault),
    fixed('MeterValuesSampledDataMaxLength', measurandListLength),
    count('MeterValueSampleInterval', defaults.meterInterval, 0, 86_400),
    count('MinimumStatusDuration', 0, 0, 3600),
    fixed('NumberOfConnectors', defaults.connectors),
    count('ResetRetries', 1, 0, 10),
    flag('StopTransactionOnEVSideDisconnect', true),
    flag('StopTransactionOnInvalidId', true),
    fixed('StopTransactionMaxMeterValues', 60),
    measurandList('StopTxnAlignedData', ''),
    fixed('StopTxnAlignedDataMaxLength', measurandListLength),
    measurandList('StopTxnSampledData', ''),
    fixed('StopTxnSampledDataMaxLength', measurandListLength),
    { key: 'SupportedFeatureProfiles', type: 'list', value: profiles, access: 'read' },
    fixed('SupportedFeatureProfilesMaxLength', 6),
    count('TransactionMessageAttempts', 3, 1, 100),
    count('TransactionMessageRetryInterval', 10, 0, 86_400),
    flag('UnlockConnectorOnEVSideDisconnect', true),
    count('WebSocketPingInterval', 60, 0, 86_400),
    // §9.2 Local Auth List Management
    flag('LocalAuthListEnabled', true),
    fixed('LocalAuthListMaxLength', 500),
    fixed('SendLocalListMaxLength', 100),
    // §9.3 Reservation
    { key: 'ReserveConnectorZeroSupported', type: 'boolean', value: 'true', access: 'read' },
    // §9.4 Smart Charging
    fixed('ChargeProfileMaxStackLevel', 9),
    { key: 'ChargingScheduleAllowedChargingRateUnit', type: 'list', value: 'Current,Power', access: 'read' },
    fixed('ChargingScheduleMaxPeriods', 48),
    { key: 'ConnectorSwitch3to1PhaseSupported', type: 'boolean', value: 'false', access: 'read' },
    fixed('MaxChargingProfilesInstalled', 30),
    // Errata sheet §3.90
    { key: 'SupportedFileTransferProtocols', type: 'list', value: 'FTP,FTPS,HTTP,HTTPS', access: 'read' },
    // Security white paper §7
    { key: 'AdditionalRootCertificateCheck', type: 'boolean', value: 'false', access: 'read' },
    { key: 'AuthorizationKey', type: 'text', value: defaults.password, access: 'write', min: 16, max: 40 },
    fixed('CertificateSignedMaxChainSize', 10_000),
    fixed('CertificateStoreMaxLength', 10),
    { key: 'CpoName', type: 'text', value: '', access: 'both', min: 0, max: 500 },
    count('SecurityProfile', defaults.securityProfile, 0, 3),
  ];
}

const measurandListLength = 20;

function flag(key: string, value: boolean): ConfigurationKey {
  return { key, type: 'boolean', value: String(value), access: 'both' };
}

function count(key: string, value: number, min: number, max: number): ConfigurationKey {
  return { key, type: 'integer', value: String(value), access: 'both', min, max };
}

function fixed(key: string, value: number): ConfigurationKey {
  return { key, type: 'integer', value: String(value), access: 'read' };
}

function list(key: string, value: string, items: (item: string) => boolean): ConfigurationKey {
  return { key, type: 'list', value, access: 'both', items };
}

function measurandList(key: string, value: string): ConfigurationKey {
  return { ...list(key, value, (item) => measurands.has(item)), maxItems: measurandListLength };
}
