/** Completes `dist/` after `tsc`: the generated validators are JavaScript already and are copied as they are. */
import { chmodSync, cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

for (const version of ['v16', 'v201', 'v21']) {
  const file = `ocpp/generated/${version}/validators.js`;
  cpSync(fromRoot(`src/${file}`), fromRoot(`dist/${file}`));
}
chmodSync(fromRoot('dist/main.js'), 0o755);
