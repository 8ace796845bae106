/** JSON whose numbers keep the digits they are written with. */

/** Not among TypeScript's types yet: V8 writes what it makes as it stands. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A number that is written so: 1.00 */
export function written(digits: string): unknown {
  return rawJSON(digits);
}

/** Parses so that JSON.stringify gives the same numbers again. */
export function parseAsWritten(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? rawJSON(context.source)
      : value,
  );
}
