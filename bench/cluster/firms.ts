import { readUscc } from '#standards/identifiers';
import { spell } from '#standards/text-search';

/** A made-up enterprise with a name of the usual shape: place, brand, trade, form. */
export interface Firm {
  name: string;
  nameEn: string;
  sector: string;
  city: string;
}
export interface RegisteredFirm extends Firm {
  /** Unified social credit code. */
  uscc: string;
}

const CITIES: readonly (readonly [zh: string, en: string])[] = [
  ['广州', 'Guangzhou'],
  ['深圳', 'Shenzhen'],
  ['佛山', 'Foshan'],
  ['东莞', 'Dongguan'],
  ['珠海', 'Zhuhai'],
  ['中山', 'Zhongshan'],
  ['惠州', 'Huizhou'],
  ['江门', 'Jiangmen'],
  ['肇庆', 'Zhaoqing'],
];
const TRADES: readonly (readonly [zh: string, en: string])[] = [
  ['生物科技', 'Biotech'],
  ['医疗器械', 'Medical Devices'],
  ['医药', 'Pharma'],
  ['科技', 'Technology'],
  ['健康科技', 'Health Technology'],
  ['生物医药', 'Biopharmaceutical'],
  ['医学检验', 'Medical Testing'],
  ['基因科技', 'Gene Technology'],
  ['细胞科技', 'Cell Technology'],
  ['中药', 'Chinese Medicine'],
  ['诊断试剂', 'Diagnostics'],
  ['信息技术', 'Information Technology'],
  ['医疗投资', 'Medical Investment'],
  ['制药', 'Pharmaceutical'],
];
const SECTORS = [
  '体外诊断',
  '细胞与基因治疗',
  '医疗器械',
  '中医药',
  '化学药',
  '生物制品',
  '大健康',
  '医学检验',
  '数字医疗',
  '核医药',
];
/** Characters of brands, the usual ones first: they are drawn by Zipf's law. */
const BRAND =
  '华康瑞德安泰恒信达盛嘉禾博源汇诚元正天宏益健润泽新海云金宇森奥维科创美洁仁和济民同福瑞生联众鼎智思优普立凯赛爱尔贝诺迪菲雅兰景晟曜岚翎珩澄璞睿宸沐朗序栩岐淳煦';
const SOUNDS = 'an bo chen da en feng guo hai jia kang lan ming nuo ou pu qi rui sen tai wei xin yun zhi'.split(' ');
const SEED = 20_261_122;

/** The same firms at every run. */
export function makeFirms(count: number): Firm[] {
  const random = makeRandom(SEED);
  const brands = [...BRAND];
  const character = () => brands[zipf(random, brands.length)]!;
  return Array.from({ length: count }, () => {
    const [cityZh, cityEn] = CITIES[zipf(random, CITIES.length)]!;
    const [tradeZh, tradeEn] = TRADES[zipf(random, TRADES.length)]!;
    const length = random() < 0.6 ? 2 : 3;
    const brand = Array.from({ length }, character).join('');
    const latin = Array.from(
      { length: 2 + Math.floor(2 * random()) },
      () => SOUNDS[Math.floor(random() * SOUNDS.length)],
    ).join('');
    return {
      name: `${cityZh}${random() < 0.3 ? '市' : ''}${brand}${tradeZh}${random() < 0.15 ? '股份' : ''}有限公司`,
      nameEn: `${cityEn} ${latin[0]!.toUpperCase()}${latin.slice(1)} ${tradeEn} Co., Ltd.`,
      sector: SECTORS[zipf(random, SECTORS.length)]!,
      city: cityEn,
    };
  });
}

/** With codes and the brand in English as it sounds, and no two of one city and trade with one brand, as the law has it. Source: 企业名称登记管理规定 (2020), article 17. */
export function makeRegisteredFirms(count: number): RegisteredFirm[] {
  const random = makeRandom(SEED + 2);
  const taken = new Set<string>();
  return makeFirms(count).map((firm, at) => {
    const [, head, rest] = /^(..市?)(.+)$/.exec(firm.name)!;
    const bare = (middle: string) => firm.name.slice(0, 2) + middle + rest!.replace(/(股份)?有限公司$/, '');
    let more = '';
    while (taken.has(bare(more))) more += [...BRAND][Math.floor(random() * BRAND.length)]!;
    taken.add(bare(more));
    const name = head! + more + rest!;
    const [city, , ...trade] = firm.nameEn.split(' ');
    const brand = spell(name.slice(...brandOf(name))).join('');
    const nameEn = [city, brand.charAt(0).toUpperCase() + brand.slice(1), ...trade].join(' ');
    return { ...firm, name, nameEn, uscc: usccOf(at) };
  });
}

/** Where the brand stands: the made-up names have nothing else between city and trade. */
export function brandOf(name: string): [start: number, end: number] {
  const [, head, brand] = /^(..市?)(.+?)(?:生物|医|科技|健康|基因|细胞|中药|诊断|信息|制药)/.exec(name)!;
  return [head!.length, head!.length + brand!.length];
}

/** The check characters are those that reading the code asks for, the organization's first. */
function usccOf(at: number): string {
  let code = `91440100MA${String(at).padStart(6, '0').slice(-6)}00`;
  for (let turn = 0; turn < 2; turn += 1) {
    const fault = readUscc(code).faults[0];
    if (fault?.at !== undefined) code = code.slice(0, fault.at - 1) + fault.expected! + code.slice(fault.at);
  }
  return code;
}

interface Question {
  kind: string;
  text: string;
}

const PINYIN = [
  'huakang',
  'ruide shengwu',
  'guangzhou yiyao',
  'shengwukeji',
  'xibao keji',
  'zhongyao',
  'ankang yiliao',
  'boyuan jiyin',
];
const COMMON = [
  '生物',
  '科技',
  '生物科技',
  '医疗',
  '有限公司',
  '广州',
  'biotech',
  'technology',
  '医药 深圳',
  '广州 生物 科技',
];

/** What people type: names, parts of them, common words, pinyin, initials, slips, and a name letter by letter. */
export function makeQuestions(firms: readonly Firm[], count: number): Question[] {
  const random = makeRandom(SEED + 1);
  const firm = () => firms[Math.floor(random() * firms.length)]!;
  const one = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const kinds: Record<string, () => string> = {
    'whole name': () => firm().name,
    'brand and trade': () =>
      firm()
        .name.replace(/^..市?/, '')
        .slice(0, 5),
    'English name': () => firm().nameEn.replace(' Co., Ltd.', ''),
    'common words': () => one(COMMON),
    'as one types': () => {
      const { name, nameEn } = firm();
      const text = random() < 0.5 ? name : nameEn;
      return text.slice(0, 1 + Math.floor(random() * Math.min(10, text.length)));
    },
    pinyin: () => one(PINYIN).slice(0, 4 + Math.floor(random() * 12)),
    initials: () =>
      Array.from({ length: 3 + Math.floor(random() * 3) }, () => 'hkrdatxsjbyzwmgl'[Math.floor(random() * 16)]).join(
        '',
      ),
    misspelt: () => {
      const word = one(firm().nameEn.split(' '));
      const at = Math.floor(random() * Math.max(1, word.length - 1));
      return word.slice(0, at) + (word[at + 1] ?? '') + word[at] + word.slice(at + 2);
    },
    synonym: () => one(['IVD', 'CGT', 'TCM', '细胞治疗', 'in vitro diagnostics', 'biologics 广州']),
  };
  const names = Object.keys(kinds);
  return Array.from({ length: count }, (_, at) => {
    const kind = names[at % names.length]!;
    return { kind, text: kinds[kind]!() };
  });
}

function zipf(random: () => number, count: number): number {
  return Math.floor((count + 1) ** random()) - 1;
}

export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
