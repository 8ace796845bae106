import { fromLatex } from './latex.ts';

/**
 * People of a BibTeX field, which are joined by `and` outside of braces: `First von Last`, `von Last, First` or `von Last, Jr, First`.
 * Source: Patashnik, BibTeXing (1988), section 4.
 */
export function readPeople(field: string): string[] {
  return splitOutside(field, /^\s+and\s+/i)
    .map(readPerson)
    .filter((name) => name !== '' && name.toLowerCase() !== 'others');
}

function readPerson(text: string): string {
  const whole = text.trim();
  // An organization stands in braces: {Guangzhou Laboratory}.
  if (/^\{[^{}]*\}$/.test(whole)) return fromLatex(whole);
  const parts = splitOutside(whole, /^\s*,\s*/).map(fromLatex);
  if (parts.length === 2) return parts.join(', ');
  if (parts.length > 2) return `${parts[0]}, ${parts.slice(2).join(' ')}, ${parts[1]}`;
  const words = splitOutside(whole, /^[\s~]+/)
    .map(fromLatex)
    .filter((word) => word !== '');
  if (words.length <= 1 || /[\u3400-\u9fff]/.test(whole)) return words.join(' ');
  const von = words.findIndex((word, at) => at > 0 && at < words.length - 1 && /^\p{Ll}/u.test(word));
  const from = von === -1 ? words.length - 1 : von;
  return `${words.slice(from).join(' ')}, ${words.slice(0, from).join(' ')}`;
}

/** Cuts a text where the pattern stands outside of braces. */
function splitOutside(text: string, cut: RegExp): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\') at += 1;
    else if (sign === '{') depth += 1;
    else if (sign === '}') depth -= 1;
    else if (depth === 0 && /[\s,~]/.test(sign!)) {
      const found = cut.exec(text.slice(at, at + 60))?.[0];
      if (found !== undefined && found.length > 0) {
        parts.push(text.slice(from, at));
        at += found.length - 1;
        from = at + 1;
      }
    }
  }
  return [...parts, text.slice(from)];
}
