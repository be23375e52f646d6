import { isOptional, Type } from '../../../json-schema.ts';
import type { TObject, TProperties } from 'typebox';

/**
 * The arguments of a command. A property with a default is not required: the validator fills it in, so that the
 * handler finds every default in its place.
 */
export function argsOf<P extends TProperties>(properties: P): TObject<P> {
  const schema = Type.Object(properties, { additionalProperties: false });
  const names = Object.keys(properties);
  const required = names.filter(
    (name) => !hasDefault(properties[name]) && !isOptional(properties[name] ?? {}),
  );
  return Object.assign(schema, { required });
}

function hasDefault(schema: object | undefined): boolean {
  return schema !== undefined && 'default' in schema;
}

/** An EVSE; an OCPP 1.6 connector n is EVSE n. */
export const evse = (options: { default?: number } = {}) =>
  Type.Integer({ minimum: 1, description: 'EVSE, counted from 1.', ...options });

export const evseOrStation = (options: { default?: number; description?: string } = {}) =>
  Type.Integer({ minimum: 0, description: 'EVSE; 0 is the whole station.', ...options });

export const idToken = (description: string) =>
  Type.Union(
    [
      Type.String({ minLength: 1, maxLength: 255 }),
      Type.Object(
        {
          id_token: Type.String({ minLength: 1, maxLength: 255 }),
          type: Type.Optional(Type.String({ description: 'Token type of OCPP 2.x.' })),
        },
        { additionalProperties: false },
      ),
    ],
    { description },
  );

export const transaction = () =>
  Type.Union([Type.String({ minLength: 1 }), Type.Integer()], { description: 'Id of a transaction.' });

export const time = (description: string) =>
  Type.String({ format: 'date-time', description: `${description} ISO 8601 with a zone.` });

export const url = (description: string) => Type.String({ format: 'uri', maxLength: 512, description });

/** An object of the OCPP version itself, passed on as it is. */
export const ocppObject = (description: string) =>
  Type.Record(Type.String(), Type.Unknown(), { description });
