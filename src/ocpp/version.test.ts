import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  echoSubprotocol,
  generationOf,
  isVersion,
  looksLike201Boot,
  negotiateSubprotocol,
} from './version.ts';

test("the station's order of preference decides", () => {
  assert.equal(negotiateSubprotocol(['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6']), 'ocpp2.1');
  assert.equal(negotiateSubprotocol(['ocpp1.6', 'ocpp2.0.1']), 'ocpp1.6');
});

test('versions we do not speak are passed over', () => {
  assert.equal(negotiateSubprotocol(['ocpp2.0', 'ocpp1.5', 'ocpp1.6']), 'ocpp1.6');
  assert.equal(negotiateSubprotocol(['ocpp2.0', 'ocpp1.5']), null);
  assert.equal(negotiateSubprotocol([]), null);
});

test('case, blanks and a list within one entry do not matter', () => {
  assert.equal(negotiateSubprotocol([' OCPP1.6 ']), 'ocpp1.6');
  assert.equal(negotiateSubprotocol(['ocpp2.0,Ocpp1.6']), 'ocpp1.6');
});

test('the echo is spelled as the station spelled it', () => {
  assert.equal(echoSubprotocol(['ocpp2.0, OCPP1.6'], 'ocpp1.6'), 'OCPP1.6');
  assert.equal(echoSubprotocol([], 'ocpp2.1'), 'ocpp2.1');
});

test('a version is one of three texts', () => {
  assert.ok(isVersion('ocpp2.0.1'));
  assert.ok(!isVersion('ocpp2.0'));
  assert.ok(!isVersion('toString'));
});

test('2.0.1 and 2.1 are one generation', () => {
  assert.equal(generationOf('ocpp1.6'), '1.6');
  assert.equal(generationOf('ocpp2.0.1'), '2');
  assert.equal(generationOf('ocpp2.1'), '2');
});

test('a first BootNotification shows whether the station speaks 2.x', () => {
  assert.ok(looksLike201Boot({ reason: 'PowerUp', chargingStation: { model: 'M', vendorName: 'V' } }));
  assert.ok(!looksLike201Boot({ chargePointVendor: 'V', chargePointModel: 'M' }));
  assert.ok(!looksLike201Boot({ chargingStation: 'M' }));
  assert.ok(!looksLike201Boot(null));
});
