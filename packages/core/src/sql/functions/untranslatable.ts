/** SQL that has no rendering that we vouch for. `word` is where: a word of the text, if there is one. */
export class UntranslatableError extends Error {
  readonly hint: string;
  readonly word: string | undefined;

  constructor(message: string, hint: string, word?: string) {
    super(message);
    this.hint = hint;
    this.word = word;
  }
}
