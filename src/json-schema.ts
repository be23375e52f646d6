import type { TSchema, Type as TypeBox } from 'typebox';

type Names =
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown';

type Properties = Readonly<Record<string, TSchema>>;

const optional = new WeakSet<object>();

/** Whether `Type.Optional` made it. */
export function isOptional(schema: object): boolean {
  return optional.has(schema);
}

const withType =
  (type: string) =>
  (options?: object): object => ({ type, ...options });

function objectOf(properties: Properties, options?: object): object {
  const required = Object.keys(properties).filter((name) => !isOptional(properties[name] ?? {}));
  return { type: 'object', ...(required.length > 0 && { required }), properties, ...options };
}

function optionalOf(schema: object): object {
  const copy = { ...schema };
  optional.add(copy);
  return copy;
}

/**
 * The part of TypeBox's builder that is used here, made of plain JSON Schema objects: the types are TypeBox's, its
 * code stays unloaded (7 MB).
 */
export const Type = {
  Array: (items: object, options?: object): object => ({ type: 'array', items, ...options }),
  Boolean: withType('boolean'),
  Enum: (values: readonly unknown[], options?: object): object => ({ enum: [...values], ...options }),
  Integer: withType('integer'),
  Literal: (value: unknown, options?: object): object => ({ type: typeof value, const: value, ...options }),
  Null: withType('null'),
  Number: withType('number'),
  Object: objectOf,
  Optional: optionalOf,
  /** The keys are any text. */
  Record: (_key: object, value: object, options?: object): object => ({
    type: 'object',
    patternProperties: { '^.*$': value },
    ...options,
  }),
  String: withType('string'),
  Union: (anyOf: object[], options?: object): object => ({ anyOf, ...options }),
  Unknown: (options?: object): object => ({ ...options }),
} as Pick<typeof TypeBox, Names>;
