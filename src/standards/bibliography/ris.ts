import { listOf, plainDoi } from './bibtex.ts';
import { emptyWork, type Fault, type Read, type Work } from './model.ts';

/**
 * Source: RIS Format Specifications (ResearchSoft, 2011 edition): a tag of two characters, two spaces, a hyphen, a space, a value; TY begins a record, ER ends it.
 */
const LINE = /^([A-Z][A-Z0-9]) {0,2}-(?: (.*)|\s*)$/;

/** Works of a RIS file, with any line endings, lines that go on, and tags in any order. */
export function readRis(text: string): Read {
  const faults: Fault[] = [];
  const works: Work[] = [];
  let tags: Map<string, string[]> | undefined;
  let last: string | undefined;
  let begun = 0;
  const end = () => {
    if (tags === undefined) return;
    const work = workOf(tags);
    if (work.title === '') faults.push({ line: begun, what: 'no-title', found: tags.get('TY')?.[0] ?? '' });
    else works.push(work);
    tags = undefined;
  };
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const [, tag, value = ''] = LINE.exec(raw.trimEnd()) ?? [];
    if (tag === undefined) {
      // What has no tag goes on with the line before.
      const values = last === undefined ? undefined : tags?.get(last);
      if (values !== undefined && raw.trim() !== '')
        values[values.length - 1] = `${values.at(-1)} ${raw.trim()}`.trim();
      continue;
    }
    if (tag === 'TY') {
      if (tags !== undefined) {
        faults.push({ line: begun, what: 'not-closed', found: tags.get('TY')?.[0] ?? '' });
        end();
      }
      tags = new Map();
      begun = index + 1;
    }
    if (tag === 'ER') {
      if (tags === undefined) faults.push({ line: index + 1, what: 'no-type', found: 'ER' });
      end();
      last = undefined;
      continue;
    }
    if (tags === undefined) {
      if (last !== 'lost') faults.push({ line: index + 1, what: 'no-type', found: tag });
      last = 'lost';
      continue;
    }
    last = tag;
    const known = tags.get(tag);
    if (known === undefined) tags.set(tag, [value.trim()]);
    else known.push(value.trim());
  }
  if (tags !== undefined) faults.push({ line: begun, what: 'not-closed', found: tags.get('TY')?.[0] ?? '' });
  end();
  return { works, faults };
}

function workOf(tags: ReadonlyMap<string, string[]>): Work {
  const all = (...names: string[]) => names.flatMap((name) => tags.get(name) ?? []).filter((value) => value !== '');
  const first = (...names: string[]): string | undefined => all(...names)[0];
  const isPatent = first('TY') === 'PAT';
  const work = emptyWork(isPatent ? 'patent' : 'paper', first('ID', 'LB') ?? '');
  work.title = first('TI', 'T1', 'CT') ?? '';
  work.authors = all('AU', 'A1');
  // Of patents the second authors are who applied for it; some programs write them as publisher.
  work.applicants = isPatent ? [...all('A2'), ...all('PB').flatMap((text) => text.split(/\s*;\s*/))] : [];
  const [from, to] = [first('SP'), first('EP')];
  const texts = {
    date: dateOf(first('DA') ?? first('PY') ?? first('Y1')) ?? dateOf(first('PY') ?? first('Y1')),
    journal: isPatent ? undefined : first('JO', 'JF', 'T2', 'JA', 'J2'),
    volume: isPatent ? undefined : first('VL'),
    issue: isPatent ? undefined : first('IS'),
    pages: from === undefined ? undefined : to === undefined || from.includes('-') ? from : `${from}-${to}`,
    publisher: isPatent ? undefined : first('PB'),
    doi: plainDoi(first('DO')),
    number: isPatent ? first('SN', 'M1', 'C1', 'VL', 'IS') : undefined,
    filed: isPatent ? dateOf(first('Y2', 'C2')) : undefined,
    url: first('UR', 'L2'),
    abstract: first('AB', 'N2'),
  };
  for (const [name, value] of Object.entries(texts)) if (value !== undefined) Object.assign(work, { [name]: value });
  work.keywords = [...new Set(all('KW').flatMap(listOf))];
  return work;
}

/** `2021/03/05/`, `2021-03`, `2021`, each part but the year may be empty. */
function dateOf(text: string | undefined): string | undefined {
  const [, year, month, day] = /^\s*(\d{4})(?:[/.-](\d{1,2})?)?(?:[/.-](\d{1,2})?)?/.exec(text ?? '') ?? [];
  if (year === undefined || month === undefined || Number(month) < 1 || Number(month) > 12) return year;
  return [year, month.padStart(2, '0'), ...(day === undefined ? [] : [day.padStart(2, '0')])].join('-');
}

/** The works as a RIS file; read again they are the same. */
export function writeRis(works: readonly Work[]): string {
  return works.map(recordText).join('');
}

function recordText(work: Work): string {
  const { kind, key, title, authors, applicants, keywords, date, journal, volume, issue, pages, publisher } = work;
  const { doi, number, filed, url, abstract } = work;
  const [from, to] = pages === undefined ? [] : /^[^-]+-[^-]+$/.test(pages) ? pages.split('-') : [pages];
  const slashed = (day: string | undefined) => day && [...day.split('-'), '', '', ''].slice(0, 4).join('/');
  const isPatent = kind === 'patent';
  const lines: [string, string | undefined][] = [
    ['TY', isPatent ? 'PAT' : 'JOUR'],
    ['ID', key],
    ['TI', title],
    ...authors.map((name): [string, string] => ['AU', name]),
    ...applicants.map((name): [string, string] => ['A2', name]),
    ['PY', date?.slice(0, 4)],
    ['DA', slashed(date)],
    ['Y2', isPatent ? slashed(filed) : undefined],
    ['JO', journal],
    ['VL', volume],
    ['IS', issue],
    ['SP', from],
    ['EP', to],
    ['PB', publisher],
    ['DO', doi],
    ['SN', isPatent ? number : undefined],
    ['UR', url],
    ['AB', abstract],
    ...keywords.map((word): [string, string] => ['KW', word]),
  ];
  const told = lines.filter(([, value]) => value !== undefined && value !== '');
  return `${told.map(([tag, value]) => `${tag}  - ${value!.replace(/\s+/g, ' ').trim()}\r\n`).join('')}ER  - \r\n`;
}
