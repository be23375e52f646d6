import { readFileSync } from 'node:fs';
import { chooseBroker } from '../config/broker-choice.ts';
import { answersMqtt } from '../config/broker-probe.ts';
import type { Config } from '../config/load.ts';
import { createLog, type RootLog } from '../log.ts';
import type { CommandContext, RegisterCommand } from './context.ts';
import { volumeWarning } from './data-volume.ts';

export const registerServe: RegisterCommand = (program, context) => {
  program
    .command('serve', { isDefault: true })
    .description('run the gateway')
    .action(async () => {
      const { config, warnings, notes } = context.loadConfig();
      const log = openLog(config, context);
      for (const warning of warnings) log.warn({}, warning);
      for (const note of notes) log.info({}, note);
      const volume = volumeWarning(config.values.DATA_DIR);
      if (volume !== null) log.warn({}, volume);
      await serve(config, log, context);
    });
};

/** Between two attempts to start again, ms. */
const pauseMs = 2000;

/** Runs the gateway until the process is asked to stop; an MQTT client, or a store that works again, may restart it. */
async function serve(config: Config, log: RootLog, context: CommandContext): Promise<void> {
  const { startGateway } = await import('../gateway.ts');
  const stopped = context.listenForStop();
  // once: what is still to be published belongs to this broker
  const choice = await chooseBroker(config, {
    answers: answersMqtt,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  let hasStarted = false;
  while (!stopped.aborted) {
    const next = new AbortController();
    const over = AbortSignal.any([stopped, next.signal]);
    const { version } = context;
    const starting = startGateway({ config, choice, log, version, restart: () => next.abort() });
    const gateway = await starting.catch((error: unknown) => {
      if (!hasStarted) throw error;
      log.error({ err: error }, 'cannot start again yet');
      return null;
    });
    hasStarted = true;
    if (gateway === null) {
      await aborted(AbortSignal.any([stopped, AbortSignal.timeout(pauseMs)]));
      continue;
    }
    await aborted(over);
    await gateway.stop();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function openLog({ values }: Config, { stdout, output }: CommandContext): RootLog {
  return createLog({
    level: values.LOG_LEVEL,
    format: output.json ? 'json' : values.LOG_FORMAT,
    output: stdout,
    ...(values.LOG_FILE !== undefined && {
      file: { path: values.LOG_FILE, maxSize: values.LOG_MAX_SIZE, backupCount: values.LOG_BACKUP_COUNT },
    }),
  });
}
