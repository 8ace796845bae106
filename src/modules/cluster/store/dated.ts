/** A row as PostgreSQL gives it, with instants where pages read texts. */
export type Dated<T> = { [K in keyof T]: T[K] | Date };

/** Instants as texts, as they go to pages. */
export function asText<T extends object>(row: Dated<T>): T {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, value instanceof Date ? value.toISOString() : value]),
  ) as T;
}
