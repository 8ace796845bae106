/**
 * Whether a narrative is one well-formed XHTML div of formatting only, with some content (invariants txt-1 and txt-2). What is
 * not on the lists is refused, so that a narrative can be shown without running anything.
 *
 * Source: FHIR R4 narrative.html: chapters 7 to 11 (without section 4 of chapter 9) and 15 of HTML 4.0, links, images and styles.
 */
export function isSafeNarrative(xhtml: string): boolean {
  const open: string[] = [];
  let content = false;
  let at = 0;
  const source = xhtml.trim();
  while (at < source.length) {
    const next = source.indexOf('<', at);
    const text = source.slice(at, next === -1 ? undefined : next);
    if (text !== '') {
      if (!TEXT.test(text)) return false;
      if (/\S/.test(text)) {
        if (open.length === 0) return false;
        content = true;
      }
    }
    if (next === -1) break;
    if (source.startsWith('<!--', next)) {
      const end = source.indexOf('-->', next + 4);
      if (end === -1) return false;
      at = end + 3;
      continue;
    }
    TAG.lastIndex = next;
    const tag = TAG.exec(source);
    if (!tag) return false;
    const [whole, slash, name, attributes, closed] = tag as unknown as [string, string, string, string, string];
    if (!ELEMENTS.has(name)) return false;
    if (slash) {
      if (open.pop() !== name || attributes.trim() !== '') return false;
      if (open.length === 0 && next + whole.length !== source.length) return false;
    } else {
      if (open.length === 0 && (name !== 'div' || next !== 0)) return false;
      if (!areSafe(attributes)) return false;
      if (name === 'img') content = true;
      if (!closed) open.push(name);
      else if (open.length === 0) return false;
    }
    at = next + whole.length;
  }
  return open.length === 0 && content;
}

const ELEMENTS = new Set(
  `a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i
  img ins kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var u s strike center font`.split(
    /\s+/,
  ),
);
const ATTRIBUTES = new Set(
  `abbr accesskey align alt axis border cellpadding cellspacing char charoff charset cite class color colspan compact coords datetime dir face
  frame headers height href hreflang hspace id ismap lang longdesc name nowrap rel rev rowspan rules scope shape size span src start
  style summary tabindex title type usemap valign value vspace width xml:lang xmlns xmlns:xsi bgcolor clear`.split(
    /\s+/,
  ),
);
const TAG = /<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const TEXT = /^(?:[^&]|&(?:[A-Za-z][A-Za-z0-9]*|#\d+|#x[0-9A-Fa-f]+);)*$/;
/** Schemes are compared without the white space and control characters that browsers skip. */
const RUNS = /^(?:javascript|vbscript|data:text)/i;

function areSafe(attributes: string): boolean {
  for (const [, name = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    if (!ATTRIBUTES.has(name)) return false;
    if (name === 'href' || name === 'src' || name === 'cite' || name === 'longdesc') {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them, so must we
      const target = decode(double ?? single ?? '').replace(/[\u0000-\u0020]/g, '');
      if (RUNS.test(target)) return false;
    }
    if (name === 'style' && /expression\s*\(|javascript:|@import/i.test(decode(double ?? single ?? ''))) return false;
  }
  return true;
}

function decode(text: string): string {
  return text.replace(/&#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}));?/g, (_whole, hex?: string, digits?: string) => {
    const point = hex ? Number.parseInt(hex, 16) : Number(digits);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });
}
