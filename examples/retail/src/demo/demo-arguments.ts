import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What the demo was asked for. */
export type DemoOptions =
  | { readonly kind: 'stop'; readonly exitCode: number; readonly text: string }
  | {
      readonly kind: 'run';
      /** The real Online Retail file; undefined: the simulated shop. */
      readonly data: string | undefined;
      /** Days to run; undefined: all there are. */
      readonly days: number | undefined;
      /** One run for the last day instead of one a day. */
      readonly atOnce: boolean;
      readonly seed: number;
      /** Where the source database, the key and the lake are kept. */
      readonly folder: string;
    };

const HELP = `npm run demo [-- options]: a shop's tables in a stand-in Snowflake, taken to gold day by day.

  --days N     days to run (default: 30 simulated, 20 of the real file)
  --data FILE  use the real Online Retail file (Parquet) instead of the simulated shop
  --all        all days of the file
  --at-once    load everything and make one run for the last day, instead of one a day
  --seed N     another shop (default: 1)
  --folder DIR where source and lake are kept (default: .demo in the example)
  --help       print this help
`;

/** Reads the demo's command line. */
export function parseDemoArguments(argv: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        days: { type: 'string' },
        data: { type: 'string' },
        all: { type: 'boolean', default: false },
        'at-once': { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        folder: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { kind: 'stop', exitCode: 0, text: HELP };
    const name = values.data === undefined ? `shop-${values.seed}` : 'online-retail';
    const folder = values.folder ?? fileURLToPath(new URL(`../../.demo/${name}${values['at-once'] ? '-at-once' : ''}`, import.meta.url));
    const days = values.days === undefined ? (values.data === undefined ? 30 : 20) : wholeNumber('days', values.days);
    return {
      kind: 'run',
      data: values.data,
      days: values.all ? undefined : days,
      atOnce: values['at-once'],
      seed: wholeNumber('seed', values.seed),
      folder,
    };
  } catch (error) {
    return { kind: 'stop', exitCode: 2, text: `${error instanceof Error ? error.message : String(error)}\n\n${HELP}` };
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`--${name} takes a whole number of at least 1.`);
  return number;
}
