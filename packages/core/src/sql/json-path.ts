/** The steps of a JSON path: names of members and positions in arrays. */
export type JsonPath = readonly (string | number)[];

const STEP = /\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]{1,6})\]|\['([^'"\\[\]]+)'\]/y;

/** Reads a path such as `$.a.b[0]['c d']`; undefined if it is none. Wildcards are none: a column has one value. */
export function readJsonPath(path: string): JsonPath | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (match === null) return undefined;
    steps.push(match[1] ?? match[3] ?? Number(match[2]));
  }
  return steps;
}
