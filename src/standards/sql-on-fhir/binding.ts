/** The SQL of an argument longer than this is said once and given a name where it is needed more often. */
const SHORT = 60;

/**
 * SQL in which each argument stands once, so that a statement grows with its view and not exponentially.
 *
 * @param make    the SQL of a function of the texts it is given
 * @param bindTo  `body` with `names` standing for `values`
 */
export function bind(
  given: readonly string[],
  make: (given: string[]) => string,
  bindTo: (names: string[], values: string[], body: string) => string,
): string {
  const stand = given.map((_, index) => `\u0001${index}\u0001`);
  let body = make(stand);
  const names: string[] = [];
  const values: string[] = [];
  for (const [index, sql] of given.entries()) {
    const parts = body.split(stand[index] as string);
    if (parts.length <= 2 || sql.length <= SHORT) {
      body = parts.join(sql);
      continue;
    }
    const name = `__w${nextName(body, sql)}_${index}`;
    names.push(name);
    values.push(sql);
    body = parts.join(name);
  }
  return names.length === 0 ? body : bindTo(names, values, body);
}

/** A number that no name in the texts has, so that an inner name never hides an outer one. */
function nextName(...texts: string[]): number {
  let most = 0;
  for (const text of texts)
    for (const [, number] of text.matchAll(/\b__w(\d+)_/g)) most = Math.max(most, Number(number));
  return most + 1;
}
