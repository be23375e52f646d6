/**
 * Makes `src/ocpp/generated/` from the official JSON schemas that the package `ocpp-rpc` ships: for each OCPP
 * version its validators, its types and its table of actions. Run by `npm run generate` and after an install,
 * also without devDependencies. Fails when schemas and `src/ocpp/directions.ts` disagree.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { directions } from '../src/ocpp/directions.ts';
import type { OcppVersion } from '../src/ocpp/version.ts';
import { emitActions } from './generate/actions.ts';
import { readMessages } from './generate/schemas.ts';
import { emitTypes } from './generate/types.ts';
import { emitValidatorTypes, emitValidators } from './generate/validators.ts';

const folders: Record<OcppVersion, string> = { 'ocpp1.6': 'v16', 'ocpp2.0.1': 'v201', 'ocpp2.1': 'v21' };

for (const [version, folder] of Object.entries(folders) as [OcppVersion, string][]) {
  const messages = readMessages(version);
  const target = new URL(`../src/ocpp/generated/${folder}/`, import.meta.url);
  mkdirSync(target, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(new URL(name, target), text);
  write('actions.ts', emitActions(version, directions[version], messages));
  write('types.ts', emitTypes(version, messages));
  write('validators.js', emitValidators(messages));
  write('validators.d.ts', emitValidatorTypes());
}
