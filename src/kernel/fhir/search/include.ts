import { visible } from '#kernel/access';
import type { Context } from '#kernel/context';
import type { Issue } from '#kernel/problem';
import { all, sql } from '#kernel/sql';
import { extract, parseFhirJson, RESOURCE_TYPES } from '#standards/fhir';
import { parametersOf } from '../parameters.ts';
import { isOneOf, ROW, type Row } from '../store.ts';
import { tableOf } from '../tables.ts';
import { byReference } from '../tokens.ts';
import { type Ask, type Include, targetsOf } from './ask.ts';
import { shown, tokens } from './conditions.ts';

/** Included resources of one page at the most; beyond that the page says so. */
const MOST_INCLUDED = 1000;
/** Rounds of `:iterate`. */
const MOST_ROUNDS = 5;

/** What the page's resources refer to and what refers to them, as far as asked and visible. */
export async function includeAll(ctx: Context, ask: Ask, matches: readonly Row[], issues: Issue[]): Promise<Row[]> {
  const { includes, revincludes } = ask;
  if (includes.length + revincludes.length === 0 || matches.length === 0) return [];
  const known = new Set(matches.map(nameOf));
  const included: Row[] = [];
  let fresh: readonly Row[] = matches;
  for (let round = 0; round < MOST_ROUNDS && fresh.length > 0; round += 1) {
    const due = (include: Include) => round === 0 || include.iterate;
    const room = MOST_INCLUDED - included.length;
    const found = [
      ...(await referred(ctx, fresh, includes.filter(due), known, room)),
      ...(await referring(ctx, fresh, revincludes.filter(due), room)),
    ].filter((row) => !known.has(nameOf(row)) && known.add(nameOf(row)));
    included.push(...found.slice(0, room));
    if (found.length > room) {
      issues.push({
        severity: 'warning',
        code: 'too-costly',
        message: `only ${MOST_INCLUDED} further resources were included`,
      });
      break;
    }
    fresh = found;
  }
  return included;
}

function nameOf({ type, id }: { type: string; id: string }): string {
  return `${type}/${id}`;
}

async function referred(
  ctx: Context,
  rows: readonly Row[],
  includes: readonly Include[],
  known: ReadonlySet<string>,
  room: number,
): Promise<Row[]> {
  if (includes.length === 0) return [];
  const wanted = new Map<string, Set<string>>();
  for (const row of rows) {
    const asked = includes.filter(({ source }) => source === undefined || source === row.type);
    if (asked.length === 0) continue;
    for (const entry of extract(parseFhirJson(row.content!) as object)) {
      if (entry.kind !== 'reference' || entry.type === undefined || entry.id === undefined || entry.url !== undefined)
        continue;
      const fits = asked.some(
        ({ code, target }) =>
          (code === undefined || code === entry.parameter) && (target === undefined || target === entry.type),
      );
      if (!fits || known.has(`${entry.type}/${entry.id}`)) continue;
      const ids = wanted.get(entry.type) ?? new Set();
      wanted.set(entry.type, ids.add(entry.id));
    }
  }
  const found: Row[] = [];
  for (const [type, ids] of wanted) {
    const some = [...ids].slice(0, room + 1 - found.length);
    if (some.length === 0) break;
    const rowsOfType = await ctx.db.rows<Omit<Row, 'type'>>(sql`
      select ${ROW} from ${tableOf(type)} as r
      where ${isOneOf(type, 'r', some)} and r.content is not null and ${visible(ctx, type, 'r')}
      order by r.part, r.id
    `);
    found.push(...rowsOfType.map((row) => ({ ...row, type })));
  }
  return found;
}

async function referring(
  ctx: Context,
  rows: readonly Row[],
  revincludes: readonly Include[],
  room: number,
): Promise<Row[]> {
  const found: Row[] = [];
  for (const { source, code, target } of revincludes) {
    const referredTo = rows.filter(({ type }) => target === undefined || target === type);
    for (const type of source === undefined ? RESOURCE_TYPES : [source]) {
      const forms = [...parametersOf(type).values()]
        .filter((parameter) => parameter.type === 'reference' && (code === undefined || parameter.code === code))
        .flatMap((parameter) => {
          const { plan } = parameter;
          const codes = plan.how === 'other' ? [plan.code] : plan.how === 'any' ? plan.codes : [parameter.code];
          const targets = targetsOf(parameter);
          const fitting = referredTo.filter((row) => targets.length === 0 || targets.includes(row.type));
          return codes.flatMap((stored) => fitting.map((row) => byReference(stored, row.type, row.id)));
        });
      const left = room + 1 - found.length;
      if (forms.length === 0 || left <= 0) continue;
      const place = { ctx, type, alias: 'r' };
      const rowsOfType = await ctx.db.rows<Omit<Row, 'type'>>(sql`
        select ${ROW} from ${tableOf(type)} as r where ${all([tokens(place, forms), ...shown(place)])}
        order by r.part, r.id limit ${left}
      `);
      found.push(...rowsOfType.map((row) => ({ ...row, type })));
    }
  }
  return found;
}
