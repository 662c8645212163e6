import type { Random } from './random.ts';

/** A text that a regular expression matches as a whole; undefined where the expression uses more than is read here. */
export function samplePattern(pattern: string, random: Random): string | undefined {
  const reader = { text: [...pattern.replace(/^\^|\$$/g, '')], at: 0 };
  try {
    const sample = readAlternatives(reader, random);
    return reader.at === reader.text.length ? sample : undefined;
  } catch (error) {
    if (error instanceof UnreadPattern) return undefined;
    throw error;
  }
}

interface Reader {
  readonly text: readonly string[];
  at: number;
}

class UnreadPattern extends Error {}

function readAlternatives(reader: Reader, random: Random): string {
  const alternatives: [string, ...string[]] = [readSequence(reader, random)];
  while (reader.text[reader.at] === '|') {
    reader.at += 1;
    alternatives.push(readSequence(reader, random));
  }
  return random.pick(alternatives);
}

function readSequence(reader: Reader, random: Random): string {
  let sample = '';
  while (reader.at < reader.text.length && !'|)'.includes(reader.text[reader.at] ?? '')) {
    const start = reader.at;
    const first = readAtom(reader, random);
    const end = reader.at;
    const times = readTimes(reader, random);
    const after = reader.at;
    if (times > 0) sample += first;
    for (let i = 1; i < times; i++) {
      reader.at = start;
      sample += readAtom(reader, random);
      if (reader.at !== end) throw new UnreadPattern();
    }
    reader.at = after;
  }
  return sample;
}

const TIMES: Readonly<Record<string, readonly [least: number, most: number]>> = { '?': [0, 1], '*': [0, 3], '+': [1, 4] };

function readTimes(reader: Reader, random: Random): number {
  const counted = /^\{(\d+)(,?)(\d*)\}/.exec(reader.text.slice(reader.at).join(''));
  const sign = reader.text[reader.at] ?? '';
  const [least, most] = counted === null ? (TIMES[sign] ?? [1, 1]) : countsOf(counted);
  const length = counted?.[0].length ?? (sign in TIMES ? 1 : 0);
  reader.at += length;
  if (length > 0 && /[?+]/.test(reader.text[reader.at] ?? '')) reader.at += 1;
  return least + random.below(most - least + 1);
}

function countsOf([, least = '1', comma, most = '']: RegExpExecArray): readonly [number, number] {
  if (comma === '') return [Number(least), Number(least)];
  return [Number(least), most === '' ? Number(least) + 2 : Number(most)];
}

function readAtom(reader: Reader, random: Random): string {
  const character = reader.text[reader.at] ?? '';
  reader.at += 1;
  switch (character) {
    case '(': {
      const kind = /^\?(:|[^:]?)/.exec(reader.text.slice(reader.at, reader.at + 2).join(''));
      if (kind !== null && kind[1] !== ':') throw new UnreadPattern();
      if (kind !== null) reader.at += 2;
      const sample = readAlternatives(reader, random);
      if (reader.text[reader.at] !== ')') throw new UnreadPattern();
      reader.at += 1;
      return sample;
    }
    case '[':
      return random.pick(readSet(reader));
    case '\\':
      return random.pick(classOf(reader));
    case '.':
      return random.pick(['a', 'Z', '0', '-', 'é']);
    case '^':
    case '$':
      throw new UnreadPattern();
    default:
      return character;
  }
}

const CLASSES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  d: ['0', '1', '5', '9'],
  w: ['a', 'Z', '0', '_'],
  s: [' '],
};

function classOf(reader: Reader): readonly [string, ...string[]] {
  const character = reader.text[reader.at] ?? '';
  reader.at += 1;
  const known = CLASSES[character];
  if (known !== undefined) return known;
  if (character === '' || /[a-zA-Z0-9]/.test(character)) throw new UnreadPattern();
  return [character];
}

function readSet(reader: Reader): readonly [string, ...string[]] {
  if (reader.text[reader.at] === '^') throw new UnreadPattern();
  const members: string[] = [];
  while (reader.text[reader.at] !== ']') {
    const character = reader.text[reader.at];
    if (character === undefined) throw new UnreadPattern();
    reader.at += 1;
    if (character === '[') throw new UnreadPattern();
    const [last, next] = [reader.text[reader.at + 1], reader.text[reader.at]];
    if (character === '\\') members.push(...classOf(reader));
    else if (next === '-' && last !== undefined && last !== ']') {
      members.push(character, last);
      reader.at += 2;
    } else members.push(character);
  }
  reader.at += 1;
  const [first, ...others] = members;
  if (first === undefined) throw new UnreadPattern();
  return [first, ...others];
}
