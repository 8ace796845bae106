import { Problem } from '#kernel/problem';
import desk from '../../../../../facts/cluster/policies/desk.json' with { type: 'json' };
import guangzhou2024 from '../../../../../facts/cluster/policies/guangzhou-2024-1.json' with { type: 'json' };
import guangzhouGuide from '../../../../../facts/cluster/policies/guangzhou-guide.json' with { type: 'json' };
import huadu2025 from '../../../../../facts/cluster/policies/huadu-2025-7.json' with { type: 'json' };
import huangpu2025 from '../../../../../facts/cluster/policies/huangpu-2025-9.json' with { type: 'json' };
import incentives from '../../../../../facts/cluster/policies/incentives.json' with { type: 'json' };
import nanshaNine from '../../../../../facts/cluster/policies/nansha-nine.json' with { type: 'json' };
import ofSeed from '../../../../../facts/cluster/policies/of-seed.json' with { type: 'json' };
import order818 from '../../../../../facts/cluster/policies/order-818.json' with { type: 'json' };
import seed from '../../../../../facts/cluster/seed-facts.json' with { type: 'json' };
import vocabularyFacts from '../../../../../facts/cluster/vocabulary.json' with { type: 'json' };
import type { Clause, Policy, PolicyVersion, Programme, Variable } from '../../model/policies.ts';
import { type ReadyClause, readyClause, type Vocabulary } from './assess.ts';

export const VARIABLES = vocabularyFacts.variables as Variable[];
export const VOCABULARY: Vocabulary = new Map(VARIABLES.map((variable) => [variable.name, variable]));
export const DESK = {
  fourEyesFrom: desk.fourEyesFromYuan.value * 100,
  fourEyesWhy: desk.fourEyesFromYuan.why,
  guideDays: desk.guideDays.value,
  paymentDays: desk.paymentDays.value,
  mendingDays: desk.mendingDays.value,
};

const WRITTEN = [
  ...[guangzhou2024, guangzhouGuide, huangpu2025, nanshaNine, huadu2025, order818],
  ...incentives.policies,
] as unknown as Policy[];

/** Every policy that the facts hold: the written ones, then those of which only a sentence was read. */
export const POLICIES: readonly Policy[] = [...WRITTEN, ...policiesOfSeed()];

interface SeedPolicy {
  id: string;
  title: string;
  issuer: string;
  level: string;
  year: number | null;
  published?: string;
  benefits: string[];
  maxRewardYuan?: number;
  source: string;
  quote: string;
}

function policiesOfSeed(): Policy[] {
  const { encoded, conditions, programmes } = ofSeed as {
    encoded: Record<string, string>;
    conditions: Record<string, { when: string; evidence: string[] }>;
    programmes: Partial<Record<Programme, string[]>>;
  };
  const programmeOf = new Map(
    (Object.entries(programmes) as [Programme, string[]][]).flatMap(([programme, ids]) =>
      ids.map((id) => [id, programme]),
    ),
  );
  const titles = new Map(seed.sources.map(({ file, title, date }) => [file, { title, date }]));
  return (seed.policies as SeedPolicy[])
    .filter(({ id }) => encoded[id] === undefined)
    .map(({ id, title, issuer, level, published, benefits, maxRewardYuan, source, quote }) => {
      const known = conditions[id];
      const { title: sourceTitle = source, date } = titles.get(source) ?? {};
      const clause: Clause = {
        id: 'all',
        title: both(benefits.join('; ')),
        quote: { text: quote, where: both(sourceTitle) },
        ...(known !== undefined && { when: known.when, whenPartial: true }),
        amount: maxRewardYuan === undefined ? { kind: 'unknown' } : { kind: 'up-to', ceilingYuan: maxRewardYuan },
        evidence: known?.evidence ?? [],
      };
      return {
        id,
        thing: id,
        title: both(title),
        issuer: both(issuer),
        level: levelOf(level),
        programme: programmeOf.get(id) ?? 'grant',
        sources: [{ title: sourceTitle, read: 'seed', quote, ...(date !== null && date !== undefined && { date }) }],
        caveats: [
          {
            en: 'Only a sentence about it was read: its conditions, amounts and days are not known.',
            zh: '仅读到相关表述：条件、金额和有效期未知。',
          },
        ],
        versions: [
          { version: 1, ...(published !== undefined && { from: published }), toKnown: false, clauses: [clause] },
        ],
      };
    });
}

/** The sources tell it in one language; no translation is made up. */
function both(text: string): { en: string; zh: string } {
  return { en: text, zh: text };
}

function levelOf(level: string): Policy['level'] {
  const [first = 'city'] = level.split('/');
  return first as Policy['level'];
}

const compiled = new WeakMap<PolicyVersion, readonly ReadyClause[]>();

/** The clauses of a version, compiled once. */
export function readyClauses(policy: string, version: PolicyVersion): readonly ReadyClause[] {
  let found = compiled.get(version);
  if (found === undefined) {
    found = version.clauses.map((clause) => readyClause(policy, version, clause, VOCABULARY));
    compiled.set(version, found);
  }
  return found;
}

/** The facts' policies with the versions that departments added; a version of the same number replaces none. */
export function withAmendments(amendments: readonly { policy: string; content: PolicyVersion }[]): Policy[] {
  if (amendments.length === 0) return [...POLICIES];
  return POLICIES.map((policy) => {
    const added = amendments.filter((each) => each.policy === policy.id).map(({ content }) => content);
    return added.length === 0 ? policy : { ...policy, versions: [...policy.versions, ...added] };
  });
}

/** Without the texts of its decision models: pages name them, and have a page for each. */
export function shownPolicy(policy: Policy): Policy {
  if (policy.versions.every(({ models }) => models === undefined)) return policy;
  const versions = policy.versions.map((version) => {
    const models = Object.entries(version.models ?? {}).map(
      ([key, model]) => [key, { ...model, content: '' }] as const,
    );
    return models.length === 0 ? version : { ...version, models: Object.fromEntries(models) };
  });
  return { ...policy, versions };
}

export function getPolicy(policies: readonly Policy[], id: string): Policy {
  const found = policies.find((policy) => policy.id === id);
  if (found === undefined) throw new Problem('not-found', 'there is no such policy');
  return found;
}
