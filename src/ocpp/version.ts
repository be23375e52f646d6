/** The WebSocket subprotocol is the value. OCPP-J 1.6 §3.1.2; 2.0.1 and 2.1 part 4 §3.1.2. */
export type OcppVersion = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1';

/** 2.0.1 and 2.1 share their data model. */
export type OcppGeneration = '1.6' | '2';

export const ocppVersions: readonly OcppVersion[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'];

export function isVersion(text: string): text is OcppVersion {
  return (ocppVersions as readonly string[]).includes(text);
}

export function generationOf(version: OcppVersion): OcppGeneration {
  return version === 'ocpp1.6' ? '1.6' : '2';
}

/**
 * The first offered subprotocol that we speak: a station lists them in its order of preference. Case and blanks
 * are ignored, and a list within one entry is read as a list. `null`: none. OCPP 2.1 part 4 §3.1.2.
 */
export function negotiateSubprotocol(offered: readonly string[]): OcppVersion | null {
  for (const name of offeredNames(offered)) {
    const version = name.toLowerCase();
    if (isVersion(version)) return version;
  }
  return null;
}

/** The negotiated subprotocol as the station wrote it: a client compares the echo with its own spelling. RFC 6455 §4.1. */
export function echoSubprotocol(offered: readonly string[], version: OcppVersion): string {
  return offeredNames(offered).find((name) => name.toLowerCase() === version) ?? version;
}

function offeredNames(offered: readonly string[]): string[] {
  return offered.flatMap((entry) => entry.split(',')).map((name) => name.trim());
}

/**
 * Does this payload of a BootNotification come from a 2.x station? For stations that connect without a
 * subprotocol: 1.6 has `chargePointVendor`, 2.x an object `chargingStation`.
 */
export function looksLike201Boot(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const station = 'chargingStation' in payload ? payload.chargingStation : undefined;
  return typeof station === 'object' && station !== null;
}

/**
 * The version of a connection on which none was agreed: as assumed, until its first message shows another. `action`
 * and `payload` are those of that message.
 */
export function versionShownBy(action: string, payload: unknown, assumed: OcppVersion): OcppVersion {
  const isAnother = assumed === 'ocpp1.6' && action === 'BootNotification' && looksLike201Boot(payload);
  return isAnother ? 'ocpp2.0.1' : assumed;
}
