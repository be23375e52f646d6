import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact, redactText } from './redact.ts';

test('user info of an address is masked, the rest of the text stays', () => {
  assert.equal(redactText('to wss://a:b@host/x, from me@home'), 'to wss://***@host/x, from me@home');
  assert.equal(redactText('mqtt://host/path@2x'), 'mqtt://host/path@2x');
  assert.equal(redactText('mqtt://u:p@ss@host'), 'mqtt://***@host');
});

test('HTTP credentials are masked', () => {
  assert.equal(redactText('authorization: Basic bWU6c2VjcmV0 sent'), 'authorization: Basic *** sent');
});

test('values under secret names are masked at any depth', () => {
  assert.deepEqual(redact({ a: [{ AuthorizationKey: 'x', password: { hash: 'y' } }], tlsPrivateKey: 1 }), {
    a: [{ AuthorizationKey: '***', password: '***' }],
    tlsPrivateKey: '***',
  });
});

test('the value of a configuration key with a secret name is masked', () => {
  assert.deepEqual(redact({ key: 'AuthorizationKey', value: 'x' }), {
    key: 'AuthorizationKey',
    value: '***',
  });
  assert.deepEqual(redact({ key: 'HeartbeatInterval', value: '300' }), {
    key: 'HeartbeatInterval',
    value: '300',
  });
});

test('whether a secret is set is none', () => {
  assert.deepEqual(redact({ password: null, hasPassword: true, authorization: 'open' }), {
    password: null,
    hasPassword: true,
    authorization: 'open',
  });
});

test('what is neither text, array nor plain object stays as it is', () => {
  const error = new Error('x');
  assert.equal(redact(error), error);
  assert.equal(redact(5), 5);
});
