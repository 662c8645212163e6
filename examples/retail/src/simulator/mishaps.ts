import type { OrderLine } from './order-line.ts';
import type { Random } from './random.ts';

/** A way in which a line goes wrong between the counter and the table. */
interface Mishap {
  readonly perThousandLines: number;
  readonly change: (line: OrderLine, random: Random) => Partial<OrderLine>;
}

const DESCRIPTIONS_TYPED_IN = [
  'damaged',
  'check',
  '?',
  '??',
  'sold as set on dotcom',
  'Found in loft 😀',
  'it\'s the "other" one',
  'wet\ndamaged',
];

const MISHAPS: readonly Mishap[] = [
  // Cleaning puts these right.
  { perThousandLines: 20, change: (line) => ({ description: line.description?.toLowerCase() ?? null }) },
  { perThousandLines: 20, change: (line) => ({ description: `${line.description?.replace(' ', '   ') ?? ''} ` }) },
  { perThousandLines: 10, change: (line) => ({ description: line.description?.replace(' ', '\n') ?? '\t' }) },
  { perThousandLines: 10, change: (_line, random) => ({ description: random.pick(DESCRIPTIONS_TYPED_IN) }) },
  { perThousandLines: 5, change: () => ({ description: null }) },
  { perThousandLines: 10, change: (line) => ({ stockCode: ` ${line.stockCode?.toLowerCase() ?? ''} ` }) },
  { perThousandLines: 5, change: (line) => ({ invoiceNo: ` ${line.invoiceNo.toLowerCase()} ` }) },
  { perThousandLines: 10, change: (line) => ({ country: `  ${line.country ?? ''} ` }) },
  { perThousandLines: 5, change: () => ({ priceMills: 0 }) },
  // These are refused.
  { perThousandLines: 2, change: (line) => ({ priceMills: -1 - Math.abs(line.priceMills) }) },
  { perThousandLines: 2, change: (_line, random) => ({ stockCode: random.pick(['#REF!', '', '   ', '???', 'naïve/☕', null]) }) },
  { perThousandLines: 1, change: (line) => ({ invoiceNo: `TEST${line.invoiceNo}` }) },
];

/** Lets chance spoil a few of the lines. */
export function spoilSome(lines: readonly OrderLine[], random: Random): readonly OrderLine[] {
  return lines.map((line) => {
    let spoilt = line;
    for (const { perThousandLines, change } of MISHAPS) {
      if (random.chance(perThousandLines / 1000)) spoilt = Object.assign({}, spoilt, change(spoilt, random));
    }
    return spoilt;
  });
}
