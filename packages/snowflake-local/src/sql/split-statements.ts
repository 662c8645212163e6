// Texts, quoted names and comments, where a semicolon is just that; or the semicolon itself.
const SCAN = /'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"|\$\$[\s\S]*?\$\$|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|;/g;

/** Cuts a text into its statements. */
export function splitStatements(text: string): readonly string[] {
  const statements: string[] = [];
  let start = 0;
  for (const { 0: found, index } of text.matchAll(SCAN)) {
    if (found !== ';') continue;
    statements.push(text.slice(start, index));
    start = index + 1;
  }
  statements.push(text.slice(start));
  return statements.filter((statement) => statement.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== '');
}
