/**
 * The one spelling of a JSON value, so that equal values have equal hashes: no spaces, members sorted by UTF-16 units,
 * numbers and strings as ECMAScript writes them. Members that are undefined are left out.
 *
 * @throws TypeError for what JSON cannot say: NaN, infinities, half surrogate pairs, functions
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme), section 3.2.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) break;
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) break;
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
      if (value instanceof Date) return canonicalJson(value.toJSON());
      return canonicalObject(value as Record<string, unknown>);
  }
  throw new TypeError(`a ${typeof value} cannot be written as canonical JSON`);
}

function canonicalObject(value: Record<string, unknown>): string {
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${canonicalJson(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
}
