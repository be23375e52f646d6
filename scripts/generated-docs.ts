import { renderReferencePage } from '../src/config/reference-page.ts';
import { renderAsyncApi } from './asyncapi.ts';
import { renderErrorsPage } from './errors-page.ts';

/** A document that is made from the source and committed. */
export interface GeneratedDoc {
  /** Below the repository's folder. */
  file: string;
  generate: () => string | Promise<string>;
}

export const generatedDocs: readonly GeneratedDoc[] = [
  { file: 'docs/configuration.md', generate: renderReferencePage },
  { file: 'docs/errors.md', generate: renderErrorsPage },
  { file: 'docs/asyncapi.yaml', generate: renderAsyncApi },
];
