import type { Authorization, AuthorizationMode, CsmsOptions } from './core.ts';
import type { Token } from './model.ts';
import type { Clock } from './ports.ts';
import type { SentStart, Station } from './station.ts';

export interface TokenStore {
  load(): Iterable<Token>;
  save(key: string, token: Token | null): void;
  mode(): AuthorizationMode | null;
  saveMode(mode: AuthorizationMode): void;
}

/** Tokens are compared without case (OCPP 1.6 §7.28: CiString20Type), and kept as they were written. */
export function tokenKey(idToken: string): string {
  return idToken.toLowerCase();
}

/**
 * Who may charge when nobody else decides: the configured list, the stored tokens, the starts this gateway sent,
 * and the `charging_enabled` switch before all of them.
 */
export function createAuthorization(options: CsmsOptions, store: TokenStore, clock: Clock): Authorization {
  const configured = new Set(options.authorizedTokens.map(tokenKey));
  const stored = new Map<string, Token>();
  for (const token of store.load()) stored.set(tokenKey(token.idToken), token);
  let chosen = store.mode() ?? options.authorization ?? null;

  const authorization: Authorization = {
    get mode() {
      return chosen ?? (configured.size > 0 || stored.size > 0 ? 'list' : 'open');
    },
    setMode(mode) {
      chosen = mode;
      store.saveMode(mode);
    },
    decide(station, idToken, evse) {
      if (!chargingAllowed(station, evse)) return 'Blocked';
      if (wasSentByUs(station, idToken, clock.now())) return 'Accepted';
      const { mode } = authorization;
      if (mode === 'closed') return 'Blocked';
      const token = stored.get(tokenKey(idToken));
      if (token !== undefined) {
        if (token.expiresAt !== undefined && Date.parse(token.expiresAt) <= clock.now()) return 'Expired';
        return token.status;
      }
      if (configured.has(tokenKey(idToken)) || mode === 'open') return 'Accepted';
      // 'Blocked' and not 'Invalid': what the earlier program's users see in `authorize`
      return 'Blocked';
    },
    tokens() {
      const fromConfiguration = options.authorizedTokens.map((idToken): Token => ({
        idToken,
        status: 'Accepted',
      }));
      return [
        ...fromConfiguration.filter((token) => !stored.has(tokenKey(token.idToken))),
        ...stored.values(),
      ];
    },
    find(idToken) {
      const key = tokenKey(idToken);
      return stored.get(key) ?? (configured.has(key) ? { idToken, status: 'Accepted' } : null);
    },
    add(token) {
      stored.set(tokenKey(token.idToken), token);
      store.save(tokenKey(token.idToken), token);
    },
    remove(idToken) {
      const removed = stored.delete(tokenKey(idToken));
      if (removed) store.save(tokenKey(idToken), null);
      return removed;
    },
  };
  return authorization;
}

/** `evse` null asks for any EVSE; an EVSE not seen yet follows the others. */
export function chargingAllowed(station: Station, evse: number | null): boolean {
  if (evse !== null && evse > 0) {
    const known = station.evses.get(evse);
    if (known !== undefined) return known.chargingEnabled;
  }
  if (station.evses.size === 0) return true;
  for (const known of station.evses.values()) if (known.chargingEnabled) return true;
  return false;
}

/** A start with this token was asked for by us and has not come yet. */
export function wasSentByUs(station: Station, idToken: string, now: number): boolean {
  return station.sentStarts.some(
    (start) => start.until > now && tokenKey(start.idToken) === tokenKey(idToken),
  );
}

/** The start that we sent and that has come as a transaction of this token and EVSE. */
export function sentStartOf(station: Station, idToken: string, evse: number, now: number): SentStart | null {
  const matching = station.sentStarts.find(
    (sent) =>
      tokenKey(sent.idToken) === tokenKey(idToken) &&
      sent.until > now &&
      (sent.evse === null || sent.evse === evse),
  );
  return matching ?? null;
}
