import { optionNames, optionOf } from '../config/schema.ts';
import { mask, redact } from '../log/redact.ts';
import type { RegisterCommand } from './context.ts';

export const registerConfig: RegisterCommand = (program, context) => {
  program
    .command('config')
    .description('print every setting, its value and where it was set')
    .action(() => {
      const { output } = context;
      const { config, warnings } = context.loadConfig();
      const shown = optionNames.map((name) => {
        const value: unknown = config.values[name];
        const source = config.sourceOf(name);
        const isHidden = optionOf(name).secret === true && source !== 'default';
        return { name, value: isHidden ? mask : redact(value), source, where: config.whereOf(name) };
      });

      output.table(
        shown.map(({ name, value, source, where }) => {
          const text = value === undefined ? '-' : toText(value);
          return source === 'default'
            ? [name, text, output.paint('grey', where)]
            : [output.paint('green', name), text, where];
        }),
      );
      output.value({
        options: Object.fromEntries(
          shown.map(({ name, value = null, source, where }) => [name, { value, source, where }]),
        ),
        warnings,
      });
      if (!output.json) for (const warning of warnings) output.warn(warning);
    });
};

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
