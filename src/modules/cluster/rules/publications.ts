import { readPatentNumber, type Work } from '#standards/bibliography';
import { PATENT_STATES, type PatentState, type Publication, type Reckoned, type ThingName } from '../model.ts';
import { dayAfter } from './days.ts';

/** What is read of a paper or patent. */
export const SAID_OF_WORKS = [
  ...['published', 'filed', 'authors', 'applicants', 'journal', 'volume', 'issue', 'pages', 'doi', 'website'],
  ...['patent-number', 'application-number', 'patent-state', 'keywords', 'description'],
] as const;

type Said = ReadonlyMap<string, Reckoned>;

const text = (said: Said, property: string): string | null => {
  const value = said.get(property)?.value;
  return value === undefined || Array.isArray(value) ? null : String(value);
};
const list = (said: Said, property: string): readonly string[] => {
  const value = said.get(property)?.value;
  return Array.isArray(value) ? (value as string[]) : value === undefined ? [] : [String(value)];
};

/** Papers and patents with what is reckoned of each, the newest first. */
export function publicationsOf(
  works: readonly (ThingName & { role: Publication['role'] })[],
  said: ReadonlyMap<string, Said>,
): Publication[] {
  return works
    .map(({ id, kind, name, nameZh, example, role }): Publication => {
      const own = said.get(id) ?? new Map<string, Reckoned>();
      const state = text(own, 'patent-state');
      const numbers = [text(own, 'patent-number'), text(own, 'application-number')];
      const [number = null] = numbers.filter((each) => each !== null);
      const filed = text(own, 'filed');
      return {
        id,
        kind,
        name,
        nameZh,
        example,
        role,
        number,
        filed,
        year: (text(own, 'published') ?? filed)?.slice(0, 4) ?? null,
        authors: list(own, 'authors'),
        journal: text(own, 'journal'),
        doi: text(own, 'doi'),
        state: PATENT_STATES.find((each) => each === state) ?? null,
        termEnds: kind === 'patent' ? termEnd(filed, numbers) : null,
      };
    })
    .toSorted((one, two) => (two.year ?? '').localeCompare(one.year ?? '') || one.id.localeCompare(two.id));
}

/** Designs filed from this day on are protected for 15 years, before it for 10. */
const DESIGNS_LONGER = '2021-06-01';

/**
 * The last day of the term, counted from the day of filing: inventions 20 years, utility models 10, designs 15 or 10.
 * It says nothing of whether the patent was granted or kept up. Only for what is filed on a known day with a Chinese number.
 *
 * Source: Patent Law of the People's Republic of China (2020), article 42.
 */
function termEnd(filed: string | null, numbers: readonly (string | null)[]): string | null {
  if (filed === null || filed.length !== 10) return null;
  const read = numbers.map((each) => (each === null ? undefined : readPatentNumber(each)));
  const chinese = read.find((each) => each?.country === 'CN' && each.form !== null);
  if (chinese === undefined) return null;
  const years = chinese.form === 'invention' ? 20 : chinese.form === 'design' && filed >= DESIGNS_LONGER ? 15 : 10;
  return dayAfter(`${Number(filed.slice(0, 4)) + years}${filed.slice(4)}`, -1);
}

/** From the first year to the last, those without any too. */
export function countYears(works: readonly Publication[]): { year: string; papers: number; patents: number }[] {
  const known = works.flatMap(({ year, kind }) => (year === null ? [] : [{ year: Number(year), kind }]));
  const years = known.map(({ year }) => year);
  const [first, last] = [Math.min(...years), Math.max(...years)];
  return Array.from({ length: known.length === 0 ? 0 : last - first + 1 }, (_, at) => {
    const own = known.filter(({ year }) => year === first + at);
    const of = (kind: 'paper' | 'patent') => own.filter((each) => each.kind === kind).length;
    return { year: String(first + at), papers: of('paper'), patents: of('patent') };
  });
}

export function countStates(works: readonly Publication[]): { state: PatentState | 'unknown'; patents: number }[] {
  const patents = works.filter(({ kind }) => kind === 'patent');
  return ([...PATENT_STATES, 'unknown'] as const)
    .map((state) => ({ state, patents: patents.filter((each) => (each.state ?? 'unknown') === state).length }))
    .filter((each) => each.patents > 0);
}

/** As it is written into a file of references. */
export function workOfThing({ id, kind, name }: ThingName, said: Said): Work {
  const texts = {
    date: text(said, 'published'),
    filed: kind === 'patent' ? text(said, 'filed') : null,
    journal: text(said, 'journal'),
    volume: text(said, 'volume'),
    issue: text(said, 'issue'),
    pages: text(said, 'pages'),
    doi: text(said, 'doi'),
    number: text(said, 'patent-number') ?? text(said, 'application-number'),
    url: text(said, 'website'),
    abstract: text(said, 'description'),
  };
  const known = Object.entries(texts).filter(([, value]) => value !== null);
  return {
    kind: kind === 'patent' ? 'patent' : 'paper',
    key: id,
    title: name,
    authors: [...list(said, 'authors')],
    applicants: [...list(said, 'applicants')],
    keywords: [...list(said, 'keywords')],
    ...Object.fromEntries(known),
  };
}
