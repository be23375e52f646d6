import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { createStation } from '../src/simulator/station.ts';
import { buildImage, parseDockerfile } from './support/dockerfile.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The folders and files that .dockerignore lets in. */
function copyContext(to: string): void {
  const lines = read('.dockerignore').trim().split('\n');
  assert.equal(lines.shift(), '*');
  for (const line of lines) {
    const name = line.replace(/^!/, '');
    cpSync(join(root, name), join(to, name), {
      recursive: true,
      filter: (path) => !path.includes('generated'),
    });
  }
}

describe('the container image', () => {
  const instructions = parseDockerfile(read('Dockerfile'));
  const texts = (name: string): string[] =>
    instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);

  it('runs on Node 24 without root, keeps its data in a volume and names its ports', () => {
    assert.deepEqual([...new Set(texts('FROM').map((text) => text.split(' ')[0]))], ['node:24-slim']);
    assert.deepEqual(texts('VOLUME'), ['/data']);
    assert.ok(texts('ENV').includes('DATA_DIR=/data'));
    assert.deepEqual(texts('EXPOSE'), ['3000 8380']);
    assert.notEqual(texts('USER').at(-1), undefined);
    assert.doesNotMatch(texts('USER').join(' '), /root|\b0\b/);
  });

  it('is built by its own steps, starts, and a charging station connects', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'container-'));
    const context = join(folder, 'context');
    mkdirSync(context);
    copyContext(context);
    const image = buildImage(instructions, context, folder);
    assert.ok(statSync(join(image.root, 'data')).isDirectory());

    const [program = '', ...args] = image.cmd;
    const gateway = spawn(program, args, {
      cwd: join(image.root, image.workdir),
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...image.env,
        PATH: dirname(process.execPath),
        DATA_DIR: join(image.root, image.env['DATA_DIR'] ?? ''),
        LISTEN_PORT: '0',
        MQTT_HOSTNAME: '127.0.0.1',
        // nobody is there: stations are served all the same
        MQTT_PORT: '1',
      },
    });
    let output = '';
    const port = await new Promise<string>((resolve, reject) => {
      gateway.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const found = /listening for charging stations.* port=(\d+)/.exec(output)?.[1];
        if (found !== undefined) resolve(found);
      });
      gateway.once('exit', () => reject(new Error(output)));
    });
    const station = createStation({ id: 'box', url: `ws://127.0.0.1:${port}` });
    station.start();
    await station.until(({ registration }) => registration === 'accepted');
    await station.stop();
    const ended = once(gateway, 'exit');
    gateway.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    rmSync(folder, { recursive: true });
  });
});

describe('the files of deploy/', () => {
  /** Everything the yaml file says, without knowing its form. */
  const documents = (file: string): Record<string, unknown>[] =>
    parseAllDocuments(read(`deploy/${file}`)).map((document) => {
      assert.deepEqual(document.errors, [], file);
      return document.toJS() as Record<string, unknown>;
    });

  it('compose starts Mosquitto beside the gateway, both with their data in volumes', () => {
    const [compose] = documents('compose.yaml') as [
      { services: Record<string, { volumes: string[]; environment?: object }>; volumes: object },
    ];
    const { ocpp2mqtt, mosquitto } = compose.services;
    assert.deepEqual(ocpp2mqtt?.environment, { MQTT_HOSTNAME: 'mosquitto' });
    assert.deepEqual(ocpp2mqtt?.volumes, ['ocpp2mqtt:/data']);
    assert.ok(mosquitto?.volumes.includes('mosquitto:/mosquitto/data'));
    assert.deepEqual(Object.keys(compose.volumes), ['ocpp2mqtt', 'mosquitto']);
    const config = read('deploy/mosquitto.conf');
    assert.match(config, /^persistence true$/m);
    assert.match(config, /^max_queued_messages 0$/m);
  });

  it("Kubernetes runs one gateway at a time, with the earlier program's variables and a volume", () => {
    interface Deployment {
      spec: {
        replicas: number;
        strategy: { type: string };
        template: { spec: { containers: { env: { name: string; value: string }[] }[] } };
      };
    }
    const [{ spec }] = documents('kubernetes/deployment.yaml') as [object] as [Deployment];
    assert.equal(spec.replicas, 1);
    assert.equal(spec.strategy.type, 'Recreate');
    const env = spec.template.spec.containers[0]?.env.map(({ name }) => name);
    for (const name of ['MQTT_PORT', 'MQTT_HOSTNAME', 'MQTT_BASEPATH', 'LISTEN_PORT', 'LISTEN_ADDR'])
      assert.ok(env?.includes(name), name);
    assert.ok(env?.includes('AUTHORIZED_TAG_ID_LIST'));
    assert.match(JSON.stringify(spec), /"mountPath":"\/data".*"claimName":"ocpp2mqtt"/);
    const [service] = documents('kubernetes/service.yaml');
    assert.match(JSON.stringify(service), /"port":3000/);
    const [volume] = documents('kubernetes/volume.yaml');
    assert.equal(volume?.['kind'], 'PersistentVolumeClaim');
  });
});
