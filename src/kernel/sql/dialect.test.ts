import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = `${import.meta.dirname}/../../..`;
const SUBQUERY = /(?<!\.)\b(?:from|join|lateral)\s*\(\s*(?:select|values|with)\b/gi;
const NAME = /^\s*(?:as\s+)?(?!(?:where|group|order|limit|on|union|cross|join|left|returning|for|having)\b)\w/i;

/** Where SQL is for the lake, which needs no names. */
const CLICKHOUSE = /sql-on-fhir\/clickhouse\.ts$|kernel\/lake\/tables\.ts$|modules\/\w+\/analytics\//;

/** Places where a subquery of FROM is closed and no name follows, as `line: what follows`. */
function nameless(text: string): string[] {
  return [...text.matchAll(SUBQUERY)].flatMap(({ index }) => {
    const from = text.indexOf('(', index);
    let depth = 0;
    for (let at = from; at < text.length; at += 1) {
      if (text[at] === '(') depth += 1;
      else if (text[at] === ')') depth -= 1;
      if (depth > 0) continue;
      const after = text.slice(at + 1, at + 40);
      return NAME.test(after) ? [] : [`line ${text.slice(0, index).split('\n').length}: ${after.trim()}`];
    }
    return [];
  });
}

/**
 * Goal: our SQL runs on PostgreSQL 15, although the tests run on 18. Method: what 16 first allowed is looked for in the text; a planted
 * offence proves that it is seen. Source: PostgreSQL 16 release notes, E.15.3.4: subqueries in FROM may omit aliases.
 */
describe('SQL for PostgreSQL 15', () => {
  test('a nameless subquery is seen', () => {
    expect(nameless('select 1 from (select count(*) from taken)\n returning id')).toHaveLength(1);
    expect(nameless('select 1 from (select (1) from taken) where true')).toHaveLength(1);
    expect(nameless('select 1 from (select 1 from taken) as found')).toEqual([]);
    expect(nameless('from a cross join lateral (values (1)) named (n)')).toEqual([]);
  });

  test('every subquery in FROM has a name', () => {
    const files = globSync(['src/**/*.ts', 'migrations/*.sql'], { cwd: ROOT }).filter(
      (file) => !file.endsWith('.test.ts') && !CLICKHOUSE.test(file),
    );
    expect(files.length).toBeGreaterThan(100);
    const offences = files.map((file) => ({ file, found: nameless(readFileSync(`${ROOT}/${file}`, 'utf8')) }));
    expect(offences.filter(({ found }) => found.length > 0)).toEqual([]);
  });
});
