import { GatewayError } from '../../../errors.ts';
import { isPrivilegedSetting } from '../../commands/privileged.ts';
import type { VersionCommands } from '../../commands/context.ts';
import { cancelReservation, reserve, reset, setAvailability, unlock } from './availability.ts';
import { deleteCertificate, getCertificates, installCertificate } from './certificates.ts';
import { profileWriter } from './charging-profile.ts';
import { getConfig, setConfig } from './configuration.ts';
import { dataTransfer, getLog, updateFirmware } from './files.ts';
import { clearCache, getLocalListVersion, sendLocalList } from './local-list.ts';
import { clearProfile, getSchedule, setProfile } from './profiles.ts';
import { start, stop } from './transactions.ts';
import { refresh, trigger } from './trigger.ts';

const privilegedActions: ReadonlySet<string> = new Set([
  'UpdateFirmware',
  'SignedUpdateFirmware',
  'GetDiagnostics',
  'GetLog',
  'CertificateSigned',
  'InstallCertificate',
  'GetInstalledCertificateIds',
  'DeleteCertificate',
]);

const withoutDisplay = async (): Promise<never> => {
  throw new GatewayError('unsupported', 'OCPP 1.6 has no messages for a display');
};

/** The plain words in OCPP 1.6. */
export const commands16: VersionCommands = {
  words: {
    start,
    stop,
    set_profile: setProfile,
    clear_profile: clearProfile,
    get_schedule: getSchedule,
    unlock,
    reset,
    set_availability: setAvailability,
    reserve,
    cancel_reservation: cancelReservation,
    trigger,
    refresh,
    get_config: getConfig,
    set_config: setConfig,
    // 1.6 has one report: all of its configuration
    get_report: (context) => getConfig(context, { keys: [] }),
    local_list_send: sendLocalList,
    local_list_version: getLocalListVersion,
    clear_cache: clearCache,
    update_firmware: updateFirmware,
    get_log: getLog,
    data_transfer: dataTransfer,
    install_certificate: installCertificate,
    get_certificates: getCertificates,
    delete_certificate: deleteCertificate,
    set_display: withoutDisplay,
    clear_display: withoutDisplay,
  },
  profiles: profileWriter,
  // not allowed while pending: OCPP 1.6 §4.2
  startAndStop: new Set(['RemoteStartTransaction', 'RemoteStopTransaction']),
  isPrivileged: (action, { type, key }) =>
    privilegedActions.has(action) ||
    (action === 'Reset' && type === 'Hard') ||
    (action === 'ChangeConfiguration' && typeof key === 'string' && isPrivilegedSetting(key)),
};
