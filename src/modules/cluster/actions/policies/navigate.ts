import { reachOf, record } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { type EnterpriseLine, MYSELF, type Navigator } from '../../model.ts';
import { todayOf } from '../../rules/index.ts';
import {
  assess,
  bestTotal,
  isAnswer,
  nextQuestions,
  shownPolicy,
  VARIABLES,
  VOCABULARY,
  valuesByName,
  waysToQualify,
} from '../../rules/policies/index.ts';
import {
  findEnterprise,
  findEnterprises,
  findOpenApplications,
  findPersonAnswers,
  insertAnswer,
  putPersonAnswer,
} from '../../store/policies.ts';
import { READ } from '../record.ts';
import { answersFor, DECIDE, openBook, ownEnterprises, requireOwn } from './answers.ts';

const MOST_QUESTIONS = 10;
const MOST_CHOICES = 50;

/** Every policy beside what it says to an enterprise on a day; whoever may decide looks at any enterprise, others at their own. */
export async function navigate(
  ctx: Context,
  { enterprise, day = todayOf(ctx.now()), text }: { enterprise?: string; day?: string; text?: string },
): Promise<Navigator> {
  ctx.require(READ);
  const mayLook = reachOf(ctx.actor, DECIDE) !== undefined;
  const mine = await ownEnterprises(ctx);
  const own = mayLook
    ? await findEnterprises(ctx.db, { limit: MOST_CHOICES, ...(text !== undefined && { text }) })
    : mine;
  const shown = await chosen(ctx, { enterprise, own, mayLook });
  const isMyself = shown?.id === MYSELF;
  const { policies, clauses } = await openBook(ctx.db, day, isMyself ? 'person' : shown === null ? 'all' : undefined);
  const answers = shown === null ? [] : isMyself ? await findPersonAnswers(ctx) : await answersFor(ctx.db, shown.id);
  const values = valuesByName(answers);
  const findings = clauses.map((clause) => assess(clause, values));
  return {
    day,
    enterprise: shown,
    own,
    policies: policies.map(shownPolicy),
    answers,
    mayAnswer: isMyself || (shown !== null && mine.some(({ id }) => id === shown.id)),
    variables: [...VARIABLES],
    findings: findings.map((finding, at) => ({ ...finding, ways: waysToQualify(clauses[at]!, values, VOCABULARY) })),
    total: bestTotal(clauses, findings),
    questions: nextQuestions(clauses, values, VOCABULARY, MOST_QUESTIONS),
    applications: shown === null || isMyself ? {} : await findOpenApplications(ctx.db, shown.id),
  };
}

async function chosen(
  ctx: Context,
  { enterprise, own, mayLook }: { enterprise: string | undefined; own: readonly EnterpriseLine[]; mayLook: boolean },
): Promise<EnterpriseLine | null> {
  if (enterprise === undefined) return mayLook ? null : (own[0] ?? null);
  if (enterprise === MYSELF) return { id: MYSELF, name: ctx.actor.name, nameZh: null, example: false };
  const found = own.find(({ id }) => id === enterprise);
  if (found !== undefined) return found;
  if (!mayLook) throw new Problem('forbidden', 'only who speaks for the enterprise answers and applies for it');
  const any = await findEnterprise(ctx.db, enterprise);
  if (any === undefined) throw new Problem('not-found', 'there is no such enterprise');
  return any;
}

/** The enterprise's own word on one question; null takes it back, and the record speaks again. */
export async function answerQuestion(
  ctx: Context,
  { enterprise, name, value }: { enterprise: string; name: string; value: unknown },
): Promise<Navigator> {
  const variable = VOCABULARY.get(name);
  if (variable === undefined) throw new Problem('invalid', 'the vocabulary has no such name', { name });
  if (value !== null && !isAnswer(variable, value))
    throw new Problem('invalid', 'this is no answer to the question', { name, type: variable.type });
  if ((variable.of === 'person') !== (enterprise === MYSELF))
    throw new Problem('invalid', 'an enterprise answers for enterprises, a person for persons', { name });
  await ctx.db.transaction(async (tx) => {
    if (enterprise === MYSELF) {
      ctx.require(READ);
      await putPersonAnswer(ctx, tx, name, value);
      // What a person answers, and of what, is nobody else's to read: not in the trail, either.
      await record(ctx, tx, { act: 'cluster.policy-person-answered', subject: `account/${ctx.actor.id}` });
      return;
    }
    await requireOwn(onDb(ctx, tx), enterprise);
    await insertAnswer(ctx, tx, { enterprise, name, value });
    await record(ctx, tx, { act: 'cluster.policy-answered', subject: `thing/${enterprise}`, detail: { name, value } });
    await tell(tx, { type: 'cluster.policy-answered', subject: enterprise, data: { name } });
  });
  return navigate(ctx, { enterprise });
}
