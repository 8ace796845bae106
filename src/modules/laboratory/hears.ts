import type { Context } from '#kernel/context';
import type { Changed } from '#kernel/fhir';
import type { DeliveredFact, Hearer } from '#kernel/outbox';
import type { Moved } from '#modules/custody';
import { addTube, addWork, applyNews, type News, noNews } from './actions/index.ts';
import { accessionOf, idsOf, orderFact, reportFact, specimenFact } from './rules.ts';
import { findResources, type Key, type RecordRow } from './store.ts';

/** Orders, specimens and reports of the record, however they were written: by message or over FHIR. */
export const recordChanges: Hearer = {
  name: 'laboratory.record',
  hears: ['fhir.changed'],
  batch: 128,
  async hear(ctx, facts) {
    const news = await readChanges(ctx, facts);
    await applyNews(ctx.db, news);
  },
};

/** Where tubes are. */
export const custodyMoves: Hearer = {
  name: 'laboratory.custody',
  hears: ['custody.moved'],
  batch: 64,
  async hear(ctx, facts) {
    const news = noNews();
    for (const { data } of facts) {
      const { at, step, place, specimens } = data as Moved;
      for (const accession of specimens)
        addTube(news, accession, { specimens: {}, steps: { [step]: { at, ...(place !== undefined && { place }) } } });
    }
    await applyNews(ctx.db, news);
  },
};

async function readChanges(ctx: Context, facts: readonly DeliveredFact[]): Promise<News> {
  const news = noNews();
  const changed = facts.flatMap(({ subject, data }) =>
    (data as Changed[]).map(({ type, id }) => ({ part: subject, type, id })),
  );
  const keysOf = (type: string): Key[] => changed.filter((each) => each.type === type);
  // One after the other: a transaction has one connection.
  const orders = await findResources(ctx.db, 'ServiceRequest', keysOf('ServiceRequest'));
  const specimens = await findResources(ctx.db, 'Specimen', keysOf('Specimen'));
  const reports = await findResources(ctx.db, 'DiagnosticReport', keysOf('DiagnosticReport'));
  const tubes = new Map(specimens.map((row) => [keyText(row), row]));
  await addNamedSpecimens(ctx, tubes, [...orders, ...reports]);

  for (const row of orders) readOrder(news, row, tubes);
  for (const row of specimens) readSpecimen(news, row);
  for (const row of reports) readReport(news, row, tubes);
  return news;
}

/** Specimens that orders and reports name and that are not among the changes themselves. */
async function addNamedSpecimens(
  ctx: Context,
  tubes: Map<string, RecordRow>,
  rows: readonly RecordRow[],
): Promise<void> {
  const named = rows.flatMap(({ part, content }) =>
    idsOf(content?.['specimen'], 'Specimen').map((id) => ({ part, id })),
  );
  const missing = new Map(named.filter((key) => !tubes.has(keyText(key))).map((key) => [keyText(key), key]));
  for (const row of await findResources(ctx.db, 'Specimen', [...missing.values()])) tubes.set(keyText(row), row);
}

function readOrder(
  news: News,
  { part, id, version, tenant, patients, content }: RecordRow,
  tubes: ReadonlyMap<string, RecordRow>,
): void {
  const key = `${part}/${id}`;
  addWork(news, key, { order: orderFact(content ?? { status: 'entered-in-error' }, { version, tenant, patients }) });
  linkTubes(news, [key], part, content?.['specimen'], tubes);
}

function readSpecimen(news: News, row: RecordRow): void {
  const { part, version, content } = row;
  const accession = content === null ? undefined : accessionOf(content);
  if (content === null || accession === undefined) return;
  const fact = specimenFact(content, version);
  const works = idsOf(content['request'], 'ServiceRequest').map((id) => `${part}/${id}`);
  addTube(news, accession, { specimens: { [`${part}/${fact.id}`]: fact }, steps: {} }, works);
}

function readReport(
  news: News,
  { part, id, version, content }: RecordRow,
  tubes: ReadonlyMap<string, RecordRow>,
): void {
  const works = idsOf(content?.['basedOn'], 'ServiceRequest').map((order) => `${part}/${order}`);
  const fact = reportFact(content ?? { status: 'entered-in-error' }, version);
  // A report that was deleted no longer says which order it was for: the order keeps its last word on it.
  for (const key of works) addWork(news, key, { reports: { [id]: fact } });
  linkTubes(news, works, part, content?.['specimen'], tubes);
}

function linkTubes(
  news: News,
  works: readonly string[],
  part: string,
  references: unknown,
  tubes: ReadonlyMap<string, RecordRow>,
): void {
  if (works.length === 0) return;
  for (const id of idsOf(references, 'Specimen')) {
    const row = tubes.get(`${part}/${id}`);
    const accession = row?.content ? accessionOf(row.content) : undefined;
    if (row?.content && accession !== undefined) {
      addTube(
        news,
        accession,
        { specimens: { [`${part}/${id}`]: specimenFact(row.content, row.version) }, steps: {} },
        works,
      );
    }
  }
}

function keyText({ part, id }: Key): string {
  return `${part}/${id}`;
}
