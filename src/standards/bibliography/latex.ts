/** Marks that LaTeX puts over or under a letter, as Unicode combines them. */
const MARKS: Readonly<Record<string, string>> = {
  '`': '\u0300',
  "'": '\u0301',
  '^': '\u0302',
  '~': '\u0303',
  '=': '\u0304',
  u: '\u0306',
  '.': '\u0307',
  '"': '\u0308',
  r: '\u030a',
  H: '\u030b',
  v: '\u030c',
  d: '\u0323',
  c: '\u0327',
  k: '\u0328',
  b: '\u0331',
};

const WORDS: Readonly<Record<string, string>> = {
  ss: 'ß',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  aa: 'å',
  AA: 'Å',
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  i: 'ı',
  j: 'ȷ',
  dh: 'ð',
  th: 'þ',
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  kappa: 'κ',
  lambda: 'λ',
  mu: 'μ',
  omega: 'ω',
  textendash: '–',
  textemdash: '—',
  textquoteright: '’',
  textquoteleft: '‘',
  textbackslash: '\\',
  textasciitilde: '~',
  textasciicircum: '^',
  textregistered: '®',
  texttrademark: '™',
  textdegree: '°',
  textmu: 'μ',
  times: '×',
  pm: '±',
};

/** LaTeX text as Unicode: accents, special letters, dashes; braces and markup go, their content stays. */
export function fromLatex(text: string): string {
  let out = '';
  let at = 0;
  /** One letter, one command or a group after a mark. */
  const argument = (): string => {
    while (text[at] === ' ') at += 1;
    if (text[at] === '\\') return command();
    const from = at;
    let depth = 0;
    do {
      if (text[at] === '\\') at += 1;
      else if (text[at] === '{') depth += 1;
      else if (text[at] === '}') depth -= 1;
      at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    } while (depth > 0 && at < text.length);
    return fromLatex(text.slice(from, at).replace(/^\{([\s\S]*)\}$/, '$1'));
  };
  const command = (): string => {
    at += 1;
    const letters = /^[A-Za-z]+/.exec(text.slice(at, at + 40))?.[0];
    if (letters === undefined) {
      const sign = text[at] ?? '';
      at += 1;
      const mark = MARKS[sign];
      if (mark !== undefined) return marked(argument(), mark);
      return sign === '\\' ? ' ' : sign === '-' || sign === '/' || sign === ',' ? '' : sign;
    }
    at += letters.length;
    const word = WORDS[letters];
    if (word !== undefined) {
      if (text[at] === ' ') at += 1;
      else if (text.startsWith('{}', at)) at += 2;
      return word;
    }
    const mark = MARKS[letters];
    if (mark !== undefined) return marked(argument(), mark);
    // Markup as \emph{...} is left out, its content read on.
    if (text[at] === ' ') at += 1;
    return '';
  };
  while (at < text.length) {
    const sign = text[at]!;
    if (sign === '\\') out += command();
    else if (sign === '{' || sign === '}' || sign === '$') at += 1;
    else if (sign === '~') {
      out += ' ';
      at += 1;
    } else if (text.startsWith('---', at)) {
      out += '—';
      at += 3;
    } else if (text.startsWith('--', at)) {
      out += '–';
      at += 2;
    } else {
      out += sign;
      at += 1;
    }
  }
  return out.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** The mark belongs to the first letter; an i or j under it has its dot. */
function marked(text: string, mark: string): string {
  const [first = '', ...rest] = [...text];
  const letter = first === 'ı' ? 'i' : first === 'ȷ' ? 'j' : first;
  return `${letter}${mark}${rest.join('')}`;
}

/** What LaTeX would read as something else. Letters stay Unicode. */
export function toLatex(text: string): string {
  return text
    .replace(/[\\{}$&%#_~^]/g, (sign) =>
      sign === '\\'
        ? '\\textbackslash{}'
        : sign === '~'
          ? '\\textasciitilde{}'
          : sign === '^'
            ? '\\textasciicircum{}'
            : `\\${sign}`,
    )
    .replace(/-(?=-)/g, '-{}')
    .replaceAll('—', '{---}')
    .replaceAll('–', '{--}');
}
