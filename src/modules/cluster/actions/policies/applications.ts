import { createHash } from 'node:crypto';
import { reachOf, record } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import { tell } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { addWorkingDays } from '#modules/exchange';
import {
  APPLICATION_ACTS,
  type ApplicationAct,
  type ApplicationLine,
  type ApplicationPage,
  type ApplicationState,
  type Clause,
  type KnownAnswer,
  PAYERS,
  type Payer,
  type Policy,
  type PolicyEntry,
  type PolicyVersion,
} from '../../model.ts';
import { todayOf } from '../../rules/index.ts';
import {
  accountsOf,
  actsFor,
  assess,
  balancesOf,
  checkAmount,
  checkEntry,
  checkSubmission,
  DESK,
  type Granted,
  getPolicy,
  missingEvidence,
  readyClauses,
  type Side,
  type StandingClause,
  sideOf,
  splitAmount,
  standingOf,
  stateAfter,
  VARIABLES,
  valuesByName,
  versionAt,
  withAmendments,
} from '../../rules/policies/index.ts';
import { holdThing } from '../../store/index.ts';
import {
  type ApplicationFilter,
  type ApplicationRow,
  findAmendments,
  findApplications,
  findEnterprise,
  findEntries,
  findFiles,
  findMoves,
  getApplication,
  getFile,
  holdApplication,
  insertApplication,
  insertEntry,
  insertFile,
  insertMove,
  moveApplication,
  type StoredApplication,
} from '../../store/policies.ts';
import { notify } from '../notices.ts';
import { APPLY, answersFor, DECIDE, ownEnterprises, requireOwn } from './answers.ts';

const MOST_FILE_BYTES = 10 * 1024 * 1024;
const MOST_FILES = 40;
const LONGEST_WORDS = 2_000;
const LONGEST_MATTER = 200;

/** On which sides of an enterprise's application the actor stands. */
async function sidesOf(ctx: Context, enterprise: string): Promise<Side[]> {
  const sides: Side[] = reachOf(ctx.actor, DECIDE) === undefined ? [] : ['desk'];
  const own = await ownEnterprises(ctx);
  return own.some(({ id }) => id === enterprise) ? ['enterprise', ...sides] : sides;
}

/** @throws Problem `not-found` also where it is another's */
async function look(ctx: Context, id: string): Promise<{ stored: StoredApplication; sides: Side[] }> {
  if (reachOf(ctx.actor, DECIDE) === undefined && reachOf(ctx.actor, APPLY) === undefined) ctx.require(APPLY);
  const stored = await getApplication(ctx.db, id);
  const sides = await sidesOf(ctx, stored.enterprise);
  const isSeen = sides.includes('enterprise') || (sides.includes('desk') && stored.state !== 'draft');
  if (!isSeen) throw new Problem('not-found', 'there is no such application');
  return { stored, sides };
}

interface Rules {
  policy: Policy;
  version: PolicyVersion;
  ready: StandingClause;
}

/** The clause that an application speaks of: of its version once it was handed in, of the version that holds before. */
async function rulesOf(
  ctx: Context,
  { policy: id, clause, version: number, state }: Pick<StoredApplication, 'policy' | 'clause' | 'version' | 'state'>,
): Promise<Rules> {
  const policy = getPolicy(withAmendments(await findAmendments(ctx.db)), id);
  const day = todayOf(ctx.now());
  const isOpen = state === 'draft' || state === 'returned' || state === 'offered';
  const version = isOpen ? versionAt(policy.versions, day) : policy.versions.find((each) => each.version === number)!;
  const found = readyClauses(id, version).find((each) => each.clause.id === clause);
  if (found === undefined) throw new Problem('not-found', 'the policy has no such clause any more');
  return { policy, version, ready: { ...found, standing: standingOf(version, day), caps: version.caps ?? [] } };
}

/** Begins an application, or goes on with the one that is there for the same matter. */
export async function beginApplication(
  ctx: Context,
  { enterprise, policy, clause, matter }: { enterprise: string; policy: string; clause: string; matter: string },
): Promise<ApplicationPage> {
  if (matter.length > LONGEST_MATTER) throw new Problem('invalid', 'a text is too long', { most: LONGEST_MATTER });
  const id = await ctx.db.transaction(async (tx) => {
    const inside = onDb(ctx, tx);
    await requireOwn(inside, enterprise);
    const { policy: policyOf, version, ready } = await rulesOf(inside, { policy, clause, version: 0, state: 'draft' });
    if (ready.clause.amount.kind === 'none' || ready.clause.amount.kind === 'relief' || policyOf.applicant === 'person')
      throw new Problem('invalid', 'this clause pays nothing that could be applied for');
    const isOffer = ready.clause.noApplication === true && (await sufficesAsOffer(inside, ready, enterprise));
    const given = {
      enterprise,
      policy,
      clause,
      matter: matter.trim(),
      version: version.version,
      state: isOffer ? 'offered' : 'draft',
      isOffer,
    } as const;
    const { id: made, isNew } = await insertApplication(ctx, tx, given);
    if (isNew) {
      await insertMove(ctx, tx, made, { act: 'make', state: given.state, words: '' });
      await record(ctx, tx, {
        act: 'cluster.policy-application-made',
        subject: `application/${made}`,
        detail: { enterprise, policy, clause, isOffer },
      });
    }
    return made;
  });
  return readApplication(ctx, id);
}

/** The amount is exact and every answer comes from the record, by somebody else than the enterprise: nothing is left to be proved. */
async function sufficesAsOffer(ctx: Context, ready: StandingClause, enterprise: string): Promise<boolean> {
  const answers = await answersFor(ctx.db, enterprise);
  const finding = assess(ready, valuesByName(answers));
  const { least, most } = finding.amount;
  if (finding.verdict !== 'yes' || finding.standing !== 'in-force' || least !== most) return false;
  const used = answers.filter(({ name }) => ready.names.includes(name));
  return used.every(({ from }) => from === 'record') && used.length === ready.names.length;
}

export async function readApplication(ctx: Context, id: string): Promise<ApplicationPage> {
  const { stored, sides } = await look(ctx, id);
  const { policy, ready } = await rulesOf(ctx, stored);
  const isOpen = stored.answers === null || stored.state === 'returned';
  const answers = isOpen ? await answersFor(ctx.db, stored.enterprise) : stored.answers!;
  const finding = isOpen ? assess(ready, valuesByName(answers)) : stored.finding!;
  const files = await findFiles(ctx.db, stored.id);
  const entries = await findEntries(ctx.db, stored.id);
  const enterprise = (await findEnterprise(ctx.db, stored.enterprise)) ?? {
    id: stored.enterprise,
    name: stored.enterprise,
    nameZh: null,
    example: false,
  };
  const { proposed, proposedBy, proposedByName } = stored;
  return {
    ...lineOf(ctx, { ...stored, ...enterprise, application: stored.id, ...balancesOf(entries) }),
    revision: stored.revision,
    clauseNow: ready.clause,
    policyTitle: policy.title,
    policyNumber: policy.number ?? null,
    sources: policy.sources,
    caveats: [...policy.caveats, ...(ready.clause.caveats ?? [])],
    variables: VARIABLES.filter(({ name }) => ready.names.includes(name) || ready.clause.evidence.includes(name)),
    answers: answers.filter(({ name }) => ready.names.includes(name)),
    finding,
    payers: stored.payers ?? [],
    proposal: proposed === null ? null : { amount: proposed, by: proposedBy!, byName: proposedByName! },
    instalments: ready.clause.instalments ?? [],
    files,
    missingEvidence: stored.isOffer ? [] : missingEvidence(ready.clause, new Set(files.map(({ name }) => name))),
    entries,
    moves: await findMoves(ctx.db, stored.id),
    may: actsFor(sides, stored, ctx.actor.id, entries),
    fourEyesFrom: DESK.fourEyesFrom,
    calendarKnown: stored.calendarKnown,
  };
}

const CLOCKED: readonly ApplicationState[] = ['submitted', 'received', 'accepted', 'proposed', 'decided'];

function lineOf(ctx: Context, row: ApplicationRow): ApplicationLine {
  const { application, id, name, nameZh, example, mendDueAt, payDueAt, ...rest } = row;
  const { policy, clause, version, matter, state, isOffer, amount, paid, claimed, returned, changedAt } = rest;
  const dueWhat = state === 'returned' ? 'mend' : CLOCKED.includes(state) ? 'pay' : null;
  const dueAt = dueWhat === 'mend' ? mendDueAt : dueWhat === 'pay' ? payDueAt : null;
  return {
    id: application,
    enterprise: { id, name, nameZh, example },
    policy,
    clause,
    version,
    matter,
    state,
    isOffer,
    amount,
    paid,
    claimed,
    returned,
    changedAt,
    dueAt,
    dueWhat: dueAt === null ? null : dueWhat,
    isOverdue: dueAt !== null && new Date(dueAt) < ctx.now(),
  };
}

/** The desk's, or those of the actor's own enterprises. */
export async function listApplications(
  ctx: Context,
  filter: Omit<ApplicationFilter, 'enterprises'>,
): Promise<{
  applications: ApplicationLine[];
  total: number;
  isDesk: boolean;
  titles: Record<string, { policy: Policy['title']; clause: Clause['title'] }>;
}> {
  const isDesk = reachOf(ctx.actor, DECIDE) !== undefined;
  if (!isDesk && reachOf(ctx.actor, APPLY) === undefined) ctx.require(APPLY);
  const enterprises = isDesk ? undefined : (await ownEnterprises(ctx)).map(({ id }) => id);
  const { rows, total } = await findApplications(ctx, { ...filter, ...(enterprises !== undefined && { enterprises }) });
  const policies = withAmendments(await findAmendments(ctx.db));
  const titles = policies.flatMap(({ id, title, versions }) =>
    versions.flatMap(({ clauses }) =>
      clauses.map((clause) => [`${id}/${clause.id}`, { policy: title, clause: clause.title }] as const),
    ),
  );
  const keys = new Set(rows.map(({ policy, clause }) => `${policy}/${clause}`));
  return {
    applications: rows.map((row) => lineOf(ctx, row)),
    total,
    isDesk,
    titles: Object.fromEntries(titles.filter(([key]) => keys.has(key))),
  };
}

export async function addFile(
  ctx: Context,
  id: string,
  { name, fileName, media, content }: { name: string; fileName: string; media: string; content: Buffer },
): Promise<ApplicationPage> {
  if (content.length === 0 || content.length > MOST_FILE_BYTES)
    throw new Problem('too-large', 'a file has 10 MB at most and is not empty', { most: MOST_FILE_BYTES });
  const hash = createHash('sha256').update(content).digest('hex');
  await ctx.db.transaction(async (tx) => {
    const inside = onDb(ctx, tx);
    await holdApplication(tx, id);
    const { stored, sides } = await look(inside, id);
    if (!sides.includes('enterprise') || !['draft', 'returned'].includes(stored.state))
      throw new Problem('conflict', 'evidence is added by the enterprise, before it hands in');
    const { ready } = await rulesOf(inside, stored);
    if (!ready.clause.evidence.includes(name))
      throw new Problem('invalid', 'the clause asks for no such evidence', { name });
    const files = await findFiles(tx, stored.id);
    if (files.some((file) => file.name === name && file.hash === hash)) return;
    if (files.length >= MOST_FILES) throw new Problem('too-many', 'an application has 40 files at most');
    await insertFile(ctx, tx, stored.id, { name, fileName, media, hash, content });
    await record(ctx, tx, {
      act: 'cluster.policy-evidence-added',
      subject: `application/${stored.id}`,
      detail: { name, hash, bytes: content.length },
    });
  });
  return readApplication(ctx, id);
}

export async function readFile(ctx: Context, id: string, file: string): Promise<{ fileName: string; content: Buffer }> {
  const { stored } = await look(ctx, id);
  return getFile(ctx.db, stored.id, file);
}

export interface Act {
  act: ApplicationAct;
  revision: number;
  words: string;
  /** Fen, of what moves money. */
  amount?: number;
  payer?: Payer;
  /** Of a payment: the bank's or the treasury's number. */
  reference?: string;
}

export function parseAct(body: Record<string, unknown> | undefined): Act {
  const { act, revision, words = '', amount, payer, reference } = body ?? {};
  if (!APPLICATION_ACTS.includes(act as ApplicationAct))
    throw new Problem('invalid', 'this parameter is none of its values', {
      name: 'act',
      values: [...APPLICATION_ACTS],
    });
  if (typeof revision !== 'number' || typeof words !== 'string' || words.length > LONGEST_WORDS)
    throw new Problem('invalid', 'say which revision you saw, and words of at most 2000 characters');
  if (payer !== undefined && !PAYERS.includes(payer as Payer))
    throw new Problem('invalid', 'this parameter is none of its values', { name: 'payer', values: [...PAYERS] });
  return {
    act: act as ApplicationAct,
    revision,
    words: words.trim(),
    ...(typeof amount === 'number' && { amount }),
    ...(payer !== undefined && { payer: payer as Payer }),
    ...(typeof reference === 'string' && { reference: reference.slice(0, 200) }),
  };
}

/** One step of an application, by the side whose turn it is; the row is locked, and whoever saw an older state is told. */
export async function actOn(ctx: Context, id: string, act: Act): Promise<ApplicationPage> {
  await ctx.db.transaction(async (tx) => {
    const inside = onDb(ctx, tx);
    await holdApplication(tx, id);
    const { stored, sides } = await look(inside, id);
    if (stored.revision !== act.revision)
      throw new Problem('conflict', 'the application has changed since you looked at it: read it again', {
        revision: stored.revision,
      });
    const state = stateAfter(act.act, stored.state, sides);
    if (['return', 'refuse', 'claim'].includes(act.act) && act.words === '')
      throw new Problem('invalid', 'say why, in at most 2000 characters');
    const next = await STEPS[act.act](inside, { ...stored, state }, act);
    const { state: reached } = next;
    await moveApplication(ctx, tx, next, {
      act: act.act,
      state: reached,
      words: act.words,
      ...(act.amount !== undefined && { amount: act.amount }),
    });
    await record(ctx, tx, {
      act: `cluster.policy-application-${act.act}`,
      subject: `application/${stored.id}`,
      detail: {
        enterprise: stored.enterprise,
        state: reached,
        words: act.words,
        ...(act.amount !== undefined && { amount: act.amount, payer: act.payer ?? null }),
      },
    });
    await tell(tx, {
      type: 'cluster.policy-application-moved',
      subject: stored.id,
      data: { enterprise: stored.enterprise, state: reached },
    });
    await tellMove(inside, stored, act.act, reached);
  });
  return readApplication(ctx, id);
}

/** The other side hears of a step; of what was never handed in the desk hears nothing. */
async function tellMove(
  ctx: Context,
  { id, enterprise, policy, clause, revision, state: from }: StoredApplication,
  act: ApplicationAct,
  state: ApplicationState,
): Promise<void> {
  const isTheirs = sideOf(act) === 'enterprise';
  if (isTheirs && state === 'withdrawn' && (from === 'draft' || from === 'offered')) return;
  const found = await findEnterprise(ctx.db, enterprise);
  const { versions } = getPolicy(withAmendments(await findAmendments(ctx.db)), policy);
  const title = versions.flatMap(({ clauses }) => clauses).findLast((each) => each.id === clause)!.title;
  const name = found?.name ?? enterprise;
  await notify(ctx, ctx.db, {
    cause: `application/${id}/${revision + 1}`,
    kind: 'application-moved',
    path: `/cluster/applications/${id}`,
    to: [isTheirs ? 'role/regulator' : `thing/${enterprise}`],
    facts: { enterprise: { en: name, zh: found?.nameZh ?? name }, clause: title, state },
  });
}

type StepOf = (ctx: Context, to: StoredApplication, act: Act) => Promise<StoredApplication>;

const asIs: StepOf = async (_, to) => to;

const STEPS: Readonly<Record<ApplicationAct, StepOf>> = {
  submit,
  confirm: submit,
  receive: asIs,
  async return(ctx, to) {
    return { ...to, mendDueAt: addWorkingDays(ctx.now(), DESK.mendingDays).until.toISOString() };
  },
  accept: asIs,
  propose,
  decide: async (ctx, to) => grant(ctx, to, to.proposed!),
  refuse: asIs,
  withdraw: asIs,
  pay: (ctx, to, act) => enter(ctx, to, 'paid', act),
  claim: (ctx, to, act) => enter(ctx, to, 'claimed', act),
  repay: (ctx, to, act) => enter(ctx, to, 'returned', act),
};

/** The answers and what follows from them are frozen as they are now. */
async function submit(ctx: Context, to: StoredApplication): Promise<StoredApplication> {
  const { version, ready } = await rulesOf(ctx, { ...to, state: 'draft' });
  const answers: KnownAnswer[] = await answersFor(ctx.db, to.enterprise);
  const finding = assess(ready, valuesByName(answers));
  const files = new Set((await findFiles(ctx.db, to.id)).map(({ name }) => name));
  if (to.isOffer && !(await sufficesAsOffer(ctx, ready, to.enterprise)))
    throw new Problem('unprocessable', 'the record no longer suffices for an offer: apply with evidence');
  checkSubmission(to.isOffer ? { ...ready.clause, evidence: [] } : ready.clause, finding, files, todayOf(ctx.now()));
  const { until, calendarKnown } = addWorkingDays(ctx.now(), ready.clause.clocks?.paymentDays ?? DESK.paymentDays);
  const used = answers.filter(({ name }) => ready.names.includes(name));
  return {
    ...to,
    version: version.version,
    answers: used,
    finding,
    mendDueAt: null,
    payDueAt: to.payDueAt ?? until.toISOString(),
    calendarKnown,
  };
}

/** Below the limit one person decides; from it on a second one does. */
async function propose(ctx: Context, to: StoredApplication, { amount }: Act): Promise<StoredApplication> {
  if (amount === undefined) throw new Problem('invalid', 'an amount is a whole number of fen above 0');
  await mustBeLawful(ctx, to, amount);
  const next = { ...to, proposed: amount, proposedBy: ctx.actor.id, proposedByName: ctx.actor.name };
  return amount < DESK.fourEyesFrom ? grant(ctx, { ...next, state: 'decided' }, amount) : next;
}

async function grant(ctx: Context, to: StoredApplication, amount: number): Promise<StoredApplication> {
  if (amount >= DESK.fourEyesFrom && to.proposedBy === ctx.actor.id)
    throw new Problem('forbidden', 'so much is decided by a second person');
  const clause = await mustBeLawful(ctx, to, amount);
  const payers = splitAmount(amount, clause);
  for (const { payer, fen } of payers)
    if (fen > 0)
      await insertEntry(ctx, ctx.db, to.id, {
        kind: 'granted',
        ...accountsOf('granted', payer),
        payer,
        fen,
        reference: '',
      });
  return { ...to, amount, payers };
}

async function mustBeLawful(ctx: Context, to: StoredApplication, amount: number): Promise<Clause> {
  // One decision of an enterprise at a time, so that two cannot both be the only one of a group.
  await holdThing(ctx.db, to.enterprise);
  const { policy, version, ready } = await rulesOf(ctx, { ...to, state: 'submitted' });
  const cap = version.caps?.find(({ id }) => ready.clause.caps?.includes(id));
  const { rows } = await findApplications(ctx, {
    enterprises: [to.enterprise],
    states: ['decided', 'paid'],
    limit: 1_000,
    offset: 0,
  });
  const policies = withAmendments(await findAmendments(ctx.db));
  const granted: Granted[] = rows
    .filter(({ application }) => application !== to.id)
    .flatMap((row) => {
      const clause = policies
        .find((each) => each.id === row.policy)
        ?.versions.find((each) => each.version === row.version)
        ?.clauses.find((each) => each.id === row.clause);
      if (clause === undefined) return [];
      const capOf = clause.caps?.[0];
      return [
        {
          key: `${row.policy}/${row.clause}`,
          exclusive: clause.exclusive,
          cap: capOf === undefined ? undefined : `${row.policy}/${capOf}`,
          year: yearOf(row.changedAt),
          net: (row.amount ?? 0) - row.claimed,
        },
      ];
    });
  const finding = { ...to.finding!, policy: policy.id };
  checkAmount(amount, { clause: ready.clause, finding, cap, year: yearOf(ctx.now()), granted });
  return ready.clause;
}

function yearOf(at: string | Date): string {
  return new Date(at).toISOString().slice(0, 4);
}

/** A payment, a claim or a return; when all that was granted is paid and nothing claimed is open, it is done. */
async function enter(
  ctx: Context,
  to: StoredApplication,
  kind: 'paid' | 'claimed' | 'returned',
  { amount, payer, reference = '', words }: Act,
): Promise<StoredApplication> {
  if (amount === undefined || payer === undefined) throw new Problem('invalid', 'money moves by an amount and a payer');
  const before = await findEntries(ctx.db, to.id);
  checkEntry(kind, payer, amount, before);
  const entry = {
    kind,
    ...accountsOf(kind, payer),
    payer,
    fen: amount,
    reference: reference === '' ? words : reference,
  };
  await insertEntry(ctx, ctx.db, to.id, entry);
  const { owed, claimed, returned } = balancesOf([...before, entry as unknown as PolicyEntry]);
  return { ...to, state: owed === 0 && claimed === returned ? 'paid' : 'decided' };
}
