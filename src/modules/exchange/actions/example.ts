import { actAsDemo } from '#kernel/access';
import { type Context, onDb } from '#kernel/context';
import type { Job } from '#kernel/jobs';
import type { Lake } from '#kernel/lake';
import { Problem } from '#kernel/problem';
import type { Pool } from '#kernel/sql';
import example from '../../../../facts/exchange/example.json' with { type: 'json' };
import { ask } from '../analytics/index.ts';
import type { Answers, OfferingDefinition, Party } from '../model.ts';
import { findContents, findDemonstration, getVersion } from '../store/index.ts';
import { addEvidence, answerItems, approveOffering, judgeItems, readCompliance, submitOffering } from './compliance.ts';
import { placeContent } from './contents.ts';
import { contextAs } from './moves.ts';
import { createOffering, readStudio } from './offerings.ts';
import { partyOf } from './parties.ts';
import { requestListing } from './venues.ts';

const LOOK_SECONDS = 10;
/** The lake hears in turns: so long without another one, and the region has told all. */
const SETTLED_MS = 60_000;
const VENUES = ['banyan', 'guangzhou', 'shenzhen'];
const VENUE_FIELDS: Readonly<Record<string, Record<string, string>>> = {
  guangzhou: { scenario: '科研与公共卫生' },
  shenzhen: { 'registration-kind': '首次登记', retention: '是' },
};

/**
 * Brings the example product of the synthetic region to the market, a step each time, by the acts of the demo accounts: it begins
 * once the region tells no more results of its kind, and leaves alone whatever somebody else moves.
 */
export function exampleJob({ lake, pool }: { lake: Lake; pool: Pool }): Job {
  // Persons that the lake held at the last look, and since when so many; and with how many the content was made.
  let held = { persons: 0, since: 0 };
  let tried = 0;
  return {
    name: 'exchange.example',
    everySeconds: LOOK_SECONDS,
    async run(job) {
      const ctx = onDb(job, pool);
      const [seller, assessor] = [await actAsDemo(ctx, 'laboratory-director'), await actAsDemo(ctx, 'regulator')];
      if (seller === undefined || assessor === undefined || seller.actor.organizations.length === 0) return;
      const id = await findDemonstration(pool);
      if (id !== undefined && !(await isRefused(seller, id))) return goOn(seller, assessor, id);
      const persons = await countPersons(seller, lake);
      if (persons !== held.persons) held = { persons, since: ctx.now().getTime() };
      if (persons === 0 || persons === tried || ctx.now().getTime() - held.since < SETTLED_MS) return;
      tried = persons;
      if (id === undefined) await begin(seller);
      else await placeContent(seller, id);
    },
  };
}

/** So few persons were there that the gate refused, and nobody has gone on with it since. */
async function isRefused(ctx: Context, id: string): Promise<boolean> {
  const { state, version } = await getVersion(ctx.db, id);
  const [content] = await findContents(ctx.db, id);
  return state === 'draft' && version === 1 && (content?.state === 'refused' || content?.state === 'failed');
}

/** None while the lake is not there yet. */
async function countPersons(seller: Context, lake: Lake): Promise<number> {
  try {
    const { candidate } = await ask(await contextAs(seller, seller.actor.id), lake, definition([]));
    return candidate.rows.reduce((sum, row) => sum + Number(row.at(-1)), 0);
  } catch (error) {
    if (error instanceof Problem && error.kind === 'unavailable') return 0;
    throw error;
  }
}

function definition(sources: OfferingDefinition['sources']): OfferingDefinition {
  return { ...(example.definition as unknown as Omit<OfferingDefinition, 'sources'>), sources };
}

async function begin(seller: Context): Promise<void> {
  const party: Party = await partyOf(seller);
  const page = await createOffering(seller, definition([{ party, share: 10_000 }]), { demonstration: true });
  await answerItems(seller, page.id, { answers: example.answers as Answers, revision: page.revision });
  const { items } = await readCompliance(seller, page.id);
  for (const { id: item, file = [], answer } of items) {
    if (answer?.choice === undefined || !file.includes(answer.choice)) continue;
    const content = Buffer.from('Stands for the paper that a true holder attaches. 代替真实持有方提交的材料。\n');
    await addEvidence(seller, page.id, { item, name: 'example.txt', media: 'text/plain', content });
  }
  await placeContent(seller, page.id);
}

async function goOn(seller: Context, assessor: Context, id: string): Promise<void> {
  const { version, state, revision, holder } = await getVersion(seller.db, id);
  if (version !== 1 || !seller.actor.organizations.some((each) => holder.id === `Organization/${each}`)) return;
  if (state === 'draft') {
    const [content] = await findContents(seller.db, id);
    const { missing } = await readStudio(seller, id);
    if (content?.state === 'released' && missing.length === 0) await submitOffering(seller, id, revision);
  } else if (state === 'in-review') {
    const { items, assessment, refusals } = await readCompliance(assessor, id);
    if (refusals.length > 0 || assessment === null) return;
    const verdicts = Object.fromEntries(items.map((item) => [item.id, { verdict: 'satisfied', words: '' } as const]));
    const judged = await judgeItems(assessor, id, { verdicts, revision: assessment.revision });
    await approveOffering(assessor, id, {
      words: 'Example of the synthetic region. 合成区域示例。',
      revision: judged.assessment!.revision,
      noticeDays: 0,
    });
  } else if (state === 'certified') {
    await requestListing(
      seller,
      id,
      VENUES.map((venue) => ({ venue, fields: VENUE_FIELDS[venue] ?? {} })),
    );
  }
}
