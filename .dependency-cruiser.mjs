// Who may import whom. Each rule's comment says where the code belongs; `scripts/boundaries.test.ts` plants a violation of each.

const CORE = '^packages/core/src/';
const folder = (...names) => `${CORE}(${names.join('|')})/`;
const inCore = (name, from, to, comment) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: to } });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Split what both need into a file of its own. (Types and imports at call time may form circles.)',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'core-is-pure',
      comment:
        'Core imports no platform and no SDK: what touches files, processes or the network is a port in core/ports and an adapter package.',
      severity: 'error',
      from: { path: CORE, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-optional'], pathNot: '(^|/)node_modules/(zod|@polyglot-sql)/' },
    },
    {
      name: 'translator-only-in-sql',
      comment: 'The translator is wrapped by core/sql; ask that instead.',
      severity: 'error',
      from: { path: CORE, pathNot: `${CORE}sql/` },
      to: { path: 'node_modules/@polyglot-sql/' },
    },
    inCore(
      'leaves-stay-leaves',
      folder('errors', 'layout', 'sql'),
      folder('define', 'compile', 'layers', 'quality', 'lake', 'plan', 'steps', 'run', 'ports'),
      'Errors, layout and sql are used by everybody and use nobody; move what you need down, or the caller up.',
    ),
    inCore(
      'ports-are-types',
      folder('ports'),
      folder('define', 'compile', 'layers', 'quality', 'lake', 'plan', 'steps', 'run'),
      'A port must not drag an implementation along: it speaks of layout, sql types and messages only.',
    ),
    inCore(
      'define-parses-only',
      folder('define'),
      folder('compile', 'layers', 'quality', 'lake', 'plan', 'steps', 'run'),
      'The declaration is the first thing there is; what interprets it is in compile.',
    ),
    inCore(
      'layers-meet-in-plan',
      folder('layers', 'quality'),
      folder('compile', 'plan', 'run'),
      'A layer says what it needs built; compile and plan put layers together.',
    ),
    {
      name: 'no-layer-imports-another',
      comment: 'Bronze, silver and gold are read one at a time; they meet in compile and plan. What they share is in core/layers itself.',
      severity: 'error',
      from: { path: `${CORE}layers/([^/]+)/` },
      to: { path: `${CORE}layers/[^/]+/`, pathNot: `${CORE}layers/$1/` },
    },
    inCore(
      'compile-never-looks-back',
      folder('compile'),
      folder('plan', 'run', 'steps'),
      'Compile knows no lake and no run: it hands a graph to plan.',
    ),
    inCore('plan-never-runs', folder('plan'), folder('run'), 'A plan is data; whoever executes it is in run.'),
    inCore(
      'run-knows-no-layer',
      folder('run'),
      folder('layers', 'define'),
      'A step carries finished SQL: a new layer must need no change in the runner.',
    ),
    {
      name: 'adapters-are-strangers',
      comment: 'Adapters never import each other; the CLI puts them together through ports.',
      severity: 'error',
      from: { path: '^packages/(local|snowflake)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/(local|snowflake|snowflake-local|cli)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'stand-in-stands-alone',
      comment: 'snowflake-local is a product of its own: it imports nothing of Snowmelt.',
      severity: 'error',
      from: { path: '^packages/snowflake-local/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/(?!snowflake-local/)' },
    },
    {
      name: 'only-the-cli-composes',
      comment: 'Adapters are chosen in cli/compose and nowhere else.',
      severity: 'error',
      from: { path: '^packages/(cli|core|testkit)/src/', pathNot: '^packages/cli/src/compose/|\\.test\\.ts$' },
      to: { path: '^packages/(local|snowflake|snowflake-local)/' },
    },
    {
      name: 'testkit-is-for-tests',
      comment: 'Production code never sees the testkit.',
      severity: 'error',
      from: { path: '^packages/', pathNot: '^packages/testkit/|\\.test\\.ts$' },
      to: { path: '^packages/testkit/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['snowmelt-source', 'import', 'types', 'default'] },
  },
};
