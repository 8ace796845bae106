import type { Context, Db } from '#kernel/context';
import type { Changed } from '#kernel/fhir';
import { meter } from '#kernel/metrics';
import { buryPart, type DeliveredFact, type Hearer } from '#kernel/outbox';
import { Problem } from '#kernel/problem';
import { definitions } from '#standards/fhir';
import type { Lake } from './client.ts';
import {
  findGenerations,
  findKeptViews,
  forgetSkipped,
  makeDurable,
  noteSkipped,
  shareTables,
  suspendViews,
} from './generations.ts';
import { fillTable, type LakeTable } from './module-tables.ts';
import { type PourTarget, pour, type Unread } from './pour.ts';
import {
  type ChangedKey,
  type ChangedVersion,
  type PersonVersion,
  pageOfParts,
  readFormerPersons,
  readPersons,
  readVersions,
  splitBySize,
} from './source.ts';
import { findViews, type LakeView } from './views.ts';

export const FEED = 'lake';
/** Facts heard at once: one fact is one patient of one transaction. */
const BATCH = 3_000;
const PAGE = 2_000;

const poured = meter.createCounter('banyan_lake_resources', { description: 'Resources brought to the lake' });

export interface FeedParts {
  lake: Lake;
  /** Not the deliveries' transaction: for what must be on disk before that ends. */
  db: Db;
  tables: readonly LakeTable[];
  /** Called when a ViewDefinition changed. */
  viewsChanged?: () => void;
}

/** Who hears for the lake: known to every program that writes, although only the platform brings anything there. */
export function lakeListener(tables: readonly LakeTable[]): Pick<Hearer, 'name' | 'hears' | 'lanes'> {
  return { name: FEED, hears: ['fhir.changed', ...new Set(tables.flatMap(({ facts }) => facts))], lanes: 1 };
}

/**
 * Brings what changed to the lake. What it inserts depends on PostgreSQL's state only, and inserting it again changes nothing: so a
 * delivery that is heard twice has its effect once.
 */
export function lakeFeed({ lake, db, tables, viewsChanged }: FeedParts): Hearer & { trouble(): string | undefined } {
  let trouble: string | undefined;
  const bring = async (ctx: Context, facts: readonly DeliveredFact[]): Promise<void> => {
    await shareTables(ctx.db);
    const targets = await findTargets(ctx.db);
    if (targets.length === 0) throw new Problem('unavailable', 'the lake has no tables yet');
    const keys = changedKeys(facts.filter(({ type }) => type === 'fhir.changed'));
    const feeding = new Feeding(ctx, { lake, db, targets, facts });
    await feeding.bring(keys);
    await feeding.bringPatients(keys);
    const into = { db, tx: ctx.db, generations: targets.map(({ database }) => database) };
    for (const table of tables) await fillTable(lake, into, table, facts);
    if (keys.some(({ type }) => type === 'ViewDefinition')) viewsChanged?.();
  };
  return {
    ...lakeListener(tables),
    batch: BATCH,
    async hear(ctx, facts) {
      try {
        await bring(ctx, facts);
        trouble = undefined;
      } catch (error) {
        trouble = `what changed does not reach the lake: ${(error as Error).message}`;
        throw error;
      }
    },
    /** Why the last batch did not reach the lake; nothing when it did. */
    trouble: () => trouble,
  };
}

/** The generations there are, each with the views that it is to be fed for. */
async function findTargets(db: Db): Promise<PourTarget[]> {
  const generations = await findGenerations(db);
  const views = await findKeptViews(db);
  return generations.map(({ id, database }) => ({
    database,
    views: views.filter(({ generation }) => generation === id),
  }));
}

/** Each resource once, with the earliest version that is news. */
function changedKeys(facts: readonly DeliveredFact[]): ChangedKey[] {
  const keys = new Map<string, ChangedKey>();
  for (const { subject, data } of facts) {
    for (const { type, id, version } of data as Changed[]) {
      const name = `${type}/${subject}/${id}`;
      const known = keys.get(name);
      if (known === undefined) keys.set(name, { type, part: subject, id, since: version });
      else known.since = Math.min(known.since, version);
    }
  }
  return [...keys.values()];
}

class Feeding {
  readonly #ctx: Context;
  readonly #lake: Lake;
  readonly #db: Db;
  readonly #targets: readonly PourTarget[];
  readonly #facts: readonly DeliveredFact[];

  constructor(
    ctx: Context,
    {
      lake,
      db,
      targets,
      facts,
    }: { lake: Lake; db: Db; targets: readonly PourTarget[]; facts: readonly DeliveredFact[] },
  ) {
    this.#ctx = ctx;
    this.#lake = lake;
    this.#db = db;
    this.#targets = targets;
    this.#facts = facts;
  }

  async bring(keys: readonly ChangedKey[]): Promise<void> {
    if (keys.length === 0) return;
    for (const chunk of await splitBySize(this.#ctx.db, keys)) {
      const versions = await readVersions(this.#ctx.db, chunk);
      const persons = await personsOf(this.#ctx.db, versions);
      await makeDurable(this.#db);
      const unread: Unread[] = [];
      for (const target of this.#targets) unread.push(...(await pour(this.#lake, target, versions, persons)));
      await this.#note(chunk, unread);
      poured.add(chunk.length);
    }
  }

  /** A patient whose columns come along in other rows has changed: those rows are told anew. */
  async bringPatients(keys: readonly ChangedKey[]): Promise<void> {
    const patients = keys.filter(({ type, part, id }) => type === 'Patient' && part === id);
    if (patients.length === 0) return;
    const { views } = await findViews(this.#ctx.db);
    const carrying = views.filter(({ about }) => about !== undefined);
    const types = [...new Set(carrying.map(({ resource }) => resource))].filter((type) => type !== 'Patient');
    const told = new Set(keys.map(({ type, id }) => `${type}/${id}`));
    const parts = await changedPersons(this.#ctx.db, patients, carrying);
    if (parts.length === 0) return;
    for (const type of types) {
      let after: { part: string; id: string } | undefined;
      for (;;) {
        const page = await pageOfParts(this.#ctx.db, type, { parts, after, limit: PAGE });
        const others = page.filter(({ id }) => !told.has(`${type}/${id}`));
        await this.bring(others.map(({ part, id, version }) => ({ type, part, id, since: version })));
        if (page.length < PAGE) break;
        after = page.at(-1);
      }
    }
  }

  async #note(keys: readonly ChangedKey[], unread: readonly Unread[]): Promise<void> {
    const updated = keys.filter(({ since }) => since > 1);
    if (updated.length > 0) await forgetSkipped(this.#ctx.db, updated);
    if (unread.length === 0) return;
    const skipped = unread.map(({ version: { type, part, id, version }, view, reason }) => ({
      type,
      part,
      id,
      version,
      view,
      reason,
    }));
    await noteSkipped(this.#ctx.db, skipped, this.#ctx.now());
    await suspendViews(this.#ctx.db);
    for (const each of skipped) {
      const fact = this.#facts.find(({ subject }) => subject === each.part);
      if (fact === undefined) continue;
      const { type, id, version, view } = each;
      await buryPart(
        this.#ctx,
        FEED,
        { ...fact, data: [{ type, id, version, op: 'updated' }] },
        {
          reason: 'a view of the lake cannot read this resource: it is kept out of that view',
          facts: { type, id, version, view, said: each.reason },
        },
      );
    }
  }
}

export async function personsOf(db: Db, versions: readonly ChangedVersion[]): Promise<Map<string, PersonVersion>> {
  const parts = [...new Set(versions.map(({ part }) => part))];
  return new Map((await readPersons(db, parts)).map((person) => [person.part, person]));
}

/** Those whose elements changed that a view's columns are made from. */
async function changedPersons(db: Db, keys: readonly ChangedKey[], views: readonly LakeView[]): Promise<string[]> {
  const used = elementsOf(views);
  const now = new Map(
    (
      await readPersons(
        db,
        keys.map(({ part }) => part),
      )
    ).map((person) => [person.part, person]),
  );
  const before = new Map(
    (
      await readFormerPersons(
        db,
        keys.map(({ part, since }) => ({ part, version: since - 1 })),
      )
    ).map((person) => [person.part, person]),
  );
  return keys.flatMap(({ part }) => (elements(before.get(part), used) === elements(now.get(part), used) ? [] : [part]));
}

/** Every element of Patient that stands in a path of the columns: rather one too many than one too few. */
function elementsOf(views: readonly LakeView[]): string[] {
  const words = new Set(JSON.stringify(views.map(({ about }) => about?.person.select)).match(/[A-Za-z]\w*/g) ?? []);
  const names = definitions.types['Patient']?.elements.map(({ name }) => name.replace('[x]', '')) ?? [];
  return names.filter((name) => words.has(name));
}

function elements(person: PersonVersion | undefined, used: readonly string[]): string {
  const resource = person === undefined ? {} : (JSON.parse(person.content) as Record<string, unknown>);
  const relevant = Object.entries(resource).filter(([key]) =>
    used.some((name) => key === name || key.startsWith(name) || key === `_${name}`),
  );
  return JSON.stringify([person !== undefined, relevant.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
