import type { Context } from './context.ts';
import type { Handlers } from './messages.ts';

/** ClearCache, GetLocalListVersion and SendLocalList. OCPP 1.6 §5.4, §5.10, §5.15. */
export function localListHandlers({
  authorizations,
}: Context): Pick<Handlers, 'ClearCache' | 'GetLocalListVersion' | 'SendLocalList'> {
  return {
    ClearCache: () => ({ status: authorizations.clearCache() ? 'Accepted' : 'Rejected' }),
    GetLocalListVersion: () => ({ listVersion: authorizations.listVersion }),
    SendLocalList: (update) => ({ status: authorizations.update(update) }),
  };
}
