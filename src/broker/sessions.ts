import type { Aedes, Client } from 'aedes';

import type { BrokerLimits } from './limits.ts';
import type { BrokerPersistence } from './persistence.ts';

/**
 * Ends the sessions that aedes would keep for ever: those of MQTT 3.1 and 3.1.1 clients, which name no expiry, and
 * what is left of a clean one. Those of MQTT 5 clients end by aedes' own timers.
 */
export function endSessions(aedes: Aedes, persistence: BrokerPersistence, limits: BrokerLimits): () => void {
  const away = new Map<string, NodeJS.Timeout>();

  function keep(clientId: string): void {
    clearTimeout(away.get(clientId));
    away.delete(clientId);
  }

  aedes.on('client', (client) => keep(client.id));
  aedes.on('clientDisconnect', (client: Client) => {
    if (client.version === 5) return;
    if (client.clean || away.size >= limits.offlineSessions) {
      persistence.cleanSubscriptions(client);
      return;
    }
    const timer = setTimeout(() => {
      away.delete(client.id);
      persistence.cleanSubscriptions(client);
    }, limits.sessionExpirySeconds * 1000);
    away.set(client.id, timer.unref());
  });

  return () => away.forEach((timer) => clearTimeout(timer));
}
