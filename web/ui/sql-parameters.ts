/** As src/kernel/fhir/query-library.ts finds places: not in strings, quoted names, comments and casts. */
const PLACE =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`|--[^\n]*|\/\*[\s\S]*?\*\/|::|:([A-Za-z_]\w*)/g;

/** Names of the parameters in a text, in the order in which they come. */
export function parametersIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].flatMap(([, name]) => (name === undefined ? [] : [name])))];
}

/** The value that was typed, as the server wants it; undefined where it is none of that type. */
export function typedValue(type: string, typed: string): unknown {
  const text = typed.trim();
  if (type === 'string') return typed;
  if (text === '') return undefined;
  if (type === 'integer') return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (type === 'decimal') return Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (type === 'boolean') return { true: true, false: false }[text.toLowerCase()];
  return text;
}
