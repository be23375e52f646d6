import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { formatCall, formatCallError, formatCallResult } from './frame-text.ts';
import type { JsonObject } from './frame.ts';
import { maskFrameText, maskSecrets } from './secrets.ts';

const secret = 'hunter2hunter2';

const carriers: [name: string, action: string, payload: JsonObject][] = [
  ['the authorization key of 1.6', 'ChangeConfiguration', { key: 'AuthorizationKey', value: secret }],
  ['its key in another case', 'ChangeConfiguration', { key: 'authorizationkey', value: secret }],
  ["a vendor's password", 'ChangeConfiguration', { key: 'WifiPassword', value: secret }],
  ['a password in a URL', 'ChangeConfiguration', { key: 'CentralSystem', value: `wss://id:${secret}@host/` }],
  ['an upload of diagnostics', 'GetDiagnostics', { location: `ftp://user:${secret}@host/path` }],
  ['a firmware of 1.6', 'UpdateFirmware', { location: `https://user:${secret}@host:8443/f?a=b` }],
  ['a user name with an @', 'UpdateFirmware', { location: `ftp://user@mail:${secret}@host/f` }],
  ['a signed firmware', 'SignedUpdateFirmware', { firmware: { location: `ftp://u:${secret}@host` } }],
  ['an upload of a log', 'GetLog', { log: { remoteLocation: `ftp://u:${secret}@host` } }],
  [
    'the password of 2.x',
    'SetVariables',
    {
      setVariableData: [
        {
          attributeValue: secret,
          component: { name: 'SecurityCtrlr' },
          variable: { name: 'BasicAuthPassword' },
        },
      ],
    },
  ],
  [
    'a network profile',
    'SetNetworkProfile',
    {
      configurationSlot: 1,
      connectionData: {
        ocppCsmsUrl: `wss://u:${secret}@host`,
        basicAuthPassword: secret,
        apn: { apn: 'internet', apnPassword: secret, apnUserName: 'u' },
        vpn: { server: 'host', user: 'u', password: secret, key: secret, type: 'IPSec' },
      },
    },
  ],
  [
    'a reported variable',
    'NotifyReport',
    {
      reportData: [{ variable: { name: 'VpnKey' }, variableAttribute: [{ type: 'Actual', value: secret }] }],
    },
  ],
  [
    'a variable nobody may read',
    'NotifyReport',
    {
      reportData: [
        { variable: { name: 'X' }, variableAttribute: [{ mutability: 'WriteOnly', value: secret }] },
      ],
    },
  ],
  ['an event', 'NotifyEvent', { eventData: [{ actualValue: secret, variable: { name: 'SharedSecret' } }] }],
  ['data of a vendor', 'DataTransfer', { vendorId: 'v', data: { password: secret } }],
];

describe('a secret leaves neither in a payload nor in a frame', () => {
  for (const [name, action, payload] of carriers) {
    test(name, () => {
      assert.ok(!JSON.stringify(maskSecrets(action, payload)).includes(secret));
      const texts = [
        formatCall('1', action, payload),
        formatCall('1', action, JSON.stringify(payload).replaceAll('/', String.raw`\/`)),
        formatCall('1', action, JSON.stringify(payload).replaceAll(/[kKpP]/g, escapeLetter)),
        JSON.stringify([2, '1', action, payload], null, 2),
      ];
      for (const text of texts) {
        const masked = maskFrameText(text);
        assert.ok(masked.includes('***') && !masked.includes(secret), masked);
        assert.ok(Array.isArray(JSON.parse(masked)));
      }
    });

    test(`${name}, in a text cut off`, () => {
      const text = formatCall('1', action, payload);
      assert.ok(!maskFrameText(text.slice(0, -1)).includes(secret));
      assert.ok(!maskFrameText(text.slice(0, text.lastIndexOf(secret) + secret.length)).includes(secret));
    });
  }

  test('the answer to GetConfiguration', () => {
    const payload = { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: secret }] };
    assert.ok(!maskFrameText(formatCallResult('1', payload)).includes(secret));
    assert.ok(!JSON.stringify(maskSecrets('GetConfiguration', payload)).includes(secret));
  });

  test('the answer to GetVariables', () => {
    const payload = {
      getVariableResult: [{ attributeValue: secret, variable: { name: 'BasicAuthPassword' } }],
    };
    assert.ok(!maskFrameText(formatCallResult('1', payload)).includes(secret));
    assert.ok(!JSON.stringify(maskSecrets('GetVariables', payload)).includes(secret));
  });

  test('an error that repeats the payload', () => {
    const text = formatCallError('1', 'GenericError', 'no', { key: 'AuthorizationKey', value: secret });
    assert.ok(!maskFrameText(text).includes(secret));
  });

  test('a number', () => {
    const masked = maskSecrets('SetNetworkProfile', { connectionData: { apn: { simPin: 1234 } } });
    assert.deepEqual(masked, { connectionData: { apn: { simPin: '***' } } });
  });
});

describe('what is no secret stays as it is', () => {
  test('the rest of a masked payload', () => {
    assert.deepEqual(maskSecrets('ChangeConfiguration', { key: 'AuthorizationKey', value: secret }), {
      key: 'AuthorizationKey',
      value: '***',
    });
    assert.deepEqual(maskSecrets('GetDiagnostics', { location: 'ftp://user:pass@host/a@b', retries: 1 }), {
      location: 'ftp://***@host/a@b',
      retries: 1,
    });
  });

  test('the very same object and text come back when there is nothing to mask', () => {
    const payloads: [string, JsonObject][] = [
      ['ChangeConfiguration', { key: 'HeartbeatInterval', value: '60' }],
      ['GetDiagnostics', { location: 'ftp://host/path@2' }],
      ['DataTransfer', { vendorId: 'v', data: 'mail me at a@b' }],
      ['MeterValues', { password: 'not in the table' }],
    ];
    for (const [action, payload] of payloads) {
      assert.equal(maskSecrets(action, payload), payload);
      const text = formatCall('1', action, payload);
      assert.equal(maskFrameText(text), text);
    }
  });

  test('masking twice is masking once', () => {
    for (const [, action, payload] of carriers) {
      const masked = maskFrameText(formatCall('1', action, payload));
      assert.equal(maskFrameText(masked), masked);
    }
  });
});

test('no text makes masking throw', () => {
  const pieces = [
    '[2,"1","ChangeConfiguration",',
    '[3,"1",',
    '{"key":"password"',
    ',"value":',
    '"x"',
    '}',
    ']',
    '://a@',
  ];
  const noise = fc.array(fc.constantFrom(...pieces, '\\', '"', '[', '\\u00'), { maxLength: 20 });
  fc.assert(
    fc.property(noise, (parts) => {
      maskFrameText(parts.join(''));
    }),
    { numRuns: 5000 },
  );
  maskFrameText(`[3,"1",${'['.repeat(100_000)}"password@"${']'.repeat(100_000)}]`);
});

function escapeLetter(letter: string): string {
  return `\\u00${letter.charCodeAt(0).toString(16)}`;
}
