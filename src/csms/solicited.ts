/**
 * What we asked for is answered even before the station is accepted. OCPP 1.6 §4.2, 2.0.1 B02.FR.09.
 *
 * Name of the station's message that a CALL of ours asks for; null: it asks for none.
 */
export function solicitedBy(action: string, payload: object): string | null {
  if (action === 'GetBaseReport' || action === 'GetReport') return 'NotifyReport';
  if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return null;
  const { requestedMessage } = payload as { requestedMessage?: unknown };
  // SignChargePointCertificate in 1.6, SignChargingStationCertificate, SignV2GCertificate... in 2.x
  return String(requestedMessage).startsWith('Sign') ? 'SignCertificate' : String(requestedMessage);
}
