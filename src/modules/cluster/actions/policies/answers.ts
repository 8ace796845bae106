import { reachOf } from '#kernel/access';
import type { Context, Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { AnswerValue, EnterpriseLine, KnownAnswer, Policy } from '../../model.ts';
import {
  answersOf,
  clausesAt,
  type Recorded,
  readyClauses,
  type StandingClause,
  VARIABLES,
  withAmendments,
} from '../../rules/policies/index.ts';
import { findSources } from '../../store/index.ts';
import {
  findAmendments,
  findDivisions,
  findEnterprise,
  findOwnAnswers,
  findOwnEnterprises,
} from '../../store/policies.ts';
import { knownValues, partiesOf } from '../record.ts';

export const [WRITE, APPLY, DECIDE] = [
  'cluster.policy.write',
  'cluster.policy.apply',
  'cluster.policy.decide',
] as const;

export interface Book {
  policies: Policy[];
  clauses: StandingClause[];
}

/** Every policy and its clauses as they stand on a day. */
export async function openBook(db: Db, day: string, applicant?: Policy['applicant'] | 'all'): Promise<Book> {
  const policies = withAmendments(await findAmendments(db));
  return { policies, clauses: clausesAt(policies, day, readyClauses, applicant) };
}

/** Enterprises for which the actor may answer and apply. */
export async function ownEnterprises(ctx: Context): Promise<EnterpriseLine[]> {
  return reachOf(ctx.actor, APPLY) === undefined ? [] : findOwnEnterprises(ctx.db, partiesOf(ctx.actor));
}

/** @throws Problem `not-found`, `forbidden` where the actor does not speak for it */
export async function requireOwn(ctx: Context, enterprise: string): Promise<EnterpriseLine> {
  if (reachOf(ctx.actor, APPLY) === undefined) ctx.require(APPLY);
  const found = await findEnterprise(ctx.db, enterprise);
  if (found === undefined) throw new Problem('not-found', 'there is no such enterprise');
  const own = await findOwnEnterprises(ctx.db, partiesOf(ctx.actor));
  if (!own.some(({ id }) => id === enterprise))
    throw new Problem('forbidden', 'only who speaks for the enterprise answers and applies for it');
  return found;
}

const PROPERTIES = VARIABLES.flatMap(({ record }) => (record === undefined ? [] : [record.property])).filter(
  (property) => property !== 'located-in',
);

/** What is known of enterprises: their own word, else the record. */
export async function knownAnswers(db: Db, enterprises: readonly string[]): Promise<Map<string, KnownAnswer[]>> {
  const own = Map.groupBy(await findOwnAnswers(db, enterprises), ({ enterprise }) => enterprise);
  const values = await knownValues(db, enterprises, PROPERTIES);
  const places = Map.groupBy(await findDivisions(db, enterprises), ({ enterprise }) => enterprise);
  const sources = await findSources(db, [
    ...new Set([...values.values()].flatMap((found) => [...found.values()].map(({ source }) => source))),
  ]);
  return new Map(
    enterprises.map((id) => {
      const record = new Map<string, Recorded[]>();
      for (const [property, { value, op, disputed, source, asOf }] of values.get(id) ?? []) {
        const by = sources.get(source)?.title ?? source;
        record.set(property, [{ value, isVague: op !== null || disputed, by, at: asOf }]);
      }
      record.set(
        'located-in',
        (places.get(id) ?? []).map(({ adcode, asOf, source }) => ({
          value: adcode,
          isVague: false,
          by: source,
          at: asOf,
        })),
      );
      const said = new Map(
        (own.get(id) ?? []).map(
          ({ name, value, by, at }): [string, { value: AnswerValue | null; by: string; at: string }] => [
            name,
            { value, by, at },
          ],
        ),
      );
      return [id, answersOf(VARIABLES, said, record)];
    }),
  );
}

export async function answersFor(db: Db, enterprise: string): Promise<KnownAnswer[]> {
  return (await knownAnswers(db, [enterprise])).get(enterprise)!;
}
