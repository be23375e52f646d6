import type { CsmsOptions } from '../core.ts';

/** Settings that hold a key or say how a station is let in. */
const privilegedSetting = /(?:^|\.)(?:AuthorizationKey|BasicAuthPassword|SecurityProfile)(?:$|[#[@.])/i;

export function isPrivilegedSetting(key: string): boolean {
  return privilegedSetting.test(key);
}

/** Whether PRIVILEGED_COMMANDS lets a privileged command through. */
export function isPermitted(policy: CsmsOptions['privilegedCommands'], ownTopic: boolean): boolean {
  return policy === 'anywhere' || (policy === 'own_topic' && ownTopic);
}
