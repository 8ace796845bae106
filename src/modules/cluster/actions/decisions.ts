import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { reachOf, record } from '#kernel/access';
import { inThread } from '#kernel/child';
import type { Context } from '#kernel/context';
import { Problem } from '#kernel/problem';
import type { DecisionLine, DecisionPage, DrawnModel, Trial } from '../model.ts';
import {
  findDecisions,
  findDecisionVersions,
  getDecision,
  getDecisionContent,
  holdDecision,
  insertDecision,
  insertDecisionVersion,
  type NewContent,
} from '../store/index.ts';
import type { Answered, Asked } from './decisions-thread.ts';

const [READ, WRITE] = ['cluster.read', 'cluster.decision.write'];
const MOST_MODELS = 500;
const MOST_VERSIONS = 200;
const MOST_CHARACTERS = 1024 * 1024;
const MOST_MS = 10_000;
const MOST_RUNNING = 4;

const EXAMPLE = new URL('../../../../facts/cluster/decisions/trial-subsidy.dmn', import.meta.url);

export async function listDecisions(ctx: Context): Promise<{ decisions: DecisionLine[]; mayWrite: boolean }> {
  ctx.require(READ);
  return { decisions: await findDecisions(ctx.db, MOST_MODELS), mayWrite: reachOf(ctx.actor, WRITE) !== undefined };
}

export async function readDecision(ctx: Context, id: string, version?: number): Promise<DecisionPage> {
  ctx.require(READ);
  return pageOf(ctx, await getDecision(ctx.db, id), version);
}

async function pageOf(ctx: Context, decision: DecisionLine, version = decision.version): Promise<DecisionPage> {
  const content = await getDecisionContent(ctx.db, decision.id, version);
  return {
    ...decision,
    shown: version,
    versions: await findDecisionVersions(ctx.db, decision.id, MOST_VERSIONS),
    model: await draw(content),
    mayWrite: reachOf(ctx.actor, WRITE) !== undefined,
  };
}

/** The model as it was brought, to the byte. */
export async function readDecisionFile(ctx: Context, id: string, version?: number): Promise<string> {
  ctx.require(READ);
  const decision = await getDecision(ctx.db, id);
  return getDecisionContent(ctx.db, decision.id, version ?? decision.version);
}

/** What the model decides for these inputs, and how. Nothing is kept of it. */
export async function tryDecision(
  ctx: Context,
  id: string,
  { inputs, version }: { inputs: Record<string, unknown>; version?: number },
): Promise<Trial> {
  ctx.require(READ);
  const decision = await getDecision(ctx.db, id);
  const shown = version ?? decision.version;
  const content = await getDecisionContent(ctx.db, decision.id, shown);
  const found = await ask<Omit<Trial, 'version'>>({ act: 'try', content, inputs, now: ctx.now().toISOString() });
  return { version: shown, ...found };
}

/** @param bring a model of DMN as XML, and in words what it is for */
export async function addDecision(ctx: Context, bring: { content: string; words: string }): Promise<DecisionPage> {
  ctx.require(WRITE);
  return keep(ctx, bring, false);
}

/** The worked example: an invented subsidy, marked as example. */
export async function addExampleDecision(ctx: Context): Promise<DecisionPage> {
  ctx.require(WRITE);
  return keep(ctx, { content: await readFile(EXAMPLE, 'utf8'), words: 'example' }, true);
}

async function keep(ctx: Context, bring: { content: string; words: string }, example: boolean): Promise<DecisionPage> {
  const made = await check(bring);
  const id = await ctx.db.transaction(async (tx) => {
    const decision = await insertDecision(ctx, tx, { ...made, example });
    const detail = { version: 1, hash: made.hash, name: made.name };
    await record(ctx, tx, { act: 'cluster.decision-made', subject: decision, detail });
    return decision;
  });
  return pageOf(ctx, await getDecision(ctx.db, id));
}

/** Another version; the ones before stay as they were. The same content again is no new version. */
export async function changeDecision(
  ctx: Context,
  id: string,
  { version, ...bring }: { content: string; words: string; version: number },
): Promise<DecisionPage> {
  ctx.require(WRITE);
  const made = await check(bring);
  await ctx.db.transaction(async (tx) => {
    const decision = await holdDecision(tx, id);
    if (decision.version !== version)
      throw new Problem('conflict', 'the decision model has changed since you looked at it: read it again', {
        version: decision.version,
      });
    const [last] = await findDecisionVersions(tx, decision.id, 1);
    if (last?.hash === made.hash) return;
    await insertDecisionVersion(ctx, tx, { decision: decision.id, version: version + 1 }, made);
    const detail = { version: version + 1, hash: made.hash, name: made.name };
    await record(ctx, tx, { act: 'cluster.decision-changed', subject: decision.id, detail });
  });
  return pageOf(ctx, await getDecision(ctx.db, id));
}

async function check({ content, words }: { content: string; words: string }): Promise<NewContent> {
  if (content.length > MOST_CHARACTERS)
    throw new Problem('too-large', 'the decision model is too long', { most: MOST_CHARACTERS });
  const { name, elements } = await draw(content);
  if (!elements.some(({ kind }) => kind === 'decision')) throw new Problem('invalid', 'the model decides nothing');
  return { name: name === '' ? '?' : name, content, words, hash: createHash('sha256').update(content).digest('hex') };
}

function draw(content: string): Promise<DrawnModel> {
  return ask({ act: 'draw', content });
}

let running = 0;

async function ask<T>(asked: Asked): Promise<T> {
  if (running >= MOST_RUNNING)
    throw new Problem('too-many', 'too many decision models are being read: try again in a moment');
  running += 1;
  try {
    const script = new URL('./decisions-thread.ts', import.meta.url);
    const said = await inThread<Answered<T>>(script, asked, { mostMs: MOST_MS, memoryMb: 256 });
    if ('answer' in said) return said.answer;
    const { kind, ...facts } = said.refusal;
    throw kind === 'invalid'
      ? new Problem('invalid', 'the decision model cannot be used', facts)
      : new Problem('too-costly', 'the decision takes too many steps', facts);
  } finally {
    running -= 1;
  }
}
