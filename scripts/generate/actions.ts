import type { Direction } from '../../src/ocpp/directions.ts';
import type { OcppVersion } from '../../src/ocpp/version.ts';
import type { Messages } from './schemas.ts';

/** The table of actions in the specification's order, as a TypeScript module. */
export function emitActions(
  version: OcppVersion,
  directions: Readonly<Record<string, Direction>>,
  messages: Messages,
): string {
  const unknown = [...messages.requests.keys()].filter((name) => !Object.hasOwn(directions, name));
  const missing = Object.keys(directions).filter((name) => !messages.requests.has(name));
  if (unknown.length > 0) throw new Error(`${version}: no direction for ${unknown.join(', ')}`);
  if (missing.length > 0) throw new Error(`${version}: no schema for ${missing.join(', ')}`);

  const rows = Object.entries(directions).map(([name, direction]) => {
    // An action without a response is a SEND. OCPP 2.1 part 4 §4.1.3.
    const send = !messages.responses.has(name);
    return `  ${name}: { name: '${name}', direction: '${direction}', send: ${send} },`;
  });
  return `import type { ActionEntry } from '../../directions.ts';

export const actions = {
${rows.join('\n')}
} as const satisfies Record<string, ActionEntry>;

export type Action = keyof typeof actions;
`;
}
