/** Puts arguments into the form of a function: `$1` is the first, `$*` are all, `$|` joins them, `$?` asks whether one is NULL. */
export function fillForm(form: string, args: readonly string[]): string {
  return form.replace(/(\(|, )?\$([*|?]|\d)(?=(\)|, )?)/g, (_all, before: string | undefined, place: string, after: string | undefined) => {
    const start = before ?? '';
    if (place === '*') return start + args.join(', ');
    if (place === '|') return start + args.map(enclose).join(' || ');
    if (place === '?') return start + args.map((arg) => `${enclose(arg)} IS NULL`).join(' OR ');
    const arg = args[Number(place) - 1] ?? '';
    return start + (before !== undefined && after !== undefined ? arg : enclose(arg));
  });
}

// What is more than a name or a number may bind less than what stands around it.
function enclose(arg: string): string {
  return /^[\w.`"]+$|^'[^'\\]*'$/.test(arg) ? arg : `(${arg})`;
}
