import type { Db } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { ThingKind } from '../model.ts';
import { catalogueOf, csvOf, LICENCE, schemaOrgOf } from '../rules/index.ts';
import {
  findLastChange,
  findOpenRelations,
  findOpenStatements,
  findOpenThings,
  type OpenThing,
} from '../store/index.ts';
import { profileOf } from './record.ts';

/** What stands behind the door that is open to everybody: no actor. */
interface Open {
  db: Db;
}
interface Page {
  after: string;
  kind?: ThingKind;
  limit: number;
}

/** The data set described in DCAT. */
export async function catalogue({ db }: Open, publicUrl: string): Promise<object> {
  return catalogueOf(publicUrl, (await findLastChange(db))?.toISOString() ?? null);
}

export async function listedThings({ db }: Open, page: Page) {
  const things = await findOpenThings(db, page);
  return { said: { licence: LICENCE }, things, ...nextOf(things, page) };
}

/** As anybody may see it: without who entered what, and without relations to examples or persons. @throws Problem `not-found` */
export async function readOpenThing({ db }: Open, id: string): Promise<object> {
  const { thing, merged, said, links, sources, cautions } = await profileOf(db, id);
  if (thing.example || thing.kind === 'person') throw new Problem('not-found', 'there is no such thing');
  return {
    licence: LICENCE,
    thing: {
      id: thing.id,
      kind: thing.kind,
      name: thing.name,
      nameZh: thing.nameZh,
      changedAt: thing.changedAt,
      reviewedAt: thing.reviewedAt,
    },
    merged: merged.map((each) => each.id),
    properties: said.map(({ property, disputed, statements }) => ({
      property,
      disputed,
      statements: statements.map(told),
    })),
    relations: links.filter(({ other }) => !other.example && other.kind !== 'person').map(told),
    sources: Object.fromEntries(
      Object.entries(sources).map(([key, { kind, title, titleZh, publisher, date, url }]) => [
        sourceKey(key),
        { kind, title, titleZh, publisher, date, url },
      ]),
    ),
    cautions: cautions.map(({ property, text, textZh }) => ({ property, text, textZh })),
  };
}

/** Without the persons who said or withdrew it. */
function told<T extends { source: string; saidByName: string }>(row: T): object {
  const {
    saidByName: _,
    withdrawnAt: __,
    withdrawnByName: ___,
    withdrawnWhy: ____,
    ...rest
  } = row as T & Record<string, unknown>;
  return { ...rest, source: sourceKey(row.source) };
}

/** An entry is known by its organization, not by its account. */
function sourceKey(id: string): string {
  const [kind, , organization] = id.split('/');
  return kind === 'entry' ? `entry/${organization ?? 'account'}` : id;
}

export async function statementRows({ db }: Open, page: Page): Promise<{ text: string; next?: string }> {
  const things = await findOpenThings(db, page);
  const ids = things.map(({ id }) => id);
  const text = csvOf(things, await findOpenStatements(db, ids), await findOpenRelations(db, ids));
  return { text, ...nextOf(things, page) };
}

export async function jsonLd({ db }: Open, publicUrl: string, page: Page): Promise<{ graph: object; next?: string }> {
  const things = await findOpenThings(db, page);
  const ids = things.map(({ id }) => id);
  const graph = schemaOrgOf(publicUrl, things, await findOpenStatements(db, ids), await findOpenRelations(db, ids));
  return { graph, ...nextOf(things, page) };
}

function nextOf(things: readonly OpenThing[], { limit }: Page): { next?: string } {
  const last = things.at(-1);
  return things.length === limit && last !== undefined ? { next: last.id } : {};
}
