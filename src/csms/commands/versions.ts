import type { OcppVersion } from '../../ocpp/version.ts';
import { commands16 } from '../v16/commands/index.ts';
import { callRules as callRules2 } from '../v201/commands/call-rules.ts';
import type { CallRules, VersionCommands } from './context.ts';

/** What each OCPP version makes of the commands; a version without an entry takes raw calls only. */
export const versionCommands: Readonly<Partial<Record<OcppVersion, VersionCommands>>> = {
  'ocpp1.6': commands16,
};

/** What holds for raw calls and for those that commands make. */
export const callRules: Readonly<Record<OcppVersion, CallRules>> = {
  'ocpp1.6': commands16,
  'ocpp2.0.1': callRules2,
  'ocpp2.1': callRules2,
};
