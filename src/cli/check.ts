import { readFileSync } from 'node:fs';
import { chooseBroker } from '../config/broker-choice.ts';
import { answersMqtt } from '../config/broker-probe.ts';
import type { LoadedConfig } from '../config/load.ts';
import { messageOf } from '../errors.ts';
import { connectToBroker } from './broker-client.ts';
import { tryFolder, tryPort } from './check-machine.ts';
import type { CommandContext, RegisterCommand } from './context.ts';

/** What was tried, and a way out when it failed. */
export interface CheckResult {
  name: string;
  ok: boolean;
  text: string;
  hint?: string;
}

export const registerCheck: RegisterCommand = (program, context) => {
  program
    .command('check')
    .description('validate the settings and try broker, database folder and ports')
    .action(async () => {
      const { output } = context;
      const loaded = context.loadConfig();
      const results = await check(loaded, context);
      output.table(
        results.map(({ name, ok, text, hint }) => [
          ok ? output.paint('green', 'ok') : output.paint('red', 'failed'),
          name,
          hint === undefined ? text : `${text} - ${hint}`,
        ]),
      );
      output.value({ ok: results.every(({ ok }) => ok), checks: results, warnings: loaded.warnings });
      if (results.some(({ ok }) => !ok)) context.exitCode = 1;
    });
};

async function check(loaded: LoadedConfig, { output, cwd }: CommandContext): Promise<CheckResult[]> {
  const { values } = loaded.config;
  for (const warning of loaded.warnings) output.line(`${output.paint('yellow', 'warning')}  ${warning}`);
  const results = [
    { name: 'settings', ok: true, text: `valid, ${plural(loaded.warnings.length, 'warning')}` },
    ...(await tryBroker(loaded)),
    tryFolder(cwd, values.DATA_DIR),
    await tryPort('LISTEN_PORT', values.LISTEN_ADDR, values.LISTEN_PORT),
  ];
  return results;
}

async function tryBroker({ config }: LoadedConfig): Promise<CheckResult[]> {
  const choice = await chooseBroker(config, {
    answers: answersMqtt,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  if (choice.kind === 'embedded') {
    return [
      { name: 'broker', ok: true, text: choice.line },
      await tryPort('BROKER_PORT', choice.addr, choice.port),
    ];
  }
  try {
    const client = await connectToBroker(config, choice);
    await client.endAsync();
    return [{ name: 'broker', ok: true, text: choice.line }];
  } catch (error) {
    const hint = 'is it running there, and are MQTT_USERNAME and MQTT_PASSWORD right?';
    return [{ name: 'broker', ok: false, text: `${choice.line}: ${messageOf(error)}`, hint }];
  }
}

function plural(count: number, noun: string): string {
  return `${count === 0 ? 'no' : count} ${noun}${count === 1 ? '' : 's'}`;
}
