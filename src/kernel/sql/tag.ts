import type { Sql } from '#kernel/context';

class Query implements Sql {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly marks: readonly string[];

  constructor(text: string, values: readonly unknown[], marks: readonly string[] = []) {
    this.text = text;
    this.values = values;
    this.marks = marks;
  }
}

/** SQL written as SQL: nested pieces are spliced, everything else becomes `$n`. */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  let text = strings[0] ?? '';
  const values: unknown[] = [];
  const marks: string[] = [];
  parts.forEach((part, index) => {
    if (part instanceof Query) {
      text += shift(part.text, values.length);
      values.push(...part.values);
      marks.push(...part.marks);
    } else {
      values.push(part);
      text += `$${values.length}`;
    }
    text += strings[index + 1];
  });
  return new Query(text, values, marks);
}

/** The same piece with something said of it, which every query that it becomes part of then says too. */
export function marked(part: Sql, mark: string): Sql {
  return new Query(part.text, part.values, [...(part.marks ?? []), mark]);
}

/** All terms must hold; no terms: true. */
export function all(terms: readonly Sql[]): Sql {
  return terms.length === 0 ? sql`true` : sql`(${join(terms, ' and ')})`;
}

/** At least one term must hold; no terms: false. */
export function any(terms: readonly Sql[]): Sql {
  return terms.length === 0 ? sql`false` : sql`(${join(terms, ' or ')})`;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Whether a column of uuids holds this id, found by its index. What is no uuid, as a mistyped address may be, is nobody's id: it finds
 * nothing and fails nothing.
 */
export function isId(column: Sql, id: string): Sql {
  return UUID.test(id) ? sql`${column} = ${id}::uuid` : sql`false`;
}

export function join(parts: readonly Sql[], separator = ', '): Sql {
  const values: unknown[] = [];
  const texts = parts.map((part) => {
    const text = shift(part.text, values.length);
    values.push(...part.values);
    return text;
  });
  return new Query(
    texts.join(separator),
    values,
    parts.flatMap(({ marks = [] }) => marks),
  );
}

/** A table or column by name, quoted; `schema.table` is quoted part by part. */
export function identifier(name: string): Sql {
  return new Query(
    name
      .split('.')
      .map((part) => `"${part.replaceAll('"', '""')}"`)
      .join('.'),
    [],
  );
}

/** Text that is SQL already: migrations and closed lists of the program, never anything that came in. */
export function trusted(text: string): Sql {
  return new Query(text, []);
}

function shift(text: string, by: number): string {
  return by === 0 ? text : text.replace(/\$(\d+)/g, (_, n) => `$${Number(n) + by}`);
}
