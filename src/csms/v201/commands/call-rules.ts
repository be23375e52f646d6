import type { CallRules } from '../../commands/context.ts';
import { isPrivilegedSetting } from '../../commands/privileged.ts';

/** Firmware, logs, certificates, network profiles. */
const privilegedActions = new Set([
  'CertificateSigned',
  'DeleteCertificate',
  'GetInstalledCertificateIds',
  'GetLog',
  'InstallCertificate',
  'PublishFirmware',
  'SetNetworkProfile',
  'UnpublishFirmware',
  'UpdateFirmware',
]);

/** Raw calls to stations of OCPP 2.0.1 and 2.1. */
export const callRules: CallRules = {
  // not allowed while pending: 2.0.1 B02.FR.05
  startAndStop: new Set(['RequestStartTransaction', 'RequestStopTransaction']),
  isPrivileged: (action, { type, setVariableData }) =>
    privilegedActions.has(action) ||
    (action === 'Reset' && type !== 'OnIdle') ||
    (action === 'SetVariables' && namesPrivilegedSetting(setVariableData)),
};

/** The request is not validated yet. */
function namesPrivilegedSetting(setVariableData: unknown): boolean {
  if (!Array.isArray(setVariableData)) return false;
  return setVariableData.some((data: unknown) => {
    const { variable } = (data ?? {}) as { variable?: { name?: unknown } | null };
    const name = variable?.name;
    return typeof name === 'string' && isPrivilegedSetting(name);
  });
}
