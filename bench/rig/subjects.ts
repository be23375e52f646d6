import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../test/support/mosquitto.ts';
import { startProgram } from './process.ts';

const program = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

/** Something stations can connect to. */
export interface Subject {
  readonly url: string;
  readonly pid: number;
  readonly startMs: number;
  stop(): Promise<void>;
}

export interface GatewayVariant {
  kind: 'gateway';
  /** COMPAT_TOPICS */
  compatible: boolean;
}

export interface FloorVariant {
  kind: 'floor';
  publishes: 'none' | 'raw' | 'values';
  qos: 0 | 1;
}

export type Variant = GatewayVariant | FloorVariant;

export function nameOf(variant: Variant): string {
  if (variant.kind === 'gateway') return `ocpp2mqtt, COMPAT_TOPICS=${variant.compatible}`;
  if (variant.publishes === 'none') return 'floor, no MQTT at all';
  const what = variant.publishes === 'raw' ? 'one raw publish' : '12 retained values';
  return `floor, ${what}, QoS ${variant.qos}`;
}

/** Starts the gateway as `npm start` does, or the floor, each in an empty folder of its own. */
export async function startSubject(variant: Variant, mqttPort: number): Promise<Subject> {
  const port = await findFreePort();
  const cwd = mkdtempSync(join(tmpdir(), 'ocpp2mqtt-bench-'));
  const args =
    variant.kind === 'floor'
      ? [program('bench/floor.ts'), String(port), String(mqttPort), variant.publishes, String(variant.qos)]
      : gatewayArguments(port, mqttPort);
  const env: Record<string, string> =
    variant.kind === 'floor'
      ? {}
      : {
          COMPAT_TOPICS: String(variant.compatible),
          OCPP_JOIN: 'open',
          NODE_COMPILE_CACHE: program('node_modules/.cache/compile'),
        };
  const { pid, startMs, stop } = await startProgram({ args, cwd, env, port });
  return {
    url: `ws://127.0.0.1:${port}`,
    pid,
    startMs,
    async stop() {
      await stop();
      rmSync(cwd, { recursive: true });
    },
  };
}

function gatewayArguments(port: number, mqttPort: number): string[] {
  const flags = `--listen-port ${port} --mqtt-hostname 127.0.0.1 --mqtt-port ${mqttPort}`;
  return ['--max-semi-space-size=4', program('src/main.ts'), 'serve', ...flags.split(' ')];
}
