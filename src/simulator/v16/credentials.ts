import type { Configuration } from './configuration.ts';

/** The HTTP headers of a handshake: Basic authentication when there is a key. OCPP-J 1.6 §6.2.2. */
export function createCredentials(
  id: string,
  password: string | undefined,
  configuration: Configuration,
): () => Record<string, string> {
  let key: Buffer | undefined = password === undefined ? undefined : Buffer.from(password, 'utf8');
  configuration.onChange((name) => {
    if (name === 'AuthorizationKey') key = bytesOf(configuration.text(name));
  });
  return (): Record<string, string> => {
    if (key === undefined) return {};
    const credentials = Buffer.concat([Buffer.from(`${id}:`, 'utf8'), key]);
    return { Authorization: `Basic ${credentials.toString('base64')}` };
  };
}

/** A key set by the CSMS is written as hexadecimal digits. */
function bytesOf(key: string): Buffer {
  return /^([0-9a-f]{2}){16,20}$/i.test(key) ? Buffer.from(key, 'hex') : Buffer.from(key, 'utf8');
}
