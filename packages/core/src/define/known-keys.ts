import type { z } from 'zod';

/**
 * The keys that a schema allows at a path, for suggesting what a misspelt key meant. With the declared `value`, those of
 * the alternative that its `kind` chooses.
 */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], value?: unknown): readonly string[] {
  let schemas: readonly z.ZodType[] = unwrap(schema);
  for (const part of path) schemas = schemas.flatMap((one) => step(one, part)).flatMap(unwrap);
  const kind = field(
    path.reduce((inner, part) => field(inner, part), value),
    'kind',
  );
  const chosen = schemas.filter((one) => kind !== undefined && isOfKind(one, kind));
  return [...new Set((chosen.length > 0 ? chosen : schemas).flatMap((one) => Object.keys(shapeOf(one) ?? {})))];
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Record<string, z.ZodType>;
  readonly values?: readonly unknown[];
}

function field(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function isOfKind(schema: z.ZodType, kind: unknown): boolean {
  const literal = shapeOf(schema)?.['kind'];
  return literal !== undefined && definitionOf(literal).values?.includes(kind) === true;
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  return definitionOf(schema).shape;
}

// Sees through `optional`, `default`, transforms and unions.
function unwrap(schema: z.ZodType): readonly z.ZodType[] {
  const { innerType, in: input, options } = definitionOf(schema);
  if (innerType !== undefined) return unwrap(innerType);
  if (input !== undefined) return unwrap(input);
  return options === undefined ? [schema] : options.flatMap(unwrap);
}

function step(schema: z.ZodType, part: PropertyKey): readonly z.ZodType[] {
  const { valueType, element, shape } = definitionOf(schema);
  const next = shape?.[String(part)] ?? valueType ?? element;
  return next === undefined ? [] : [next];
}
