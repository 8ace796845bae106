import type { Finding } from './model.ts';

/** Given names and surnames that are frequent, and surnames as they are written in Hong Kong, Macao, Singapore and by pinyin. */
const GIVEN = set(`
James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Christopher Karen Charles Lisa Daniel Nancy Matthew Betty Anthony Margaret
Mark Sandra Donald Ashley Steven Kimberly Paul Emily Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Dorothy George Melissa Timothy Deborah Ronald Stephanie Edward Rebecca Jason Sharon Jeffrey Laura
Ryan Cynthia Jacob Kathleen Gary Amy Nicholas Angela Eric Shirley Jonathan Anna Stephen Brenda Larry Pamela Justin Emma Scott Nicole Brandon Helen Benjamin Samantha Samuel Katherine Gregory Christine Alexander
Frank Rachel Raymond Janet Patrick Maria Jack Catherine Dennis Heather Jerry Diane Tyler Olivia Aaron Julie Jose Joyce Adam Victoria Nathan Kelly Henry Christina Peter Lauren Zachary Joan Kyle Evelyn Ethan
Ivy Winnie Vivian Fiona Grace Alice Sophie Sophia Chloe Mia Lucas Oliver Noah Liam Leo Felix Vincent Wilson Jackie Candy Kitty Eva Ada Iris Doris Judy Cindy Tony Ken Alan Alex Simon Philip Eddie Terry Billy
Joao Manuel Antonio Carlos Luis Fernando Pedro Rui Ana Isabel Teresa Rosa Paulo Jorge
`);
const SURNAMES = set(`
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Anderson Taylor Moore Jackson Martin Thompson White Harris Clark Lewis Robinson Walker Young
Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers
Silva Santos Sousa Pereira Ferreira Oliveira Costa Rodrigues Almeida Rosario
Chan Cheung Wong Lee Lam Ng Leung Lau Cheng Ho Yeung Chow Tang Chu Kwok Tsang Yuen Fung Tse Tam Yip Tsui Law Poon Mak Siu Kwan Choi Lui Lai Fong Lo Ip Hui So Au Yu Szeto Auyeung Kwong Mok Kong Tsoi Sin Sit Wan Yiu Chiu Chui Lok Hung Pang Suen Shum To Tong Liang Iong Ieong Leong Chio Fok Kuok Sou Vong Wu Lei Lou Cheong Un Hoi
Wang Li Zhang Liu Chen Yang Huang Zhao Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Xie Han Deng Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Zhong Tan Liao Fan Wang Jin Shi Jia Xia Fu Fang Zou Xiong Bai Meng Qin Qiu Hou Yin Xue Yan Duan Lei Hou Long Tao Mao Hao Gu Gong Shao Wan Qian Dai Mo
`);
/** Words written with a capital that are no names of persons. */
const PLACES = set(`
Hospital Clinic Street Road Avenue University Laboratory Centre Center Department Ward District Province City Street Medical Health Island Bay Hong Kong Macau Macao Guangdong Guangzhou Shenzhen China Zhuhai Foshan
Disease Syndrome Test Virus Type Grade Stage Sign Score Scale Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December
Barr Hodgkin Crohn Parkinson Alzheimer Wilson Kaposi Down Turner Klinefelter Gram Giemsa Wright Papanicolaou Ki Jordan Queen Mary Prince Wales Kwong Wah Princess Margaret Victoria
`);

const WORD = "[A-Z][a-z]+(?:[-'][A-Z]?[a-z]+)?";
const INITIAL = '[A-Z]\\.?';
const TITLED = new RegExp(
  `\\b(?:Mr|Mrs|Ms|Miss|Mdm|Madam|Dr|Prof|Professor|Nurse|Sister)\\.?\\s+((?:(?:${WORD}|${INITIAL})\\s+){0,2}(?:${WORD}|[A-Z]{2,}))`,
  'g',
);
const LABELLED = new RegExp(
  `\\b(?:[Pp]atient(?: name)?|[Nn]ame|[Cc]ontact|[Nn]ext of kin|[Pp]hysician|[Dd]octor|[Ss]igned(?: by)?|[Rr]eported by|[Vv]erified by|[Cc]ollected by|[Dd]ear|[Mm]other|[Ff]ather|[Hh]usband|[Ww]ife|[Gg]uardian)\\s*(?:is|:|,|-)?\\s+((?:(?:${WORD}|[A-Z]{2,}|${INITIAL}),?\\s+){1,2}(?:${WORD}|[A-Z]{2,}))`,
  'g',
);
const COMMA = new RegExp(`\\b([A-Z]{2,}|${WORD}),\\s?(${WORD}(?:[\\s-]${WORD})?)\\b`, 'g');
const PAIR = new RegExp(`\\b(${WORD})\\s+((?:${INITIAL}\\s+)?)(${WORD})(?:\\s+(${WORD}))?\\b`, 'g');

/** Names in English text: after a title or a label, and by lists of frequent names. */
export function findEnglishNames(text: string): Finding[] {
  const findings: Finding[] = [];
  const note = (start: number, length: number): void => {
    findings.push({ kind: 'name', certainty: 'likely', start, end: start + length });
  };
  for (const match of text.matchAll(TITLED)) {
    const words = match[1]!.split(/\s+/);
    if (!words.some((word) => PLACES.has(word) && !SURNAMES.has(word)))
      note(match.index + match[0].length - match[1]!.length, match[1]!.length);
  }
  for (const match of text.matchAll(LABELLED)) {
    const words = match[1]!.replaceAll(',', '').split(/\s+/);
    const known = words.some((word) => isKnown(word));
    if (known && !words.every((word) => PLACES.has(word)))
      note(match.index + match[0].length - match[1]!.length, match[1]!.length);
  }
  for (const match of text.matchAll(COMMA))
    if (SURNAMES.has(capital(match[1]!)) && !PLACES.has(match[2]!.split(/[\s-]/)[0]!))
      note(match.index, match[0].length);
  for (const match of text.matchAll(PAIR)) {
    const [, first = '', , second = '', third] = match;
    if (PLACES.has(first) || PLACES.has(second) || (third !== undefined && PLACES.has(third))) continue;
    // John Smith; Chan Tai Man; Zhang Wei; Ivy Chan.
    const western = GIVEN.has(first) && (SURNAMES.has(second) || (third !== undefined && SURNAMES.has(third)));
    const eastern = SURNAMES.has(first) && third !== undefined && isSyllable(second) && isSyllable(third);
    const pinyin = SURNAMES.has(first) && third === undefined && isPinyin(second) && !SURNAMES.has(second);
    if (western || eastern || pinyin) note(match.index, match[0].length);
  }
  return findings;
}

function isKnown(word: string): boolean {
  const name = capital(word);
  return GIVEN.has(name) || SURNAMES.has(name);
}

function isSyllable(word: string): boolean {
  return /^[A-Z][a-z]{1,5}$/.test(word);
}

/** One or two syllables as pinyin writes them. */
function isPinyin(word: string): boolean {
  return /^(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:a|o|e|i|u|ai|ei|ao|ou|an|en|ang|eng|ong|ia|ie|iao|iu|ian|in|iang|ing|iong|ua|uo|uai|ui|uan|un|uang|ue)){1,2}$/i.test(
    word,
  );
}

function capital(word: string): string {
  return word.slice(0, 1) + word.slice(1).toLowerCase();
}

function set(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/).filter(Boolean));
}
