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

/** Runs the gateway until the process is asked to stop; an MQTT client may ask for another start. */
async function serve(config: Config, log: RootLog, context: CommandContext): Promise<void> {
  const { startGateway } = await import('../gateway.ts');
  const stopped = context.listenForStop();
  while (!stopped.aborted) {
    const next = new AbortController();
    const over = AbortSignal.any([stopped, next.signal]);
    const choice = await chooseBroker(config, {
      answers: answersMqtt,
      readFile: (path) => readFileSync(path, 'utf8'),
    });
    const gateway = await startGateway({
      config,
      choice,
      log,
      version: context.version,
      restart: () => next.abort(),
    });
    if (!over.aborted)
      await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
    await gateway.stop();
  }
}

export function openLog({ values }: Config, { stdout }: CommandContext): RootLog {
  return createLog({
    level: values.LOG_LEVEL,
    format: values.LOG_FORMAT,
    output: stdout,
    ...(values.LOG_FILE !== undefined && {
      file: { path: values.LOG_FILE, maxSize: values.LOG_MAX_SIZE, backupCount: values.LOG_BACKUP_COUNT },
    }),
  });
}
