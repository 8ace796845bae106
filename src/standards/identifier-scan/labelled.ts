import { Random } from '../statistics/index.ts';
import type { IdentifierKind } from './model.ts';

/** A text with what is in it; made by hand or by a generator, none of it of a real person. */
export interface Labelled {
  text: string;
  /** Each piece as it stands in the text. */
  pieces: { kind: IdentifierKind; text: string }[];
}

/** `[[kind:piece]]` marks what is to be found. */
function label(marked: string): Labelled {
  const pieces: Labelled['pieces'] = [];
  const text = marked.replaceAll(/\[\[([a-z-]+):(.+?)\]\]/g, (_, kind: IdentifierKind, piece: string) => {
    pieces.push({ kind, text: piece });
    return piece;
  });
  return { text, pieces };
}

/** Texts as laboratories and clinics write them, the difficult ones among them. */
export const BY_HAND: readonly Labelled[] = [
  '患者[[name:王建国]]，男，45岁，因反复咳嗽三周入院。',
  '[[name:陈丽华]]，女，32岁，孕28周，血糖偏高。',
  '姓名：[[name:欧阳志远]] 病区：呼吸内科',
  '已电话通知[[name:李]]医生，结果复核无误。',
  '危急值已报告给[[name:黄晓明]]主任，09:45。',
  '報告已交[[name:陳大文]]醫生覆核。',
  '联系人[[name:周敏]]，手机[[phone:13812345678]]',
  '联系电话：[[phone:020-83827812]]，请尽快复查。',
  '请致电 [[phone:+852 2345 6789]] 查询。',
  'Tel [[phone:9123 4567]] (mobile)',
  '住院号[[medical-record:00458213]]，标本溶血，已退回。',
  'MRN: [[medical-record:HN1234567]] repeat potassium.',
  '住址：[[address:广州市越秀区中山二路58号3栋1202室]]',
  '家住[[address:深圳市南山区科技园南路12号]]，近期无外出史。',
  'Address: [[address:Flat 12B, 8/F, Block 3, 18 Nathan Road]], Kowloon',
  '[[address:25 Queen Street]], Melbourne',
  'Patient [[name:Chan Tai Man]] was informed of the result.',
  'Reported by Dr [[name:Susan Lee]] at 10:20.',
  'Discussed with Mr [[name:Wong]] and his wife.',
  '[[name:ZHANG, Wei]] collected the sample',
  'Signed by: [[name:Maria Silva]]',
  'Results were phoned to [[name:John Smith]] on the ward.',
  'Contact [[email:tai.man.chan@example.com]] for the report',
  'HKID [[hk-id:A123456(3)]] checked against request form.',
  '身份证号 [[cn-resident-id:11010519491231002X]] 已核对',
  '护照号：[[passport:E12345678]]',
  'Passport no. [[passport:K12345678]] copied.',
  '退款至银行卡 [[bank-card:6222021234567890128]]',
  '母亲[[name:林小红]]陪同就诊。',
  '张三之外：[[name:赵敏]]女士要求复查。',
  '采样人：[[name:何俊]] 时间：08:15',
  '审核者：[[name:徐丽]]',
  // Nothing below points at anybody.
  '高血压病史10年，糖尿病史5年，规律服药。',
  '白细胞计数 12.5×10^9/L，中性粒细胞比例升高。',
  '黄疸指数升高，建议复查肝功能。',
  '金黄色葡萄球菌，对万古霉素敏感。',
  '标本来源：石蜡包埋组织，编号 20260112-003。',
  '送检医院：江门市中心医院，检验科。',
  'ER(+) 80%, PR(+) 60%, HER2(2+), Ki-67 index 30%',
  'Hodgkin lymphoma, Ann Arbor stage II.',
  'Epstein Barr virus DNA 1234567 copies/mL',
  'Sample lot 20260412, reagent 4500123456, expiry 2027-03-01.',
  'Escherichia coli 10^5 CFU/mL, sensitive to Gentamicin.',
  'Queen Mary Hospital, Department of Pathology, Hong Kong',
  '结果范围 13000000000-25000000000，单位 copies/mL',
  'LOINC 85319-2, value 3.141592653589',
  'Hepatitis B surface antigen 0.05 IU/mL; Anti-HBs 1234.56',
  'eGFR 95 mL/min/1.73m2 on 20260315 at 0830',
  '平均温度 4.2 ℃，运输时间 125 分钟，冷链完好。',
  '方法：化学发光法；仪器 Cobas 8000；试剂批号 61234567。',
  'Crohn disease with Wilson score of 3; Gram stain negative.',
  '统一社会信用代码 [[uscc:91350100M000100Y43]]',
  '康复良好，安全出院，门诊随访。',
  '关节肿痛，华法林 2.5 mg，时间点 08:00。',
  'Device UDI (01)04012345999990(17)270101(10)ABC123',
  'The Wright stain and the Turner syndrome panel were repeated.',
  '儿童医院，成人 ICU，男女比例 1.2:1。',
  'Specimen received from ward 7A; volume 2.5 mL, haemolysed.',
  '血型 A 型，Rh 阳性；交叉配血相合。',
  'May Grunwald Giemsa; June 2026 batch; Sunday delivery.',
].map(label);

/** Texts put together at random: templates, people, numbers with right check digits, and texts of numbers and words that name nobody. */
export function generated(count: number, seed: number): Labelled[] {
  const random = new Random(seed);
  const pick = <T>(items: readonly T[]): T => items[random.whole(items.length)]!;
  const digits = (length: number): string => Array.from({ length }, () => random.whole(10)).join('');
  const zhName = (): string =>
    pick([
      ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万',
      '欧阳',
      '上官',
      '仝',
      '逄',
    ]) +
    Array.from({ length: 1 + random.whole(2) }, () =>
      pick([
        ...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英文辉力建国华红玉兰梅志远晓宇欣怡子涵浩然梓萱雨桐嘉怡俊凯思远',
      ]),
    ).join('');
  const enName = (): string =>
    pick([
      () =>
        `${pick(['John', 'Mary', 'Ivy', 'Kevin', 'Susan', 'Wilson', 'Grace', 'Peter', 'Fiona', 'Siobhan'])} ${pick(['Smith', 'Chan', 'Wong', 'Lee', 'Brown', 'Cheung', 'Taylor', 'Silva', 'Okonkwo'])}`,
      () =>
        `${pick(['Chan', 'Wong', 'Leung', 'Lam', 'Ho', 'Ng'])} ${pick(['Tai', 'Siu', 'Wing', 'Ka', 'Yuk', 'Chi'])} ${pick(['Man', 'Ming', 'Yan', 'Fai', 'Ling', 'Keung'])}`,
      () =>
        `${pick(['Zhang', 'Wang', 'Li', 'Liu', 'Huang'])} ${pick(['Wei', 'Fang', 'Xiaoming', 'Jianguo', 'Lihua', 'Min'])}`,
    ])();
  const day = (): string => {
    const pad = (value: number): string => String(value).padStart(2, '0');
    return `${1930 + random.whole(90)}${pad(1 + random.whole(12))}${pad(1 + random.whole(28))}`;
  };
  const residentId = (): string => {
    const body = `${pick(['440106', '440305', '110105', '350102', '820000'])}${day()}${digits(3)}`;
    const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0);
    return body + '10X98765432'[sum % 11];
  };
  const hongKongId = (): string => {
    const letter = pick([...'ABCDEGHKMPRVYZ']);
    const body = digits(6);
    const sum = [36, letter.charCodeAt(0) - 55, ...[...body].map(Number)].reduce(
      (total, value, at) => total + value * (9 - at),
      0,
    );
    const check = (11 - (sum % 11)) % 11;
    return `${letter}${body}(${check === 10 ? 'A' : check})`;
  };
  const mobile = (): string => `1${pick(['38', '39', '50', '86', '77', '99'])}${digits(8)}`;
  const card = (): string => {
    const body = `62220${digits(13)}`;
    const sum = [...body].reverse().reduce((total, digit, at) => {
      const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return body + String((10 - (sum % 10)) % 10);
  };
  const positive: (() => string)[] = [
    () =>
      `患者[[name:${zhName()}]]，${pick(['男', '女'])}，${20 + random.whole(60)}岁，${pick(['乳腺癌术后', '发热三天', '高血压', '孕检'])}`,
    () => `${pick(['姓名', '联系人', '审核者', '报告人', '送检医生'])}：[[name:${zhName()}]]`,
    () =>
      `${pick(['已通知', '请', '由', '电话告知'])}[[name:${zhName()}]]${pick(['医生', '主任', '护士', '先生', '女士'])}${pick(['', '处理', '复核'])}`,
    () => `[[name:${zhName()}]]`,
    () => `${pick(['Patient', 'Name:', 'Reported by', 'Signed by:', 'Contact'])} [[name:${enName()}]]`,
    () =>
      `${pick(['Dr', 'Mr', 'Mrs', 'Prof.'])} [[name:${enName()}]] ${pick(['was informed', 'called back', 'verified'])}`,
    () => `Result discussed with [[name:${enName()}]] ${pick(['today', 'on the phone', 'in clinic'])}.`,
    () => `${pick(['手机', '电话', '联系', ''])} [[phone:${mobile()}]]`,
    () => `${pick(['', '身份证', 'ID '])}[[cn-resident-id:${residentId()}]]`,
    () => `HKID [[hk-id:${hongKongId()}]]`,
    () => `[[email:${pick(['a.b', 'lab_01', 'chen.li'])}@${pick(['example.com', 'mail.example.cn'])}]]`,
    () => `${pick(['住院号', '病历号：', 'MRN '])}[[medical-record:${digits(8)}]]`,
    () =>
      `${pick(['住址：', '家住', ''])}[[address:${pick(['广州市天河区', '佛山市禅城区', '珠海市香洲区', ''])}${pick(['体育西路', '解放北路', '人民大道', '文昌街'])}${1 + random.whole(300)}号${pick(['', '2栋301室', '5楼'])}]]`,
    () => `卡号 [[bank-card:${card()}]]`,
  ];
  const negative: (() => string)[] = [
    () =>
      `${pick(['白细胞', '血红蛋白', '血小板', '肌酐', '尿酸'])} ${(random.next() * 300).toFixed(1)} ${pick(['g/L', '×10^9/L', 'μmol/L'])}`,
    () =>
      `${pick(['高血压', '高血脂', '白血病', '黄疸', '金黄色葡萄球菌', '关节炎', '水肿', '石膏固定'])}${pick(['', '，男，45岁', '，随访'])}`,
    () => `批号 ${digits(8)} 有效期 ${2026 + random.whole(3)}-0${1 + random.whole(9)}-1${random.whole(9)}`,
    () =>
      `${pick(['Sample', 'Lot', 'Reagent', 'Barcode'])} ${digits(pick([6, 9, 10, 12, 13, 14]))} ${pick(['received', 'expired', 'in use'])}`,
    () =>
      `${pick(['Hodgkin', 'Crohn', 'Wilson', 'Turner', 'Down'])} ${pick(['disease', 'syndrome'])}, ${pick(['Grade', 'Stage', 'Type'])} ${1 + random.whole(4)}`,
    () =>
      `${pick(['广州市第一人民医院', '深圳市妇幼保健院', '江门市中心医院', '华南检验中心'])}${pick(['检验科', '病理科', ''])}`,
    () => `ER ${random.whole(100)}% PR ${random.whole(100)}% Ki-67 ${random.whole(100)}%`,
    () =>
      `${pick(['Liver function normal', 'No growth after 48 hours', 'Repeat in two weeks', 'Haemolysed, new sample please'])}.`,
    () => `${pick(['方法学：', '仪器：', '试剂：'])}${pick(['化学发光法', '流式细胞术', 'Cobas 8000', '罗氏诊断'])}`,
    () => `${(random.next() * 1e9).toFixed(0)}`,
    () => `${pick(['Monday', 'Friday'])} ${pick(['March', 'June'])} ${1 + random.whole(28)}, 2026`,
    () => `${pick(['阳性', '阴性', '弱阳性', '未检出', '复查', '建议随访', '孔雀石绿染色', '万古霉素'])}`,
  ];
  return Array.from({ length: count }, () => label(pick(random.next() < 0.5 ? positive : negative)()));
}
