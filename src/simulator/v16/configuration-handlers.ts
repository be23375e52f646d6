import { CallRefused } from '../connection.ts';
import type { Context } from './context.ts';
import type { Handlers } from './messages.ts';

/** ChangeConfiguration and GetConfiguration. OCPP 1.6 §5.3, §5.8; security white paper A01, A05. */
export function configurationHandlers(
  context: Context,
): Pick<Handlers, 'ChangeConfiguration' | 'GetConfiguration'> {
  const { configuration, lifecycle, security } = context;

  return {
    ChangeConfiguration({ key, value }, afterwards) {
      const name = key.toLowerCase();
      if (name === 'securityprofile' && !mayRaise(Number(value))) return { status: 'Rejected' };
      const status = configuration.change(key, value);
      if (status === 'Accepted' && (name === 'authorizationkey' || name === 'securityprofile')) {
        // A01, A05.FR.06: the new credentials are used at once, on a new connection.
        afterwards(() => {
          security.report('ReconfigurationOfSecurityParameters', key);
          lifecycle.reconnect();
        });
      }
      return { status };
    },

    GetConfiguration({ key: keys = [] }) {
      if (keys.length > configuration.integer('GetConfigurationMaxKeys')) {
        throw new CallRefused('OccurenceConstraintViolation', 'more keys than GetConfigurationMaxKeys');
      }
      const wanted = keys.length === 0 ? configuration.keys : keys;
      const shown = wanted.map((key) => ({ key, entry: configuration.show(key) }));
      const unknownKey = shown.filter(({ entry }) => entry === undefined).map(({ key }) => key);
      return {
        configurationKey: shown.flatMap(({ entry }) => (entry === undefined ? [] : [entry])),
        ...(keys.length > 0 && unknownKey.length > 0 && { unknownKey }),
      };
    },
  };

  /** A05.FR.01 to FR.04. What is simulated here has one way to connect: only Basic authentication can be added. */
  function mayRaise(profile: number): boolean {
    const current = configuration.integer('SecurityProfile');
    return profile === 1 && current === 0 && configuration.text('AuthorizationKey') !== '';
  }
}
