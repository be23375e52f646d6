import { errorCodes } from '../src/errors.ts';

const introduction = `# Error codes

<!-- Made by \`npm run docs\` from src/errors.ts: change it there. -->

A code is part of the public contract: it appears in command results, in log lines and with \`--json\`, and never
changes its meaning. The message beside it is for people and may change.
`;

/** The text of docs/errors.md: one entry for each code of the registry, in its order. */
export function renderErrorsPage(): string {
  const entries = Object.entries(errorCodes).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  return `${[introduction, ...entries].join('\n')}\n`;
}
