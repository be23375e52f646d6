import type { Config } from './config/load.ts';
import { layoutOf, type Layout } from './mqtt/station-topics.ts';

/** Where the gateway with these settings publishes. */
export function layoutOfConfig(config: Config): Layout {
  const source = config.sourceOf('MQTT_BASEPATH');
  return layoutOf({
    basePath: source === 'default' ? null : config.values.MQTT_BASEPATH,
    basePathIsEnvironment: source !== 'default' && source !== 'yaml',
    useStationName: config.values.MQTT_USESTATIONNAME,
  });
}
