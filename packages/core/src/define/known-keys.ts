import type { z } from 'zod';

/** The keys that a schema allows at a path, for suggesting what a misspelt key meant. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let schemas: readonly z.ZodType[] = unwrap(schema);
  for (const part of path) schemas = schemas.flatMap((one) => step(one, part)).flatMap(unwrap);
  return [...new Set(schemas.flatMap((one) => Object.keys(shapeOf(one) ?? {})))];
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Record<string, z.ZodType>;
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
