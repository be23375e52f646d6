import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersMqtt } from '../config/broker-probe.ts';
import { loadConfig } from '../config/load.ts';
import { createLog } from '../log.ts';
import { actionOf, payloadText } from '../ocpp/frame-text.ts';
import { playScenario } from '../simulator/scenarios.ts';
import { createStation, type SimulatedStation } from '../simulator/station.ts';
import { tryPort } from './check-machine.ts';
import type { CommandContext, RegisterCommand } from './context.ts';

export const registerDemo: RegisterCommand = (program, context) => {
  program
    .command('demo')
    .description('the gateway with everything embedded, and two simulated stations that charge')
    .action(() => demo(context));
};

const address = '127.0.0.1';
const stationIds = ['demo-1', 'demo-2'];

/** Nothing of the user's is read or written: no .env, no configured broker, data in a temporary folder. */
async function demo(context: CommandContext): Promise<void> {
  const { output, version, readFile } = context;
  const stopped = context.listenForStop();
  const folder = await mkdtemp(join(tmpdir(), 'ocpp2mqtt-demo-'));
  try {
    const { config } = loadConfig({
      env: {},
      cwd: folder,
      readFile,
      flags: {
        DATA_DIR: join(folder, 'data'),
        LISTEN_ADDR: address,
        LISTEN_PORT: await portOr0(3000),
        AUTHORIZATION: 'open',
      },
    });
    const log = createLog({
      level: 'warn',
      format: output.json ? 'json' : 'text',
      output: context.stdout,
    });
    const choice = {
      kind: 'embedded' as const,
      addr: address,
      port: (await answersMqtt(address, 1883, 200)) ? 0 : Number(await portOr0(1883)),
      line: 'embedded MQTT broker',
    };
    const { startGateway } = await import('../gateway.ts');
    const gateway = await startGateway({ config, choice, log, version, restart: () => {} });
    const url = `ws://${address}:${gateway.ocpp.port}`;
    const broker = gateway.broker.embedded?.port ?? choice.port;
    const stations = stationIds.map((id) =>
      createStation({ id, url, meterInterval: 2, speed: 4, vendor: 'ocpp2mqtt', model: 'Simulator' }),
    );
    introduce(context, { url, broker });
    const silence = stations.map((station) => narrate(context, station));
    for (const station of stations) station.start();
    const endings = stations.map((station) =>
      playScenario(station, 'charge', { speed: 4, idToken: 'DEMO-CARD' }),
    );
    if (!stopped.aborted) await once(stopped, 'abort');
    for (const silent of silence) silent();
    output.line('stopping');
    for (const end of endings) end();
    await Promise.all(stations.map((station) => station.stop()));
    await gateway.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The usual port where it is free, so that the commands of the README work as they stand. */
async function portOr0(port: number): Promise<string> {
  const { ok } = await tryPort('LISTEN_PORT', address, port);
  return ok ? String(port) : '0';
}

function introduce({ output }: CommandContext, { url, broker }: { url: string; broker: number }): void {
  const rows = [
    ['MQTT broker', `mqtt://${address}:${broker}`],
    ['charging stations', `${url}/<station id>`],
    ['watch everything', `mosquitto_sub -p ${broker} -t 'ocpp/#' -v`],
    ['limit the current', `mosquitto_pub -p ${broker} -t ocpp/demo-1/evse/1/set/current_limit -m 10`],
    ['stop a charge', `mosquitto_pub -p ${broker} -t ocpp/demo-1/cmd -m '{"action":"stop"}'`],
    ['end', 'Ctrl+C'],
  ];
  output.line(
    `ocpp2mqtt ${output.paint('green', 'demo')}: a gateway, an MQTT broker and two charging stations`,
  );
  output.table(rows);
  output.line('');
  output.value({ ocpp: url, mqtt: `mqtt://${address}:${broker}`, stations: stationIds });
}

/** What happens at a station and how fast it charges, until the function returned is called. */
function narrate({ output }: CommandContext, station: SimulatedStation): () => void {
  const tell = (text: string): void => {
    const time = new Date().toISOString();
    output.line(`${time.slice(11, 19)} ${station.id} ${text}`);
    output.value({ time, station: station.id, text });
  };
  const endLog = station.on('log', tell);
  const endFrames = station.on('frame', (direction, frame) => {
    if (direction !== 'out') return;
    const action = actionOf(frame);
    if (action === 'StatusNotification') tell(describeStatus(payloadText(frame)));
    const power = action === 'MeterValues' ? describeMeter(payloadText(frame)) : null;
    if (power !== null) tell(output.paint('green', power));
  });
  return () => {
    endLog();
    endFrames();
  };
}

function describeStatus(payload: string): string {
  const { connectorId, status } = JSON.parse(payload) as { connectorId: number; status: string };
  return connectorId === 0 ? `station ${status}` : `connector ${connectorId} ${status}`;
}

interface Sampled {
  measurand?: string;
  phase?: string;
  value: string;
}

function describeMeter(payload: string): string | null {
  const [entry] = (JSON.parse(payload) as { meterValue: { sampledValue: Sampled[] }[] }).meterValue;
  const power = entry?.sampledValue.find(
    ({ measurand, phase }) => measurand === 'Power.Active.Import' && !phase,
  );
  const soc = entry?.sampledValue.find(({ measurand }) => measurand === 'SoC');
  if (power === undefined) return null;
  const watts = `${(Number(power.value) / 1000).toFixed(1)} kW`;
  return soc === undefined ? watts : `${watts}, vehicle at ${Math.round(Number(soc.value))} %`;
}
