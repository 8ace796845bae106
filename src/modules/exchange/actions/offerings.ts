import { createHash } from 'node:crypto';
import { record, recordRead } from '#kernel/access';
import type { Context, Tx } from '#kernel/context';
import type { Lake } from '#kernel/lake';
import { canonicalJson } from '#kernel/ledger';
import { Problem } from '#kernel/problem';
import { ask } from '../analytics/index.ts';
import type {
  CandidatePreview,
  Facets,
  OfferingCard,
  OfferingDefinition,
  OfferingDetail,
  OfferingLine,
  OfferingSearch,
  StudioPage,
  Tradable,
} from '../model.ts';
import { itemsFor, measureQuality, missingOf, offerPolicy, unanswered } from '../rules/index.ts';
import {
  copyCompliance,
  countCards,
  findCards,
  findCertificatesOf,
  findContents,
  findDeclaration,
  findEvidence,
  findMoves,
  findOfferings,
  findOnMarket,
  findReleased,
  findVersions,
  getApproved,
  getCard,
  getListed,
  holdOffering,
  insertOffering,
  insertVersion,
  type StoredVersion,
  shareOffering,
  updateDraft,
} from '../store/index.ts';
import { contextAs, getForLook, getOwn, holderFor, isHolder, requireRevision } from './moves.ts';
import { partyOf } from './parties.ts';

const MOST_LINES = 500;
const PREVIEW_ROWS = 200;

/** The own offerings, newest change first. */
export async function listStudio(ctx: Context): Promise<{ offerings: OfferingLine[] }> {
  return { offerings: await findOfferings(ctx.db, holderFor(ctx), MOST_LINES) };
}

/** @param demonstration its notice is short; never from outside */
export async function createOffering(
  ctx: Context,
  definition: OfferingDefinition,
  { demonstration = false }: { demonstration?: boolean } = {},
): Promise<StudioPage> {
  holderFor(ctx);
  const id = ctx.newId();
  await ctx.db.transaction(async (tx) => {
    const holder = await partyOf({ ...ctx, db: tx });
    await insertOffering(ctx, tx, { id, holder: holder.id, demonstration });
    const digest = digestOf(definition);
    await insertVersion(ctx, tx, { id, version: 1, definition, digest });
    await record(ctx, tx, { act: 'exchange.offering-made', subject: `offering/${id}/1`, detail: { digest } });
  });
  return readStudio(ctx, id);
}

/** Changes the draft. @throws Problem `conflict` where it is no draft any more, or somebody else changed it */
export async function changeOffering(
  ctx: Context,
  id: string,
  { definition, revision }: { definition: OfferingDefinition; revision: number },
): Promise<StudioPage> {
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getOwn({ ...ctx, db: tx }, id);
    requireRevision(stored, revision);
    const digest = digestOf(definition);
    await updateDraft(ctx, tx, { id, version: stored.version, definition, digest });
    await record(ctx, tx, {
      act: 'exchange.offering-changed',
      subject: `offering/${id}/${stored.version}`,
      detail: { digest },
    });
  });
  return readStudio(ctx, id);
}

/** The next version begins as the newest one ends; what is listed stays so meanwhile. */
export async function openVersion(ctx: Context, id: string): Promise<StudioPage> {
  await ctx.db.transaction(async (tx) => {
    await holdOffering(tx, id);
    const stored = await getOwn({ ...ctx, db: tx }, id);
    if (!ENDS.has(stored.state))
      throw new Problem('conflict', 'a version of the offering is on its way already', { version: stored.version });
    const version = stored.version + 1;
    await insertVersion(ctx, tx, { ...stored, version });
    await copyCompliance(tx, id, stored.version, version);
    await record(ctx, tx, {
      act: 'exchange.offering-version-opened',
      subject: `offering/${id}/${version}`,
      detail: { from: stored.version },
    });
  });
  return readStudio(ctx, id);
}

const ENDS: ReadonlySet<string> = new Set(['returned', 'listed', 'suspended', 'delisted', 'superseded']);

/** Everything of an offering. */
export async function readStudio(ctx: Context, id: string, version?: number): Promise<StudioPage> {
  const stored = await getForLook(ctx, id, version);
  const released = await findReleased(ctx.db, id, stored.version);
  return {
    id,
    holder: stored.holder,
    demonstration: stored.demonstration,
    version: stored.version,
    state: stored.state,
    revision: stored.revision,
    definition: stored.definition,
    digest: stored.digest,
    since: stored.since.toISOString(),
    versions: await findVersions(ctx.db, id),
    moves: await findMoves(ctx.db, id),
    contents: await findContents(ctx.db, id),
    quality: released?.quality ?? null,
    sample: released?.sample ?? null,
    missing: stored.state === 'draft' ? await missingFor(ctx, stored) : [],
    mayWrite: isHolder(ctx, stored),
  };
}

/** What stands between a draft and its submission. */
export async function missingFor(ctx: Pick<Context, 'db'>, stored: StoredVersion): Promise<StudioPage['missing']> {
  const { id, version, definition, digest } = stored;
  const answers = await findDeclaration(ctx.db, id, version);
  const files = await findEvidence(ctx.db, id, version);
  const content = await findReleased(ctx.db, id, version);
  return [
    ...missingOf(definition),
    ...(content?.digest === digest ? [] : [{ key: content === undefined ? 'content' : 'contentOld' }]),
    ...unanswered(itemsFor(definition), answers, files),
  ];
}

/** What the lake gives for a definition now: rows that the holder may see anyway, before the gate. */
export async function previewCandidate(
  ctx: Context,
  lake: Lake,
  definition: Pick<OfferingDefinition, 'query' | 'columns' | 'quality'>,
  signal?: AbortSignal,
): Promise<CandidatePreview> {
  holderFor(ctx);
  const began = performance.now();
  const holder = await contextAs(ctx, ctx.actor.id);
  const { candidate, found, views, more } = await ask(holder, lake, definition, {
    mostRows: PREVIEW_ROWS,
    ...(signal !== undefined && { signal }),
  });
  await recordRead(holder, {
    act: 'exchange.candidate-previewed',
    detail: { sql: definition.query.sql.slice(0, 5_000), views, rows: candidate.rows.length },
  });
  const columns = candidate.columns.map((column, at) => ({ ...definition.columns[at]!, ...column }));
  return {
    columns: found,
    rows: candidate.rows,
    total: candidate.rows.length,
    more,
    views,
    ms: Math.round(performance.now() - began),
    quality:
      columns.length === 0 ? null : measureQuality({ columns, rows: candidate.rows }, definition.quality, ctx.now()),
  };
}

/** The public catalogue: what is listed, newest first. */
export async function searchOfferings(
  { db }: Pick<Context, 'db'>,
  search: OfferingSearch,
): Promise<{ offerings: OfferingCard[]; total: number; facets: Facets }> {
  return { offerings: await findCards(db, search), ...(await countCards(db, search)) };
}

/** What everybody may know of an offering that is listed, or was. */
export async function readOffering({ db }: Pick<Context, 'db'>, id: string): Promise<OfferingDetail> {
  const stored = (await findOnMarket(db, id)) ?? (await getListed(db, id));
  const { version, definition } = stored;
  const contents = await findContents(db, id);
  const released = await findReleased(db, id, version);
  return {
    ...(await getCard(db, id, version)),
    state: stored.state,
    columns: definition.columns,
    qualityPlan: definition.quality,
    quality: released?.quality ?? null,
    sample: released?.sample ?? null,
    policy: policyOf(stored),
    terms: definition.terms,
    pricingBasis: definition.pricingBasis,
    sources: definition.sources,
    refresh: definition.refresh,
    views: released?.views ?? [],
    releases: contents.flatMap((content) =>
      content.releaseId === null || content.version > version
        ? []
        : [
            {
              version: content.version,
              number: content.number,
              releaseId: content.releaseId,
              rows: content.rows ?? 0,
              at: content.finishedAt!,
            },
          ],
    ),
    versions: (await findVersions(db, id)).filter((line) => line.version <= version),
    certificates: await findCertificatesOf(db, `offering/${id}/${version}`),
  };
}

/**
 * What may be traded of an offering, its row shared for the transaction's time: a contract and a suspension cannot cross.
 *
 * @throws Problem `conflict` unless it is listed, its assessment approved it, and nothing suspends it
 */
export async function tradable(_ctx: Context, tx: Tx, offeringId: string): Promise<Tradable> {
  await shareOffering(tx, offeringId);
  const stored = await findOnMarket(tx, offeringId);
  if (stored === undefined) throw new Problem('conflict', 'the offering is not listed', { offeringId });
  if (stored.state === 'suspended') throw new Problem('conflict', 'the offering is suspended', { offeringId });
  const { version, definition } = stored;
  if ((await getApproved(tx, offeringId, version)) === undefined)
    throw new Problem('conflict', 'no assessment has approved the offering', { offeringId });
  const { kind, title, prices, sources, ways } = definition;
  const released = await findReleased(tx, offeringId, version);
  return {
    offeringId,
    version,
    kind,
    title,
    prices,
    sources,
    ways,
    holder: stored.holder,
    policy: policyOf(stored),
    releaseId: released?.releaseId ?? null,
  };
}

/** The terms of a version as an ODRL offer. */
function policyOf({ id, version, holder, definition }: StoredVersion): Record<string, unknown> {
  return offerPolicy(definition.terms, { id: `urn:banyan:offering:${id}:${version}:offer`, assigner: holder.id });
}

function digestOf(definition: OfferingDefinition): string {
  return createHash('sha256').update(canonicalJson(definition)).digest('hex');
}
