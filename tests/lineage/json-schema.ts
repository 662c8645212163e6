/** A published schema, as read from its file. */
export type Schema = Readonly<Record<string, unknown>>;

type Check = (value: unknown, argument: unknown, schema: Schema) => readonly string[];

const FORMATS: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
};

/**
 * Judges values by JSON Schemas (2020-12), as far as those of OpenLineage go; a keyword that it does not know is an error, so
 * nothing passes because it was not looked at.
 */
export function schemaValidator(schemas: readonly Schema[]): (address: string, value: unknown) => readonly string[] {
  const byId = new Map(schemas.map((schema) => [String(schema['$id']), schema]));
  const validate = (value: unknown, schema: unknown, root: Schema): readonly string[] => {
    if (typeof schema === 'boolean') return schema ? [] : ['nothing is allowed here'];
    return Object.entries(asObject(schema)).flatMap(([keyword, argument]) => {
      if (IGNORED.has(keyword)) return [];
      const check = checksFor(root)[keyword];
      if (check === undefined) throw new Error(`This validator does not know the keyword ${keyword}.`);
      return check(value, argument, asObject(schema));
    });
  };
  const resolve = (address: string, base: Schema): readonly [unknown, Schema] => {
    const [id = '', pointer = ''] = address.split('#');
    const root = id === '' ? base : byId.get(id);
    if (root === undefined) throw new Error(`There is no schema ${id}.`);
    const parts = pointer.split('/').filter((part) => part !== '');
    return [parts.reduce<unknown>((node, part) => asObject(node)[part], root), root];
  };
  const checksFor = (root: Schema): Readonly<Record<string, Check>> => ({
    ...SIMPLE,
    $ref: (value, address) => {
      const [target, base] = resolve(String(address), root);
      return target === undefined ? [`${String(address)} leads nowhere`] : validate(value, target, base);
    },
    allOf: (value, list) => asList(list).flatMap((one) => validate(value, one, root)),
    anyOf: (value, list) => (matching(value, list, root) > 0 ? [] : ['matches none of anyOf']),
    oneOf: (value, list) => (matching(value, list, root) === 1 ? [] : ['does not match exactly one of oneOf']),
    not: (value, schema) => (validate(value, schema, root).length > 0 ? [] : ['is what it must not be']),
    items: (value, schema) =>
      Array.isArray(value) ? value.flatMap((one, index) => within(`[${index}]`, validate(one, schema, root))) : [],
    properties: (value, properties) =>
      Object.entries(asObject(properties)).flatMap(([name, schema]) =>
        isObject(value) && name in value ? within(name, validate(value[name], schema, root)) : [],
      ),
    additionalProperties: (value, schema, { properties }) =>
      Object.entries(asObject(value)).flatMap(([name, one]) =>
        name in asObject(properties) ? [] : within(name, validate(one, schema, root)),
      ),
  });
  const matching = (value: unknown, list: unknown, root: Schema): number =>
    asList(list).filter((one) => validate(value, one, root).length === 0).length;
  return (address, value) => {
    const [schema, root] = resolve(address, {});
    return validate(value, schema, root);
  };
}

const IGNORED = new Set(['$schema', '$id', '$defs', 'description', 'example', 'deprecated']);

const SIMPLE: Readonly<Record<string, Check>> = {
  type: (value, type) => (isOfType(value, String(type)) ? [] : [`is not of type ${String(type)}`]),
  const: (value, wanted) => (value === wanted ? [] : [`is not ${String(wanted)}`]),
  pattern: (value, pattern) =>
    typeof value !== 'string' || new RegExp(String(pattern), 'u').test(value) ? [] : [`does not match ${String(pattern)}`],
  minItems: (value, least) => (Array.isArray(value) && value.length < Number(least) ? ['has too few items'] : []),
  enum: (value, list) => (asList(list).includes(value) ? [] : ['is none of enum']),
  minimum: (value, least) => (typeof value === 'number' && value < Number(least) ? ['is too small'] : []),
  format: (value, format) => {
    const pattern = FORMATS[String(format)];
    if (pattern === undefined) throw new Error(`This validator does not know the format ${String(format)}.`);
    return typeof value !== 'string' || pattern.test(value) ? [] : [`is not a ${String(format)}`];
  },
  required: (value, names) =>
    asList(names).flatMap((name) => (isObject(value) && !(String(name) in value) ? [`lacks ${String(name)}`] : [])),
};

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'null' ? value === null : typeof value === type;
}

function within(place: string, problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `${place}: ${problem}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Schema {
  return isObject(value) ? value : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
