import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** A program that the tests need and npm does not bring. */
export interface Requirement {
  /** Any of these will do. */
  programs: readonly string[];
  /** Its package on Debian. */
  debianPackage: string;
}

export const mosquitto: readonly Requirement[] = [
  { programs: ['mosquitto'], debianPackage: 'mosquitto' },
  { programs: ['mosquitto_pub'], debianPackage: 'mosquitto-clients' },
];

export const chromium: Requirement = {
  programs: ['chromium', 'chromium-browser', 'google-chrome'],
  debianPackage: 'chromium',
};

/** Debian's packages of the requirements that are not on `path`. */
export function missingPackages(requirements: readonly Requirement[], path: string): string[] {
  // Debian puts servers where only root's PATH looks.
  const folders = [...path.split(':'), '/usr/sbin', '/usr/local/sbin'].filter((folder) => folder !== '');
  return requirements
    .filter(
      ({ programs }) =>
        !programs.some((program) => folders.some((folder) => isProgram(join(folder, program)))),
    )
    .map(({ debianPackage }) => debianPackage);
}

/** The one line to run. */
export function installLine(packages: readonly string[]): string {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
