import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One line of a Dockerfile, with continued lines joined. */
export interface Instruction {
  name: string;
  text: string;
}

export function parseDockerfile(text: string): Instruction[] {
  return text
    .replaceAll(/\\\n/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name, text: rest };
    });
}

/** What an image would be: folders below `root` stand for those of its file system. */
export interface BuiltImage {
  root: string;
  workdir: string;
  env: Record<string, string>;
  cmd: string[];
}

/**
 * Does what a Dockerfile says on this machine, without a container: each stage in a folder of its own below
 * `folder`, `context` (what .dockerignore lets in) being copied from. RUN sees absolute paths below the stage's
 * folder; FROM's image is this machine with the Node of this process, and users stay who they are.
 */
export function buildImage(
  instructions: readonly Instruction[],
  context: string,
  folder: string,
): BuiltImage {
  const stages = new Map<string, string>();
  let image: BuiltImage = { root: '', workdir: '/', env: {}, cmd: [] };
  for (const { name, text } of instructions) {
    switch (name) {
      case 'FROM': {
        const stage = /\sAS\s+(\w+)$/i.exec(text)?.[1] ?? 'last';
        image = { root: join(folder, stage), workdir: '/', env: {}, cmd: [] };
        mkdirSync(image.root, { recursive: true });
        stages.set(stage, image.root);
        break;
      }
      case 'WORKDIR':
        image.workdir = text;
        mkdirSync(join(image.root, text), { recursive: true });
        break;
      case 'ENV': {
        const [key = '', value = ''] = text.split('=');
        image.env[key] = value;
        break;
      }
      case 'COPY':
        copy(text, image, stages, context);
        break;
      case 'RUN':
        run(text, image);
        break;
      case 'CMD':
        image.cmd = JSON.parse(text) as string[];
        break;
      case 'EXPOSE':
      case 'USER':
      case 'VOLUME':
        break;
      default:
        throw new Error(`This test does not know ${name}`);
    }
  }
  return image;
}

function copy(text: string, image: BuiltImage, stages: Map<string, string>, context: string): void {
  const words = text.split(/\s+/);
  const stage = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const from = stage === undefined ? context : stages.get(stage);
  const target = words.pop();
  if (from === undefined || target === undefined) throw new Error(`COPY ${text}`);
  const to = join(image.root, target.startsWith('/') ? '' : image.workdir, target);
  for (const word of words) {
    const isFolder = target.endsWith('/') && word !== '.';
    const destination = isFolder ? join(to, word.slice(word.lastIndexOf('/') + 1)) : to;
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(join(from, word), destination, { recursive: true, verbatimSymlinks: true });
  }
}

function run(text: string, { root, workdir, env }: BuiltImage): void {
  const command = text.replaceAll(/ -[og] \d+/g, '').replaceAll(/(?<= )\/(?=\w)/g, `${root}/`);
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', command], {
    cwd: join(root, workdir),
    encoding: 'utf8',
    env: {
      ...process.env,
      ...env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      npm_config_prefer_offline: 'true',
    },
  });
  if (status !== 0) throw new Error(`RUN ${text}\n${stdout}${stderr}`);
}
