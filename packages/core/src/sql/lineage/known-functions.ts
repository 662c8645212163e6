const AGGREGATES = new Set(
  [
    'sum avg count countif min max minby maxby median mode anyvalue listagg stringagg groupconcat arrayagg arrayuniqueagg arrayunionagg',
    'objectagg approxcountdistinct approxdistinct hll approxpercentile approxtopk percentilecont percentiledisc stddev stddevpop',
    'stddevsamp variance variancepop variancesamp varpop varsamp corr covarpop covarsamp skew skewness kurtosis logicaland logicalor',
    'booland boolor boolandagg booloragg boolxoragg bitandagg bitoragg bitxoragg bitwiseandagg bitwiseoragg bitwisexoragg hashagg first last',
    'regrslope regrintercept regrcount regrr2 regravgx regravgy regrsxx regrsxy regrsyy sumif avgif argmin argmax bitmapconstructagg',
  ].flatMap((line) => line.split(' ')),
);

const HASHES = /^(md5|sha|sha1|sha2|sha256|sha512|hash|hashagg|crc32|xxhash|xxhash64)(hex|binary|numberlower64|numberupper64|digest)?$/;

/** Tells whether a function makes one value of many rows. `name`: as written, or as the syntax tree calls it. */
export function isAggregate(name: string): boolean {
  return AGGREGATES.has(plain(name));
}

/** Tells whether a function hides its argument. */
export function isHash(name: string): boolean {
  return HASHES.test(plain(name));
}

// The syntax tree has `list_agg` for LISTAGG and `m_d5` for MD5.
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}
