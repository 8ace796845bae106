import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Design, fold, type SearchDocument, SearchIndex, splitPinyin } from './index.ts';

const DESIGN: Design = {
  fields: [
    { name: 'name', weight: 3, usualWords: 10 },
    { name: 'text', weight: 1, usualWords: 20 },
  ],
  facets: ['kind'],
  synonyms: [
    ['lentivirus', 'lentiviral vector', '慢病毒'],
    ['in vitro diagnostics', 'IVD', '体外诊断'],
  ],
};

const FIRMS: [id: string, name: string, text?: string][] = [
  ['zhenghe', '广州正禾生物科技有限公司', '慢病毒载体'],
  ['lenti', 'Lenti Works Biotech Co., Ltd.', 'lentiviral vectors for cell therapy'],
  ['ivd', '深圳体外诊断产业园'],
  ['bank', '重庆银行大厦'],
  ['cafe', 'Café Zürich Laboratories'],
  ['valley', 'Guangdong Medical Valley (Nansha)'],
  ['yundonghai', 'Yundonghai Park'],
];
const make = (firms = FIRMS) => {
  const index = new SearchIndex(DESIGN);
  for (const [id, name, text = ''] of firms)
    index.put({ id, texts: { name: [name], text: [text] }, facets: { kind: /[a-z]/.test(name) ? 'latin' : 'han' } });
  return index;
};
const first = (index: SearchIndex, text: string) => {
  const [hit] = index.search(text, { most: 5 }).hits;
  return hit === undefined ? undefined : [hit.id, ...new Set(hit.why.map(({ how }) => how))];
};

/**
 * Goal: what people type finds what they mean, and says by which way.
 * Method: one question of each way over a handful of names, before and after the index was sealed; then properties over random texts.
 */
describe('ways of finding', () => {
  test.each([
    ['正禾', ['zhenghe', 'word']],
    ['zhenghe shengwu', ['zhenghe', 'pinyin']],
    ['zheng he sheng wu', ['zhenghe', 'pinyin']],
    ['zhengheshengw', ['zhenghe', 'pinyin']],
    ['zhswkj', ['zhenghe', 'initials']],
    ['正和生物', ['zhenghe', 'sound', 'word']],
    ['慢病毒', ['zhenghe', 'synonym', 'word']],
    ['lentivirus', ['lenti', 'spelling', 'synonym']],
    ['tiwaizhenduan', ['ivd', 'pinyin']],
    ['IVD', ['ivd', 'synonym']],
    ['chongqing yinhang', ['bank', 'pinyin']],
    ['cafe zurich lab', ['cafe', 'word', 'beginning']],
    ['Zuirch', ['cafe', 'spelling']],
    ['GMV', ['valley', 'initials']],
    ['云东海', ['yundonghai', 'pinyin']],
    ['药', undefined],
    ['州', ['zhenghe', 'word']],
  ])('%s', (text, expected) => {
    const index = make();
    expect(first(index, text)).toEqual(expected);
    index.seal();
    expect(first(index, text)).toEqual(expected);
  });

  test('a name that is what was typed stands before longer ones', () => {
    const index = make([
      ['long', '华康医药集团'],
      ['short', '华康'],
    ]);
    expect(index.search('华康', { most: 2 }).hits.map(({ id }) => id)).toEqual(['short', 'long']);
  });

  test('traditional characters find simplified ones and are found by them', () => {
    const index = make([['one', '廣州華康醫藥']]);
    expect(index.search('华康医药', { most: 1 }).hits.map(({ id }) => id)).toEqual(['one']);
    expect(index.search('華康醫藥', { most: 1 }).hits.map(({ id }) => id)).toEqual(['one']);
    // 后 of an empress and 後 are one in simplified writing; 乾 of 乾坤 is no 干.
    expect(fold('皇后 乾坤')).toBe('皇后 乾坤');
  });

  test('neighbouring pairs are told as the word that was typed', () => {
    expect(make().search('生物科技', { most: 1 }).hits[0]!.why).toEqual([
      { typed: '生物科技', found: '生物科技', how: 'word' },
    ]);
  });

  test('filters, counts and pages', () => {
    const index = make();
    const { facets, matches } = index.search('生物 zurich medical', { most: 5 });
    expect(facets['kind']).toEqual([
      { value: 'latin', count: 2 },
      { value: 'han', count: 1 },
    ]);
    expect(matches).toBe(3);
    const only = index.search('生物 zurich medical', { most: 5, filters: { kind: ['han'] } });
    expect(only.hits.map(({ id }) => id)).toEqual(['zhenghe']);
    const all = index.search('生物 zurich medical', { most: 5 }).hits.map(({ id }) => id);
    expect(index.search('生物 zurich medical', { most: 1, skip: 1 }).hits.map(({ id }) => id)).toEqual(all.slice(1, 2));
  });

  test('pinyin is taken apart as few syllables, and what is not pinyin is left alone', () => {
    expect(splitPinyin('xian', false)?.syllables).toEqual(['xian']);
    expect(splitPinyin('shengwukeji', false)?.syllables).toEqual(['sheng', 'wu', 'ke', 'ji']);
    expect(splitPinyin('guangzh', true)).toEqual({ syllables: ['guang', 'zh'], isOpen: true });
    expect(splitPinyin('kingmed', true)).toBeUndefined();
  });
});

const WORDS = ['bio', 'med', 'gene', 'cell', '生物', '科技', '医药', '广州', '深圳', '基因', 'pharma', 'park'];
const texts = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
const documents = fc
  .uniqueArray(fc.tuple(fc.nat(400), texts, texts, fc.constantFrom('a', 'b')), {
    selector: ([id]) => id,
    minLength: 1,
    maxLength: 120,
  })
  .map((all) =>
    all.map(
      ([id, name, text, kind]): SearchDocument => ({
        id: `d${id}`,
        texts: { name: [name], text: [text] },
        facets: { kind },
      }),
    ),
  );
const answersOf = (index: SearchIndex, query: string) =>
  index
    .search(query, { most: 200 })
    .hits.map(({ id, score }) => `${id} ${score.toFixed(4)}`)
    .sort();

describe('however it came about', () => {
  test('grown, changed, sealed, kept as bytes: the answers are those of an index made at once', () => {
    fc.assert(
      fc.property(documents, texts, fc.array(fc.nat(119)), (all, query, gone) => {
        const removed = new Set(gone.map((at) => all[at % all.length]!.id));
        const grown = new SearchIndex(DESIGN);
        for (const document of all) {
          grown.put({ ...document, texts: { name: ['old words gene'], text: [] } });
          if (Number(document.id.slice(1)) % 3 === 0) grown.seal();
        }
        for (const document of all) grown.put(document);
        for (const id of removed) expect(grown.remove(id)).toBe(true);
        const live = all.filter(({ id }) => !removed.has(id));
        const found = grown.search(query, { most: 200 }).hits.map(({ id }) => id);
        expect(found.every((id) => !removed.has(id))).toBe(true);
        grown.seal();

        const atOnce = new SearchIndex(DESIGN);
        for (const document of live) atOnce.put(document);
        expect(grown.size).toBe(live.length);
        expect(answersOf(grown, query)).toEqual(answersOf(atOnce, query));
        expect(answersOf(SearchIndex.from(grown.snapshot(), DESIGN), query)).toEqual(answersOf(atOnce, query));
      }),
      { numRuns: 60 },
    );
  });

  test('the best of many are the best of all: stopping early loses none', () => {
    // Enough documents that rows are left unread; the scores must be those of asking for each document by itself.
    const index = new SearchIndex(DESIGN);
    const name = (at: number) =>
      [
        WORDS[at % 4],
        at % 3 === 0 ? '生物' : '科技',
        at % 97 === 0 ? '基因' : '',
        at % 1013 === 0 ? 'park' : '',
        '公司',
      ]
        .join(' ')
        .repeat(1 + (at % 2));
    const all = Array.from(
      { length: 6_000 },
      (_, at): SearchDocument => ({
        id: `d${at}`,
        texts: { name: [name(at)], text: [] },
        facets: { kind: String(at) },
      }),
    );
    for (const document of all) index.put(document);
    index.seal();
    const query = '基因 park 生物 公司 bio';
    const { hits, isMore } = index.search(query, { most: 300 });
    expect(isMore).toBe(true);
    const alone = all
      .map(({ id }, at) => ({
        id,
        score: index.search(query, { most: 1, filters: { kind: [String(at)] } }).hits[0]!.score,
      }))
      .sort((a, b) => b.score - a.score);
    for (const [at, { score }] of hits.entries()) expect(score).toBeCloseTo(alone[at]!.score, 3);
  });

  test('bytes of another design are refused', () => {
    expect(() => SearchIndex.from(make().snapshot(), { ...DESIGN, facets: [] })).toThrow(RangeError);
  });
});
