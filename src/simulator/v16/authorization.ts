import type { Configuration } from './configuration.ts';
import type { IdTagInfo, Request, Response } from './messages.ts';

type LocalListUpdate = Request<'SendLocalList'>;

/** Who may charge: the local authorization list, the authorization cache, and what the CSMS says. OCPP 1.6 §3.5. */
export interface Authorizations {
  /** Asks whom the rules say to ask; 'Invalid' when nobody knows. */
  authorize(idTag: string): Promise<IdTagInfo>;
  /** What the station knows by itself: list first, then cache. Entries past their date are Expired. */
  known(idTag: string): IdTagInfo | undefined;
  /** Remembers what an answer of the CSMS said. True when it contradicts the local list. */
  learn(idTag: string, info: IdTagInfo): boolean;
  clearCache(): boolean;
  readonly listVersion: number;
  update(update: LocalListUpdate): Response<'SendLocalList'>['status'];
}

export interface AuthorizationParts {
  configuration: Configuration;
  now: () => number;
  online: () => boolean;
  ask: (idTag: string) => Promise<IdTagInfo>;
}

export function createAuthorizations(parts: AuthorizationParts): Authorizations {
  const { configuration, now } = parts;
  /** By idTag, which has no case (CiString20Type). */
  const cache = new Map<string, IdTagInfo>();
  let list = new Map<string, IdTagInfo>();
  let listVersion = 0;

  const keyOf = (idTag: string): string => idTag.toLowerCase();

  function current(info: IdTagInfo | undefined): IdTagInfo | undefined {
    const past = info?.expiryDate !== undefined && Date.parse(info.expiryDate) <= now();
    return info !== undefined && past && info.status === 'Accepted' ? { ...info, status: 'Expired' } : info;
  }

  function listed(idTag: string): IdTagInfo | undefined {
    return configuration.flag('LocalAuthListEnabled') ? current(list.get(keyOf(idTag))) : undefined;
  }

  function known(idTag: string): IdTagInfo | undefined {
    // OCPP 1.6 §3.5.3: the list has priority.
    const cached = configuration.flag('AuthorizationCacheEnabled')
      ? current(cache.get(keyOf(idTag)))
      : undefined;
    return listed(idTag) ?? cached;
  }

  function authorizeOffline(idTag: string): IdTagInfo {
    const info = configuration.flag('LocalAuthorizeOffline') ? known(idTag) : undefined;
    if (info !== undefined) return info;
    // OCPP 1.6 §3.5.4: only the unknown; what is known and not accepted stays refused.
    const unknown = known(idTag) === undefined && configuration.flag('AllowOfflineTxForUnknownId');
    return { status: unknown ? 'Accepted' : 'Invalid' };
  }

  function learn(idTag: string, info: IdTagInfo): boolean {
    const own = listed(idTag);
    // OCPP 1.6 §3.5.3: identifiers of the list are not added to the cache.
    if (own === undefined) cache.set(keyOf(idTag), info);
    return own !== undefined && own.status === 'Accepted' && info.status !== 'Accepted';
  }

  return {
    known,
    learn,
    async authorize(idTag) {
      if (!parts.online()) return authorizeOffline(idTag);
      const info = configuration.flag('LocalPreauthorize') ? known(idTag) : undefined;
      if (info?.status === 'Accepted') return info;
      try {
        const answer = await parts.ask(idTag);
        learn(idTag, answer);
        return answer;
      } catch {
        // Without an answer the CSMS is out of reach, whatever the socket says.
        return authorizeOffline(idTag);
      }
    },
    clearCache() {
      cache.clear();
      return configuration.flag('AuthorizationCacheEnabled');
    },
    get listVersion() {
      // OCPP 1.6 §5.10: 0 says that the list is empty.
      return list.size === 0 ? 0 : listVersion;
    },
    update({ listVersion: version, localAuthorizationList: entries = [], updateType }) {
      if (!configuration.flag('LocalAuthListEnabled')) return 'NotSupported';
      const names = new Set(entries.map((entry) => keyOf(entry.idTag)));
      // OCPP 1.6 §6.41: no duplicates; errata sheet §3.52: versions 0 and -1 have another meaning.
      if (names.size < entries.length || version <= 0) return 'Failed';
      if (entries.length > configuration.integer('SendLocalListMaxLength')) return 'Failed';
      if (updateType === 'Differential' && version <= listVersion) return 'VersionMismatch';
      // OCPP 1.6 §7.1: in a full list each entry says its status, in a differential one none means remove.
      if (updateType === 'Full' && entries.some((entry) => entry.idTagInfo === undefined)) return 'Failed';
      const updated = new Map(updateType === 'Full' ? [] : list);
      for (const { idTag, idTagInfo } of entries) {
        if (idTagInfo === undefined) updated.delete(keyOf(idTag));
        else updated.set(keyOf(idTag), idTagInfo);
      }
      if (updated.size > configuration.integer('LocalAuthListMaxLength')) return 'Failed';
      list = updated;
      listVersion = version;
      for (const idTag of list.keys()) cache.delete(idTag);
      return 'Accepted';
    },
  };
}
