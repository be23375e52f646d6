import type { Option } from './option.ts';
import { describeAllowed } from './parse-value.ts';
import { flagName, groups, type OptionName, optionNames, yamlKey } from './schema.ts';

const introduction = `# Configuration

<!-- Made by \`npm run docs\` from src/config/: change it there. -->

Everything has a default: \`npm start\` works with no setting at all. A setting comes from, later ones win:

1. its default,
2. \`ocpp2mqtt.yaml\` in the working folder, else in \`DATA_DIR\`, or the file that \`CONFIG_FILE\` names,
3. \`.env\` in the working folder,
4. the environment,
5. a flag on the command line.

\`MQTT_PORT\` is the name in \`.env\` and in the environment, \`mqtt_port\` in the yaml file, and \`--mqtt-port\` on the
command line. An empty value is an unset one. \`ocpp2mqtt config\` prints every setting and where it was set,
\`ocpp2mqtt check\` tries them.

A wrong value is one line and exit code 2:

    ocpp2mqtt: MQTT_PORT=abc (.env line 3): must be a whole number from 1 to 65535
`;

/** The text of docs/configuration.md: a section for each group and an entry for each option. */
export function renderReferencePage(): string {
  const sections = Object.entries(groups).map(([title, options]) =>
    [
      `## ${title}`,
      ...Object.entries<Option>(options).map(([name, option]) => renderOption(name, option)),
    ].join('\n\n'),
  );
  return `${[introduction.trimEnd(), ...sections, renderExample()].join('\n\n')}\n`;
}

function renderOption(name: string, option: Option): string {
  const facts = [
    ['Default', renderDefault(option)],
    ['Allowed', describeAllowed(option)],
    ...(option.unit === undefined ? [] : [['Unit', option.unit]]),
    ...(option.secret === true ? [['Secret', 'never shown']] : []),
    ...(option.lenient === true ? [['A wrong value', 'is a warning, and the default holds']] : []),
  ];
  return [
    `### ${name}`,
    option.description,
    facts.map(([key, value]) => `- ${key}: ${value}`).join('\n'),
  ].join('\n\n');
}

function renderDefault(option: Option): string {
  if (option.default === undefined) return `unset: ${option.unset ?? 'nothing'}`;
  return `\`${typeof option.default === 'string' ? option.default : JSON.stringify(option.default)}\``;
}

function renderExample(): string {
  const example: OptionName[] = optionNames.filter((name) => exampleValues[name] !== undefined);
  const inYaml = example.map((name) => `    ${yamlKey(name)}: ${exampleValues[name]}`);
  const inFlags = example.map((name) => `${flagName(name)} ${exampleValues[name]}`).join(' ');
  return [
    '## Example',
    'In `ocpp2mqtt.yaml`:',
    inYaml.join('\n'),
    'As flags:',
    `    ocpp2mqtt ${inFlags}`,
  ].join('\n\n');
}

const exampleValues: Partial<Record<OptionName, string>> = {
  MQTT_HOSTNAME: '10.0.0.2',
  MQTT_USERNAME: 'ocpp2mqtt',
  PRICE_PER_KWH: '0.31',
};
