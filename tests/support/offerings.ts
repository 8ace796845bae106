import type { Context } from '#kernel/context';
import {
  addEvidence,
  answerItems,
  approveOffering,
  createOffering,
  finishContent,
  judgeItems,
  placeContent,
  readCompliance,
  readStudio,
  requestListing,
  settleNotices,
  submitOffering,
} from '../../src/modules/exchange/actions/index.ts';
import { exampleCandidate, exampleDefinition, exchangeActors } from './gate.ts';

export { exampleCandidate, exampleDefinition, exchangeActors };

/** An answer to every question that nothing speaks against. */
export const EXAMPLE_ANSWERS = Object.fromEntries(
  Object.entries({
    ...{ identity: 'organization', 'right-hold': 'contract', 'right-use': 'own', 'right-operate': 'holder' },
    ...{ authorisation: 'own', dispute: 'none', classification: 'general', 'personal-basis': 'anonymised' },
    ...{ ethics: 'not-needed', genetic: 'none', export: 'domestic', retention: 'thirty' },
  }).map(([item, choice]) => [item, { choice, words: 'as the papers show' }]),
);

/** Answered and proved; each step here and below is an act of its own actor, through the module's actions. */
export async function draftOffering(ctx: Context, definition = exampleDefinition()): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const { id, revision } = await createOffering(seller, definition);
  await answerItems(seller, id, { answers: EXAMPLE_ANSWERS, revision });
  await proveItems(seller, id);
  return id;
}

/** A file wherever an answer needs one. */
async function proveItems(seller: Context, id: string): Promise<void> {
  const { items } = await readCompliance(seller, id);
  for (const { id: item, file = [], answer } of items) {
    if (answer?.choice === undefined || !file.includes(answer.choice)) continue;
    const content = Buffer.from(`proof of ${item}`);
    await addEvidence(seller, id, { item, name: `${item}.txt`, media: 'text/plain', content });
  }
}

/** A draft with content that passed the gate. */
export async function filledOffering(
  ctx: Context,
  { definition = exampleDefinition(), candidate = exampleCandidate() } = {},
): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const id = await draftOffering(ctx, definition);
  const waiting = await placeContent(seller, id);
  await finishContent(seller, waiting, { definition, candidate, views: ['laboratory_result'], took: () => 1 });
  return id;
}

/** In review. */
export async function submittedOffering(ctx: Context, content?: Parameters<typeof filledOffering>[1]): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const id = await filledOffering(ctx, content);
  await submitOffering(seller, id, (await readStudio(seller, id)).revision);
  return id;
}

/** Approved, its notice begun. */
export async function noticedOffering(
  ctx: Context,
  { noticeDays = 0, ...content }: { noticeDays?: number } & Parameters<typeof filledOffering>[1] = {},
): Promise<string> {
  const { assessor } = exchangeActors(ctx);
  const id = await submittedOffering(ctx, content);
  await judgeAll(assessor, id);
  const { assessment } = await readCompliance(assessor, id);
  await approveOffering(assessor, id, { words: 'complete', revision: assessment!.revision, noticeDays });
  return id;
}

/** Every item satisfied. */
export async function judgeAll(assessor: Context, id: string): Promise<void> {
  const { items, assessment } = await readCompliance(assessor, id);
  const verdicts = Object.fromEntries(
    items.map(({ id: item }) => [item, { verdict: 'satisfied', words: '' } as const]),
  );
  await judgeItems(assessor, id, { verdicts, revision: assessment!.revision });
}

/** On the market of this platform: ready to be traded. */
export async function listedOffering(ctx: Context, content?: Parameters<typeof filledOffering>[1]): Promise<string> {
  const { seller } = exchangeActors(ctx);
  const id = await noticedOffering(ctx, content);
  await settleNotices(ctx);
  await requestListing(seller, id, [{ venue: 'banyan', fields: {} }]);
  return id;
}
