import { fold, spell } from '#standards/text-search';
import { brandOf, makeRandom, type RegisteredFirm } from './firms.ts';

/** A row as a file might have it, and which firm is meant; undefined where none on file is. */
export interface CorruptRow {
  kind: string;
  name: string;
  city: string;
  uscc: string;
  meant: number | undefined;
}

const SEED = 20_261_123;
const FORM = /(股份)?有限公司$/;

/** Names as people write them: each kind of slip in equal number, and firms that are not on file but look like one that is. */
export function makeRows(firms: readonly RegisteredFirm[], count: number): CorruptRow[] {
  const random = makeRandom(SEED);
  const one = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const taken = new Set(firms.map(({ name }) => bare(name)));
  const traditional = makeTraditional();
  const alike = makeAlike(firms);
  const ways: Record<string, (firm: RegisteredFirm) => Partial<CorruptRow> | undefined> = {
    'as on file': ({ name }) => ({ name }),
    'other legal form': ({ name }) => ({
      name: name.replace(FORM, name.includes('股份') ? '有限责任公司' : '股份有限公司'),
    }),
    'without legal form': ({ name }) => ({ name: name.replace(FORM, '') }),
    'brand and trade, city apart': ({ name, city }) => ({ name: name.replace(FORM, '').replace(/^..市?/, ''), city }),
    'traditional characters': ({ name }) => ({ name: [...name].map((each) => traditional.get(each) ?? each).join('') }),
    pinyin: ({ name }) => ({ name: inPinyin(name) }),
    'English name': ({ nameEn }) => ({ name: nameEn }),
    'English name, a letter wrong': ({ nameEn }) => ({ name: slip(nameEn, random) }),
    'character of the same sound': ({ name }) => {
      const [start, end] = brandOf(name);
      const at = start + Math.floor(random() * (end - start));
      const other = one(alike.get(name[at]!) ?? []);
      const wrong = other === undefined ? undefined : name.slice(0, at) + other + name.slice(at + 1);
      return wrong === undefined || taken.has(bare(wrong)) ? undefined : { name: wrong };
    },
    'former name, with code': (firm) => ({ name: `${firm.name.slice(0, 2)}曾用名商贸有限公司`, uscc: firm.uscc }),
    'not on file: other city': ({ name }) => {
      const other = one(['梅州', '汕头', '湛江', '茂名']) + name.replace(/^..市?/, '');
      return { name: other, meant: undefined };
    },
    'not on file: other brand': ({ name }) => {
      const [start, end] = brandOf(name);
      const at = start + Math.floor(random() * (end - start));
      const other = name.slice(0, at) + one([...'钰铭霖昊阔骏']) + name.slice(at + 1);
      return taken.has(bare(other)) || end - start < 2 ? undefined : { name: other, meant: undefined };
    },
  };
  const kinds = Object.keys(ways);
  const rows: CorruptRow[] = [];
  while (rows.length < count) {
    const kind = kinds[rows.length % kinds.length]!;
    const meant = Math.floor(random() * firms.length);
    const made = ways[kind]!(firms[meant]!);
    if (made !== undefined) rows.push({ kind, name: '', city: '', uscc: '', meant, ...made });
  }
  return rows;
}

/** Without what two bodies of one name may differ in. */
function bare(name: string): string {
  return name.replace(FORM, '').replace(/^(..)市/, '$1');
}

function inPinyin(name: string): string {
  const [start, end] = brandOf(name);
  return [name.slice(0, start), name.slice(start, end), name.slice(end).replace(FORM, ''), '有限公司']
    .map((part) => spell(part).join(''))
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');
}

/** Two neighbours changed places, a letter left out or one twice, in the brand. */
function slip(name: string, random: () => number): string {
  const start = name.indexOf(' ') + 1;
  const length = name.indexOf(' ', start) - start;
  const at = start + 2 + Math.floor(random() * Math.max(1, length - 3));
  const [before, here, next, after] = [name.slice(0, at), name[at]!, name[at + 1]!, name.slice(at + 2)];
  return [before + next + here + after, before + next + after, before + here + here + next + after][
    Math.floor(random() * 3)
  ]!;
}

/** Of each simplified character a traditional one. */
function makeTraditional(): Map<string, string> {
  const found = new Map<string, string>();
  for (let code = 0x9fa5; code >= 0x4e00; code -= 1) {
    const character = String.fromCharCode(code);
    const simple = fold(character);
    if (simple !== character) found.set(simple, character);
  }
  return found;
}

/** Characters of brands that sound the same. */
function makeAlike(firms: readonly RegisteredFirm[]): Map<string, string[]> {
  const used = new Set(firms.slice(0, 10_000).flatMap(({ name }) => [...name]));
  const more =
    '铧骅锐蕊睿德得安桉泰态恒衡信昕达答盛晟圣嘉佳加禾和河博勃源园元汇惠慧诚成程正政天添宏弘鸿益宜义健建润泽择新欣鑫海金津云芸宇羽雨';
  const bySound = Map.groupBy(new Set([...used, ...more]), (each) => spell(each).join(''));
  return new Map(
    [...used].map((each) => [each, (bySound.get(spell(each).join('')) ?? []).filter((other) => other !== each)]),
  );
}
