import { accessSync, constants, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../errors.ts';
import type { CheckResult } from './check.ts';

/** Whether a database can be made in a folder, which need not exist yet and is not made. */
export function tryFolder(cwd: string, folder: string): CheckResult {
  const path = resolve(cwd, folder);
  const name = 'database';
  try {
    const existing = nearestExisting(path);
    accessSync(existing, constants.W_OK | constants.X_OK);
    // Permissions do not tell of a read-only file system.
    if (existing === path) rmdirSync(mkdtempSync(join(path, '.check-')));
    return { name, ok: true, text: existing === path ? `${path} is writable` : `${path} can be created` };
  } catch (error) {
    const hint = 'let this user write there, or set DATA_DIR to another folder';
    return { name, ok: false, text: `${path}: ${messageOf(error)}`, hint };
  }
}

function nearestExisting(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return nearestExisting(dirname(path));
  if (!stats.isDirectory()) throw new Error(`${path} is no folder`);
  return path;
}

/** Whether a port is free for us; `option` is the name of the setting. */
export function tryPort(option: string, host: string, port: number): Promise<CheckResult> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      done({
        name: option,
        ok: false,
        text: `${host}:${port}: ${error.message}`,
        hint: hintFor(option, error),
      });
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() =>
        done({ name: option, ok: true, text: port === 0 ? 'a free one' : `${host}:${port} is free` }),
      );
    });
  });
}

function hintFor(option: string, { code = '' }: NodeJS.ErrnoException): string {
  const address = option.replace('PORT', 'ADDR');
  const hints: Readonly<Record<string, string>> = {
    EADDRINUSE: `another program, or a running gateway, has it: stop it or set ${option}`,
    EACCES: `this user may not take it: set ${option} to one above 1023`,
    EADDRNOTAVAIL: `this machine has no such address: set ${address}`,
    ENOTFOUND: `this machine has no such address: set ${address}`,
  };
  return hints[code] ?? `set ${option} or ${address}`;
}
