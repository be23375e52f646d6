import type { Station } from './station.ts';

/** The payload of `S/info`: what the station is. Absent is what it never told. */
export function stationInfoJson(station: Station): string {
  const { info, version, evses, name, id, configuration } = station;
  const features = configuration.get('SupportedFeatureProfiles');
  return JSON.stringify({
    id,
    ...(name !== null && { name }),
    ...(info !== null && {
      vendor: info.vendor,
      model: info.model,
      serial_number: info.serialNumber,
      box_serial_number: info.boxSerialNumber,
      firmware_version: info.firmwareVersion,
      iccid: info.iccid,
      imsi: info.imsi,
      meter_type: info.meterType,
      meter_serial_number: info.meterSerialNumber,
    }),
    ...(version !== null && { ocpp_version: version }),
    evses: [...evses.values()]
      .filter((evse) => evse.id > 0)
      .map((evse) => ({ id: evse.id, connectors: evse.connectors.length === 0 ? [1] : evse.connectors })),
    ...(features !== undefined && {
      supported_features: features.split(',').map((feature) => feature.trim()),
    }),
  });
}
