import type { OcppVersion } from '../ocpp/version.ts';
import type { Dialect } from './acceptance.ts';

/** The versions this CSMS speaks. Each is loaded when first needed: most homes need one. */
export interface Dialects {
  has(version: OcppVersion): boolean;
  /** Rejects when the version is not spoken. */
  load(version: OcppVersion): Promise<Dialect>;
  /** Throws when it has not been loaded. */
  loaded(version: OcppVersion): Dialect;
}

type Loaders = Partial<Record<OcppVersion, () => Promise<Dialect>>>;

export function createDialects(loaders: Loaders): Dialects {
  const loading = new Map<OcppVersion, Promise<Dialect>>();
  const dialects = new Map<OcppVersion, Dialect>();

  async function read(version: OcppVersion): Promise<Dialect> {
    const loader = loaders[version];
    if (loader === undefined) throw new RangeError(`${version} is not spoken here`);
    const dialect = await loader();
    dialects.set(version, dialect);
    return dialect;
  }

  return {
    has: (version) => loaders[version] !== undefined,
    load(version) {
      let dialect = loading.get(version);
      if (dialect === undefined) loading.set(version, (dialect = read(version)));
      return dialect;
    },
    loaded(version) {
      const dialect = dialects.get(version);
      if (dialect === undefined) throw new RangeError(`${version} was not loaded`);
      return dialect;
    },
  };
}

/** All versions, each behind its own import. */
export function allDialects(): Dialects {
  return createDialects({
    'ocpp1.6': async () => (await import('./v16/dialect.ts')).loadDialect(),
    'ocpp2.0.1': async () => (await import('./v201/dialect.ts')).loadDialect(),
    'ocpp2.1': async () => (await import('./v21/dialect.ts')).loadDialect(),
  });
}
