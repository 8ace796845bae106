import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBibtex, readDoi, readPatentNumber, readRis, type Work, writeBibtex, writeRis } from './index.ts';

/**
 * Goal: what programs write of papers and patents is read as it was meant, and what is written here is read back the same.
 * Method: small files in the shapes that Zotero, EndNote, CNKI and Google Patents write (contents made up), then random works there and back.
 */
const bib = (text: string) => readBibtex(text).works[0]!;
const ris = (lines: readonly string[], end = '\r\n') => readRis(lines.join(end)).works;

describe('BibTeX', () => {
  test('reads what Zotero writes: braces for capitals, accents, url and keywords', () => {
    expect(
      bib(`@article{garcia_cart_2024,
	title = {{CAR}-{T} cells for {Sj{\\"o}gren}'s disease --- a {Phase} I trial},
	volume = {12},
	issn = {1234-5678},
	url = {https://example.org/a_b},
	doi = {10.1000/XYZ.12},
	number = {3},
	journal = {J. Ex.},
	author = {Garc{\\'\\i}a-Mu{\\~n}oz, Jos\\'e and van der Berg, Jan and {Guangzhou Laboratory}},
	month = mar,
	year = {2024},
	pages = {101--110},
	keywords = {CAR-T, autoimmunity},
}`),
    ).toEqual({
      kind: 'paper',
      key: 'garcia_cart_2024',
      title: "CAR-T cells for Sjögren's disease — a Phase I trial",
      authors: ['García-Muñoz, José', 'van der Berg, Jan', 'Guangzhou Laboratory'],
      applicants: [],
      date: '2024-03',
      journal: 'J. Ex.',
      volume: '12',
      issue: '3',
      pages: '101-110',
      doi: '10.1000/XYZ.12',
      url: 'https://example.org/a_b',
      keywords: ['CAR-T', 'autoimmunity'],
    });
  });

  test('reads quotes, strings joined by #, numbers bare, parentheses, comments and what stands between entries', () => {
    const { works, faults } = readBibtex(`words before
@comment{ @article{no, title={No}} }
@string{jx = "Journal of " # {Examples}}
@preamble{"\\newcommand{\\x}{}"}
@Article(one, AUTHOR = "Li Wei and Ada de la Cruz", Title = "A {"}quoted{"} word", JOURNAL = jx # ", B", year = 2020, month = 5, day = 7)
@inproceedings{two, title = "Second", crossref = {book}}
@proceedings{book, title = {The Meeting}, year = "2019"}`);
    expect(works.slice(0, 2)).toMatchObject([
      {
        title: 'A "quoted" word',
        journal: 'Journal of Examples, B',
        date: '2020-05-07',
        authors: ['Wei, Li', 'de la Cruz, Ada'],
      },
      { title: 'Second', journal: 'The Meeting', date: '2019' },
    ]);
    expect(faults).toEqual([]);
  });

  test.each([
    ["{\\'E}cole \\o re", 'École øre'],
    ['\\v{S}koda, \\c{c}a, \\H{o}, \\k a, \\r A', 'Škoda, ça, ő, ą, Å'],
    ["na\\\"{\\i}ve, {\\ss}, \\L{}\\'{o}d\\'z", 'naïve, ß, Łódź'],
    ['5\\,\\% of \\textit{E. coli} \\& $\\alpha$-actin', '5% of E. coli & α-actin'],
    ['猪\\~{n}仪', '猪ñ仪'],
    ['1--2, a~b', '1–2, a b'],
  ])('%s is %s', (latex, plain) => {
    expect(bib(`@article{k, title = {${latex}}}`).title).toBe(plain);
  });

  test('people are read by the parts of their names, Chinese ones as they stand', () => {
    const of = (author: string) => bib(`@article{k, title={t}, author={${author}}}`).authors;
    expect(of('Ludwig van Beethoven and 张伟 and Wang, Fang and King, Jr., Martin and others')).toEqual([
      'van Beethoven, Ludwig',
      '张伟',
      'Wang, Fang',
      'King, Martin, Jr.',
    ]);
    expect(of('Sand\nAND {Barnes and Noble}')).toEqual(['Sand', 'Barnes and Noble']);
  });

  test('patents keep their number, holders and days', () => {
    expect(
      bib(
        `@patent{p1, title={Vector}, author={Chen, Yi}, holder={{Example Bio Co., Ltd.}}, number={CN112345678B}, yearfiled={2020}, date={2022-08-09}}`,
      ),
    ).toMatchObject({
      kind: 'patent',
      number: 'CN112345678B',
      applicants: ['Example Bio Co., Ltd.'],
      filed: '2020',
      date: '2022-08-09',
    });
  });

  test('what is wrong is told with its line, and the rest is read', () => {
    const { works, faults } = readBibtex(
      `@article{a, title = {A}, year = nowhere}\n@article{b, title {B}}\n@article{c, author={X}}\n@article{d, title = {D`,
    );
    expect(works.map(({ title }) => title)).toEqual(['A']);
    expect(faults.map(({ line, what }) => [line, what])).toEqual(
      expect.arrayContaining([
        [1, 'unknown-string'],
        [2, 'no-equals'],
        [3, 'no-title'],
        [4, 'not-closed'],
      ]),
    );
  });

  test('no text makes it fail or stand still', () => {
    const bits = fc.constantFrom(
      '@',
      'article',
      '{',
      '}',
      '"',
      '=',
      ',',
      '#',
      '\\',
      'title',
      ' ',
      '\n',
      '(',
      ')',
      'a',
      '%',
      '仪',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 60 }), (parts) => void readBibtex(parts.join(''))),
      { numRuns: 300 },
    );
  });
});

describe('RIS', () => {
  const LINES = [
    'TY  - JOUR',
    'AU  - Wang, Fang',
    'AU  - Li, Wei',
    'PY  - 2023/04/05/',
    'TI  - A title that',
    'goes on',
    'T2  - Chinese Journal of Examples',
    'SP  - 12',
    'EP  - 19',
    'DO  - https://doi.org/10.1000/abc',
    'KW  - one',
    'KW  - two; three',
    'ER  - ',
  ];
  test.each([
    ['CRLF', '\r\n'],
    ['LF', '\n'],
    ['CR', '\r'],
  ])('reads EndNote’s with %s', (_, end) => {
    expect(ris(LINES, end)).toEqual([
      {
        kind: 'paper',
        key: '',
        title: 'A title that goes on',
        authors: ['Wang, Fang', 'Li, Wei'],
        applicants: [],
        date: '2023-04-05',
        journal: 'Chinese Journal of Examples',
        pages: '12-19',
        doi: '10.1000/abc',
        keywords: ['one', 'two', 'three'],
      },
    ]);
  });

  test('reads CNKI’s: a mark at the front, T1, JF, no space after the hyphen of the end', () => {
    expect(
      readRis(
        '\uFEFFTY  - JOUR\nA1  - 王芳\nA1  - 李伟\nT1  - 示例研究\nJF  - 示例学报\nY1  - 2021\nVL  - 3\nIS  - 2\nER  -\n\n',
      ).works,
    ).toMatchObject([
      { title: '示例研究', authors: ['王芳', '李伟'], journal: '示例学报', date: '2021', volume: '3', issue: '2' },
    ]);
  });

  test('reads patents: inventors, applicants, number, day of application', () => {
    expect(
      ris([
        'TY  - PAT',
        'TI  - Vector',
        'AU  - Chen, Yi',
        'A2  - Example Bio',
        'SN  - US10123456B2',
        'Y2  - 2019/02/03/',
        'ER  - ',
      ]),
    ).toMatchObject([{ kind: 'patent', number: 'US10123456B2', applicants: ['Example Bio'], filed: '2019-02-03' }]);
  });

  test('a record that is not ended, and one that never began, are told', () => {
    const { works, faults } = readRis('AU  - X\nTY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  - ');
    expect(works.map(({ title }) => title)).toEqual(['A', 'B']);
    expect(faults.map(({ line, what }) => [line, what])).toEqual([
      [1, 'no-type'],
      [2, 'not-closed'],
    ]);
  });
});

const WORD = fc
  .stringMatching(/^[A-Za-zéßøĀ研究αł][A-Za-zéßø研究0-9{}%&$#_~^\\"'–—-]{0,11}$/)
  .map((text) => text.normalize('NFC'));
const TEXT = fc.array(WORD, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
const PERSON = fc
  .tuple(fc.stringMatching(/^[A-ZÉ][a-zé]{1,8}$/), fc.stringMatching(/^[A-Z][a-z]{0,8}$/))
  .map((parts) => parts.join(', '));
const DAY = fc
  .tuple(fc.integer({ min: 1950, max: 2030 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .chain(([year, month, day]) => {
    const [mm, dd] = [month, day].map((part) => String(part).padStart(2, '0'));
    return fc.constantFrom(`${year}`, `${year}-${mm}`, `${year}-${mm}-${dd}`);
  });
const unless = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 });
const WORK: fc.Arbitrary<Work> = fc
  .record({
    kind: fc.constantFrom('paper' as const, 'patent' as const),
    key: fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/),
    title: TEXT,
    authors: fc.array(PERSON, { maxLength: 3 }),
    applicants: fc.array(fc.constantFrom('Example Bio Co., Ltd.', '示例生物有限公司', 'A and B'), { maxLength: 2 }),
    date: unless(DAY),
    journal: unless(TEXT),
    volume: unless(fc.nat(99).map(String)),
    issue: unless(fc.nat(99).map(String)),
    pages: unless(fc.constantFrom('1-9', '17', 'e1234')),
    doi: unless(fc.constant('10.1000/ab_c')),
    number: unless(fc.constant('CN112345678B')),
    filed: unless(DAY),
    abstract: unless(TEXT),
    keywords: fc.uniqueArray(fc.constantFrom('CAR-T', '基因治疗', 'a b'), { maxLength: 3 }),
  })
  .map(({ date, journal, volume, issue, pages, doi, number, filed, abstract, ...work }) => {
    const isPatent = work.kind === 'patent';
    const texts = { date, abstract, doi, ...(isPatent ? { number, filed } : { journal, volume, issue, pages }) };
    const known = Object.entries(texts).filter(([, value]) => value !== undefined);
    return { ...work, applicants: isPatent ? work.applicants : [], ...Object.fromEntries(known) } as Work;
  });

test.each([
  ['BibTeX', (works: Work[]) => readBibtex(writeBibtex(works))],
  ['RIS', (works: Work[]) => readRis(writeRis(works))],
])('what is written as %s is read back the same', (_, round) => {
  fc.assert(
    fc.property(fc.array(WORK, { minLength: 1, maxLength: 4 }), (works) => {
      expect(round(works)).toEqual({ works, faults: [] });
    }),
    { numRuns: 200 },
  );
});

describe('identifiers', () => {
  test.each([
    ['https://doi.org/10.1038/S41586-020-2649-2', '10.1038/s41586-020-2649-2'],
    ['doi: 10.1000/182.', '10.1000/182'],
    ['10.1/x', undefined],
    ['nothing', undefined],
  ])('%s is %s', (text, expected) => expect(readDoi(text)).toBe(expected));

  test.each([
    ['ZL 2017 1 0601862.3', { text: 'CN201710601862.3', form: 'invention', isChecked: true }],
    ['ZL95115608.X', { text: 'CN95115608.X', form: 'invention', isChecked: true }],
    ['97101765.4', { text: 'CN97101765.4', isChecked: true }],
    ['CN112345678B', { text: 'CN112345678B', base: 'CN112345678', kindCode: 'B', form: 'invention', isChecked: null }],
    ['CN 213456789 U', { form: 'utility-model', stage: 'publication' }],
    ['CN306789012S', { form: 'design' }],
    ['US 10,123,456 B2', { text: 'US10123456B2', country: 'US' }],
    ['US2021/0123456A1', { text: 'US20210123456A1', form: 'invention' }],
    ['WO 2021/123456 A1', { text: 'WO2021123456A1', country: 'WO' }],
    ['EP3456789B1', { text: 'EP3456789B1', kindCode: 'B1' }],
  ])('%s is read', (text, expected) => expect(readPatentNumber(text)).toMatchObject(expected));

  test('a Chinese check digit that is wrong is told with the right one', () => {
    expect(readPatentNumber('ZL200310100002.1')).toMatchObject({ isChecked: false, expected: 'X' });
    expect(readPatentNumber('CN200310100002')).toMatchObject({ isChecked: null, text: 'CN200310100002.X' });
  });

  test.each(['', 'CN12345', 'patent', 'XX1234567A', 'CN2003101000021234'])('%s is none', (text) =>
    expect(readPatentNumber(text)).toBeUndefined(),
  );
});
