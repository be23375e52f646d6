import type { RegisterCommand } from './context.ts';

export const registerVersion: RegisterCommand = (program, context) => {
  program
    .command('version')
    .description('print the version')
    .action(() => {
      const { output, version } = context;
      output.line(`ocpp2mqtt ${version} (node ${process.versions.node})`);
      output.value({ version, node: process.versions.node });
    });
};
