import { type Context, systemContext } from '#kernel/context';
import { search } from '#kernel/fhir';

/** The numbers on the tubes, by the ids of the specimens. */
export async function findAccessions(ctx: Context, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const specimens = (await readMany(ctx, 'Specimen', ids)) as {
    id: string;
    accessionIdentifier?: { value?: string };
  }[];
  for (const { id, accessionIdentifier } of specimens)
    if (accessionIdentifier?.value !== undefined) found.set(id, accessionIdentifier.value);
  return found;
}

/** Read by the platform itself: that the actor may have them was decided before. */
export async function readMany(ctx: Context, type: string, ids: readonly string[]): Promise<unknown[]> {
  const own = systemContext({ db: ctx.db, log: ctx.log, now: ctx.now }, 'signals');
  const asked = [...new Set(ids)].filter((id) => id !== '');
  const read: unknown[] = [];
  for (let at = 0; at < asked.length; at += READ_AT_ONCE) {
    const some = asked.slice(at, at + READ_AT_ONCE);
    const { matches } = await search(
      own,
      type,
      new URLSearchParams({ _id: some.join(','), _count: String(READ_AT_ONCE) }),
    );
    read.push(...matches.map(({ content }) => JSON.parse(content!)));
  }
  return read;
}

const READ_AT_ONCE = 100;

interface Patient {
  id?: string;
  name?: { text?: string; family?: string; given?: string[] }[];
  telecom?: { system?: string; value?: string }[];
}

/**
 * Names and telephone numbers, which the law on infectious diseases gives to whoever investigates; that the actor may have them was decided by `signals.case.read`,
 * and the look is noted with every person.
 */
export async function findPersons(
  ctx: Context,
  ids: readonly string[],
): Promise<Map<string, { name: string; phone: string }>> {
  const found = new Map<string, { name: string; phone: string }>();
  for (const patient of (await readMany(ctx, 'Patient', ids)) as Patient[]) {
    const [name] = patient.name ?? [];
    found.set(patient.id ?? '', {
      name: name?.text ?? [name?.family, ...(name?.given ?? [])].filter(Boolean).join(' '),
      phone: patient.telecom?.find(({ system }) => system === 'phone')?.value ?? '',
    });
  }
  return found;
}
