import { actionOf } from './frame-text.ts';
import { parseFrame } from './frame.ts';
import type { JsonObject } from './frame.ts';

/** What stands in the place of a secret. */
const mask = '***';

/** Messages whose request or response can carry a secret; all others are never looked into. */
const actionsWithSecrets: ReadonlySet<string> = new Set([
  'ChangeConfiguration',
  'DataTransfer',
  'GetConfiguration',
  'GetDiagnostics',
  'GetLog',
  'GetVariables',
  'NotifyEvent',
  'NotifyReport',
  'NotifyWebPaymentStarted',
  'PublishFirmware',
  'PublishFirmwareStatusNotification',
  'SetNetworkProfile',
  'SetVariables',
  'SignedUpdateFirmware',
  'UpdateFirmware',
]);

/** Fields that are secret wherever they occur: those of SetNetworkProfile. OCPP 2.1 part 2, NetworkConnectionProfileType. */
const secretFields: ReadonlySet<string> = new Set(['basicAuthPassword', 'password', 'apnPassword', 'simPin']);

/**
 * Configuration keys and variables with a secret value: AuthorizationKey (OCPP-J 1.6 errata §3.12),
 * BasicAuthPassword, VpnPassword, VpnKey, ApnPassword, SimPin, SharedSecret (OCPP 2.1 part 2 appendices), and
 * what vendors call alike.
 */
const secretSetting = /password|passphrase|secret|authorizationkey|authkey|privatekey|vpnkey|apikey|simpin/i;

/** Where a configuration key's or variable's value stands beside its name. */
const valueFields: ReadonlySet<string> = new Set(['value', 'attributeValue', 'actualValue']);

/** No text without one of these holds a secret. `\u00` can hide a letter. */
const suspicious = new RegExp(String.raw`@|\\u00|writeonly|"vpn"|${secretSetting.source}`, 'i');

/** The payload of a request or response with its secrets replaced; the same object when there are none. */
export function maskSecrets(action: string, payload: JsonObject): JsonObject {
  return actionsWithSecrets.has(action) ? maskObject(payload, '', false) : payload;
}

/**
 * The text of a frame with its secrets replaced; the same text when there are none. A CALLRESULT or CALLERROR
 * does not name its action and is looked into whenever its text gives a reason to. Never throws: of a text
 * that is no frame rather too much is replaced.
 */
export function maskFrameText(frameText: string): string {
  const action = actionOf(frameText);
  if (action !== '' && !actionsWithSecrets.has(action)) return frameText;
  const isCutOff = !frameText.trimEnd().endsWith(']');
  if (!isCutOff && !suspicious.test(frameText)) return frameText;
  if (parseFrame(frameText).type === 'broken') return maskBrokenText(frameText);
  const elements = JSON.parse(frameText) as unknown[];
  const masked = maskArray(elements, '', false);
  return masked === elements ? frameText : JSON.stringify(masked);
}

const fieldInText = new RegExp(
  String.raw`("(?:${[...secretFields, ...valueFields, 'key'].join('|')})"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^",\]}\s]+)`,
  'g',
);

const authorityInText = /:(?:\\?\/){2}[^/?#\s"\\]*/g;

function maskBrokenText(text: string): string {
  return text.replaceAll(fieldInText, `$1"${mask}"`).replaceAll(authorityInText, `://${mask}`);
}

function maskValue(value: unknown, name: string, ofSecret: boolean): unknown {
  if (typeof value === 'string') return maskUserInfo(value);
  if (Array.isArray(value)) return maskArray(value, name, ofSecret);
  return typeof value === 'object' && value !== null
    ? maskObject(value as JsonObject, name, ofSecret)
    : value;
}

function maskArray(values: unknown[], name: string, ofSecret: boolean): unknown[] {
  const masked = values.map((value) => maskValue(value, name, ofSecret));
  return masked.some((value, index) => value !== values[index]) ? masked : values;
}

/** `name` is the field this object stands in; `ofSecret`: it belongs to a secret setting. */
function maskObject(object: JsonObject, name: string, ofSecret: boolean): JsonObject {
  const secret = ofSecret || namesSecret(object);
  const masked = Object.entries(object).map(([field, value]): [string, unknown] => {
    const hidden =
      secretFields.has(field) || (name === 'vpn' && field === 'key') || (secret && valueFields.has(field));
    return [field, hidden ? mask : maskValue(value, field, secret && field === 'variableAttribute')];
  });
  return masked.some(([field, value]) => value !== object[field]) ? Object.fromEntries(masked) : object;
}

/** A configuration key (1.6), a variable (2.x) or an attribute that nobody may read (2.x). */
function namesSecret({ key, variable, mutability }: JsonObject): boolean {
  if (mutability === 'WriteOnly') return true;
  if (typeof key === 'string' && secretSetting.test(key)) return true;
  if (typeof variable !== 'object' || variable === null || !('name' in variable)) return false;
  return typeof variable.name === 'string' && secretSetting.test(variable.name);
}

/** `ftp://user:password@host/` becomes `ftp://***@host/`. */
function maskUserInfo(text: string): string {
  return text.includes('@') ? text.replaceAll(/:\/\/[^/?#\s]*@/g, `://${mask}@`) : text;
}
