import { fromLatex, toLatex } from './latex.ts';
import { emptyWork, type Fault, type Read, type Work } from './model.ts';
import { readPeople } from './names.ts';

/** Source: Patashnik, BibTeXing (1988), and the field names of biblatex (patents, dates). */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const PATENTS = new Set(['patent', 'standard-patent']);

interface Entry {
  type: string;
  key: string;
  fields: Map<string, string>;
  line: number;
}

/** Works of a BibTeX file. What is wrong is told with its line, and the rest is read. */
export function readBibtex(text: string): Read {
  const faults: Fault[] = [];
  const entries = readEntries(text, faults);
  const byKey = new Map(entries.map((entry) => [entry.key.toLowerCase(), entry]));
  const works: Work[] = [];
  for (const entry of entries) {
    const parent = entry.fields.get('crossref');
    if (parent !== undefined) inherit(entry, byKey.get(parent.trim().toLowerCase()), parent, faults);
    const work = workOf(entry);
    if (work.title === '') faults.push({ line: entry.line, what: 'no-title', found: entry.key });
    else works.push(work);
  }
  return { works, faults };
}

/** A child takes what it lacks from its parent; the parent's title is the child's book or journal. */
function inherit(entry: Entry, parent: Entry | undefined, named: string, faults: Fault[]): void {
  if (parent === undefined) {
    faults.push({ line: entry.line, what: 'crossref-missing', found: named });
    return;
  }
  for (const [name, value] of parent.fields) {
    const own = name === 'title' && !entry.fields.has('booktitle') ? 'booktitle' : name;
    if (own !== 'title' && own !== 'author' && !entry.fields.has(own)) entry.fields.set(own, value);
  }
}

function readEntries(text: string, faults: Fault[]): Entry[] {
  const entries: Entry[] = [];
  const strings = new Map(MONTHS.map((month) => [month, month]));
  let at = 0;
  const lineAt = lineCounter(text);
  const space = () => {
    while (at < text.length && /\s/.test(text[at]!)) at += 1;
  };
  const word = () => {
    const found = /^[^\s{}(),="#%']+/.exec(text.slice(at, at + 300))?.[0] ?? '';
    at += found.length;
    return found;
  };
  /** Texts, numbers and names of strings, joined by #. */
  const value = (): string | undefined => {
    let joined = '';
    for (;;) {
      space();
      const sign = text[at];
      if (sign === '{' || sign === '"') {
        const inner = delimited(text, at);
        if (inner === undefined) return undefined;
        joined += inner.text;
        at = inner.end;
      } else {
        const from = at;
        const name = word();
        if (name === '') return undefined;
        const known = strings.get(name.toLowerCase());
        if (known === undefined && !/^\d+$/.test(name))
          faults.push({ line: lineAt(from), what: 'unknown-string', found: name });
        joined += known ?? name;
      }
      space();
      if (text[at] !== '#') return joined;
      at += 1;
    }
  };
  while (at < text.length) {
    const next = text.indexOf('@', at);
    if (next === -1) break;
    at = next + 1;
    const line = lineAt(next);
    space();
    const type = word().toLowerCase();
    space();
    const open = text[at];
    if (type === '' || (open !== '{' && open !== '(')) continue;
    const close = open === '{' ? '}' : ')';
    if (type === 'comment' || type === 'preamble') {
      at = (open === '{' ? delimited(text, at)?.end : undefined) ?? at + 1;
      continue;
    }
    at += 1;
    space();
    const fields = new Map<string, string>();
    let key = '';
    if (type !== 'string') {
      const found = /^[^,\s}]*/.exec(text.slice(at, at + 300))?.[0] ?? '';
      key = found;
      at += found.length;
    }
    let isClosed = false;
    while (at < text.length) {
      space();
      while (text[at] === ',') {
        at += 1;
        space();
      }
      if (text[at] === close) {
        at += 1;
        isClosed = true;
        break;
      }
      const from = at;
      const name = word().toLowerCase();
      space();
      if (name === '' || text[at] !== '=') {
        faults.push({ line: lineAt(from), what: 'no-equals', found: text.slice(from, from + 30).split('\n')[0]! });
        break;
      }
      at += 1;
      const found = value();
      if (found === undefined) break;
      if (type === 'string') strings.set(name, found);
      // The first of a field said twice counts.
      else if (!fields.has(name)) fields.set(name, found);
    }
    if (!isClosed) faults.push({ line, what: 'not-closed', found: key || type });
    if (type !== 'string' && (isClosed || fields.size > 0)) entries.push({ type, key, fields, line });
  }
  return entries;
}

/** What stands between braces or quotes; quotes inside of braces do not end it. */
function delimited(text: string, from: number): { text: string; end: number } | undefined {
  const isQuoted = text[from] === '"';
  let depth = isQuoted ? 1 : 0;
  for (let at = isQuoted ? from + 1 : from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\') at += 1;
    else if (sign === '{') depth += 1;
    else if (sign === '}') depth -= 1;
    else if (isQuoted && sign === '"' && depth === 1) return { text: text.slice(from + 1, at), end: at + 1 };
    if (depth === 0) return isQuoted ? undefined : { text: text.slice(from + 1, at), end: at + 1 };
  }
  return undefined;
}

function lineCounter(text: string): (at: number) => number {
  let [counted, line] = [0, 1];
  return (at) => {
    if (at < counted) [counted, line] = [0, 1];
    for (; counted < at; counted += 1) if (text[counted] === '\n') line += 1;
    return line;
  };
}

function workOf({ type, key, fields }: Entry): Work {
  const first = (...names: string[]): string | undefined => {
    for (const name of names) {
      const found = fields.get(name);
      if (found !== undefined && fromLatex(found) !== '') return fromLatex(found);
    }
    return undefined;
  };
  const number = first('number');
  const isPatent =
    PATENTS.has(type) ||
    (type === 'misc' && (/patent/i.test(first('howpublished', 'note', 'type') ?? '') || fields.has('patentnumber')));
  const work = emptyWork(isPatent ? 'patent' : 'paper', key);
  work.title = first('title') ?? '';
  work.authors = readPeople(fields.get('author') ?? fields.get('editor') ?? '');
  work.applicants = isPatent ? readPeople(fields.get('holder') ?? fields.get('assignee') ?? '') : [];
  const date = dateOf(fields, first);
  const texts = {
    date,
    journal: first('journal', 'journaltitle', 'booktitle'),
    volume: first('volume'),
    issue: isPatent ? undefined : (number ?? first('issue')),
    pages: first('pages')?.replace(/\s*[–—-]+\s*/g, '-'),
    publisher: first('publisher', 'institution', 'school', 'organization'),
    doi: plainDoi(first('doi')),
    number: isPatent ? (number ?? first('patentnumber')) : undefined,
    filed: isPatent ? first('filed', 'yearfiled', 'dayfiled') : undefined,
    url: first('url', 'howpublished')?.match(/https?:\/\/\S+/)?.[0],
    abstract: first('abstract'),
  };
  for (const [name, value] of Object.entries(texts)) if (value !== undefined) Object.assign(work, { [name]: value });
  work.keywords = listOf(first('keywords', 'keyword'));
  return work;
}

function dateOf(
  fields: ReadonlyMap<string, string>,
  first: (...names: string[]) => string | undefined,
): string | undefined {
  const date = first('date')?.match(/^\d{4}(?:-\d{2}(?:-\d{2})?)?/)?.[0];
  if (date !== undefined) return date;
  const year = first('year')?.match(/\d{4}/)?.[0];
  const month = monthOf(first('month') ?? '');
  if (year === undefined || month === undefined) return year;
  const day = fields.get('day')?.match(/\d{1,2}/)?.[0];
  return [year, month, ...(day === undefined ? [] : [day.padStart(2, '0')])].join('-');
}

function monthOf(text: string): string | undefined {
  const named = MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1;
  const number = named > 0 ? named : Number(/^\d{1,2}$/.exec(text)?.[0] ?? 0);
  return number >= 1 && number <= 12 ? String(number).padStart(2, '0') : undefined;
}

export function plainDoi(text: string | undefined): string | undefined {
  return text?.replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '').trim() || undefined;
}

export function listOf(text: string | undefined): string[] {
  return [...new Set((text ?? '').split(/[,;，；]/).map((part) => part.trim()))].filter((part) => part !== '');
}

/** The works as a BibTeX file; read again they are the same. */
export function writeBibtex(works: readonly Work[]): string {
  return works.map(entryText).join('\n');
}

function entryText(work: Work, at: number): string {
  const { kind, key, title, authors, applicants, keywords, issue, number, date, ...texts } = work;
  const lines: [string, string | undefined][] = [
    ['title', `{${toLatex(title)}}`],
    ['author', people(authors)],
    ['holder', kind === 'patent' ? people(applicants) : undefined],
    ['date', date],
    ['year', date?.slice(0, 4)],
    ['number', kind === 'patent' ? number && toLatex(number) : issue && toLatex(issue)],
    ...(['journal', 'volume', 'pages', 'publisher', 'doi', 'filed', 'url', 'abstract'] as const).map(
      (name): [string, string | undefined] => [name, texts[name] === undefined ? undefined : toLatex(texts[name])],
    ),
    ['keywords', keywords.length > 0 ? toLatex(keywords.join(', ')) : undefined],
  ];
  const body = lines.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`  ${name} = {${value}},\n`],
  );
  return `@${kind === 'patent' ? 'patent' : 'article'}{${key === '' ? `work${at + 1}` : key},\n${body.join('')}}\n`;
}

/** A name with a comma is read by its parts, another as it stands. */
function people(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return names.map((name) => (/^[^,]+, [^,]+$/.test(name) ? toLatex(name) : `{${toLatex(name)}}`)).join(' and ');
}
