import type { OcppVersion } from '../../ocpp/version.ts';
import { commands16 } from '../v16/commands/index.ts';
import type { VersionCommands } from './context.ts';

/** What each OCPP version makes of the commands; a version without an entry takes raw calls only. */
export const versionCommands: Readonly<Partial<Record<OcppVersion, VersionCommands>>> = {
  'ocpp1.6': commands16,
};
