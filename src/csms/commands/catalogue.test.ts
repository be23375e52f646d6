import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commandCatalogue } from './catalogue.ts';

describe('the catalogue', () => {
  it('describes each word with a schema and the earlier names for it', () => {
    assert.deepEqual(commandCatalogue['start']?.earlier, ['remote_start_transaction']);
    for (const [word, { args }] of Object.entries(commandCatalogue))
      assert.equal('type' in args && args['type'], 'object', word);
  });
});
