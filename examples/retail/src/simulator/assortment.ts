import { type Random, seededRandom } from './random.ts';

/** A product as the shop's master data has it. */
export interface Product {
  readonly stockCode: string;
  readonly description: string | null;
  readonly priceMills: number;
}

const COLOURS = ['RED', 'BLUE', 'PINK', 'IVORY', 'GREEN', 'ROSE', 'VINTAGE', 'ANTIQUE SILVER', 'RETROSPOT', 'FRENCH BLUE', 'CRÈME', 'NOËL'];
const KINDS = ['METAL', 'WOODEN', 'GLASS', 'CERAMIC', 'ENAMEL', 'PAPER', 'FELT', 'ZINC', 'HANGING', 'ROUND', '"LOVE"', "CHILD'S"];
const THINGS = [
  'T-LIGHT HOLDER',
  'CAKE STAND',
  'LUNCH BAG',
  'ALARM CLOCK',
  'TEA TOWEL',
  'BUNTING',
  'JAM JAR',
  'NAPKINS, PACK OF 20',
  'DOORMAT',
  'WALL CLOCK',
  'CAFÉ SIGN',
  'BIRD ORNAMENT',
  'PHOTO FRAME 4x6',
  'MUG 10% RECYCLED',
];

/** What is invoiced without being goods: codes, texts, prices in thousandths. */
export const SERVICES: readonly Product[] = [
  { stockCode: 'POST', description: 'POSTAGE', priceMills: 18_000 },
  { stockCode: 'DOT', description: 'DOTCOM POSTAGE', priceMills: 25_950 },
  { stockCode: 'C2', description: 'CARRIAGE', priceMills: 50_000 },
  { stockCode: 'M', description: 'Manual', priceMills: 4_250 },
  { stockCode: 'BANK CHARGES', description: 'Bank Charges', priceMills: 15_000 },
];

/** The most products a shop can open with: codes have five digits, and some are left for products that come later. */
export const MOST_PRODUCTS = 80_000;

/** The `index`-th product the shop opened with. */
export function openingProduct(seed: string | number, index: number): Product {
  const random = seededRandom(seed, 'product', index);
  return { ...inventProduct(random), stockCode: `${10_000 + index}${random.chance(0.2) ? random.pick(['A', 'B', 'L', 'bl']) : ''}` };
}

/** A product that the shop starts to sell on its `dayIndex`-th day. */
export function laterProduct(random: Random, dayIndex: number): Product {
  return { ...inventProduct(random), stockCode: String(90_000 + (dayIndex % 10_000)) };
}

function inventProduct(random: Random): Omit<Product, 'stockCode'> {
  const words = [random.pick(COLOURS), random.pick(KINDS), random.pick(THINGS)];
  return {
    description: random.chance(0.02) ? null : words.join(random.chance(0.1) ? '  ' : ' '),
    priceMills: random.pick([290, 420, 550, 650, 850, 1_250, 1_650, 2_100, 2_550, 3_750, 4_950, 8_500, 12_750], 1.2),
  };
}
