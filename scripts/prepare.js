/**
 * Runs after an install, also without devDependencies: makes the generated code, and fills the compile cache that
 * `npm start` uses. JavaScript, so that a Node too old for TypeScript gets one clear line.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`ocpp2mqtt needs Node 24 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
await import('./generate.ts');

// A start without the cache takes longer and 50 MB more, and works: a failure here is no failure of the install.
for (const args of [['src/main.ts', 'version'], ['scripts/warm.ts']]) {
  // V8 takes a cache back only under the flags it was made with: those of `npm start`.
  spawnSync(process.execPath, ['--max-semi-space-size=4', ...args], {
    cwd: root,
    env: { ...process.env, NODE_COMPILE_CACHE: 'node_modules/.cache/compile' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
