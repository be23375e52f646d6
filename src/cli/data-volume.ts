import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Files that Docker and Podman put into their containers. */
const marks = ['/.dockerenv', '/run/.containerenv'];

/**
 * A line to log where `dir` goes away with the container that this is; null where it is a volume or this is no
 * container.
 */
export function volumeWarning(
  dir: string,
  isContainer = marks.some((mark) => existsSync(mark)),
): string | null {
  if (!isContainer) return null;
  const path = resolve(dir);
  // What is mounted is another device than the folder it is mounted in.
  if (existsSync(path) && statSync(path).dev !== statSync(dirname(path)).dev) return null;
  return `${path} is no volume: stations, transactions and events are lost with this container. Mount one there.`;
}
