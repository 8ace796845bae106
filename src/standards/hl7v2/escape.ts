import { decodeBytes } from './charset.ts';

/** The characters that structure a message, as its MSH-1 and MSH-2 give them. '' where the sender uses none. */
export interface Delimiters {
  field: string;
  component: string;
  repetition: string;
  escape: string;
  subcomponent: string;
}

export const STANDARD_DELIMITERS: Delimiters = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
};

/**
 * Text as a person reads it: escape sequences replaced.
 *
 * Formatting commands become the line breaks and blanks they stand for, highlighting is dropped. What is no known
 * sequence stays as it is, so that a path like C:\temp survives a sender that forgot to escape it.
 */
export function unescapeText(text: string, delimiters: Delimiters, charset?: string): string {
  const mark = delimiters.escape;
  if (mark === '') return text;
  let from = text.indexOf(mark);
  if (from < 0) return text;

  let result = text.slice(0, from);
  while (from < text.length) {
    const end = text.indexOf(mark, from + 1);
    if (end < 0) return result + text.slice(from);
    const meant = meaningOf(text.slice(from + 1, end), delimiters, charset);
    if (meant === undefined) {
      // Not a sequence: the second mark may begin one.
      result += text.slice(from, end);
      from = end;
      continue;
    }
    const next = text.indexOf(mark, end + 1);
    result += meant + text.slice(end + 1, next < 0 ? text.length : next);
    if (next < 0) return result;
    from = next;
  }
  return result;
}

/** Text made safe for any place in a message; `unescapeText` gives it back unchanged. */
export function escapeText(text: string, delimiters: Delimiters = STANDARD_DELIMITERS): string {
  if (delimiters === STANDARD_DELIMITERS && !UNSAFE_IN_STANDARD.test(text)) return text;
  const { field, component, repetition, escape: mark, subcomponent } = delimiters;
  let result = '';
  for (const character of text) {
    if (character === mark) result += `${mark}E${mark}`;
    else if (character === field) result += `${mark}F${mark}`;
    else if (character === component) result += `${mark}S${mark}`;
    else if (character === subcomponent) result += `${mark}T${mark}`;
    else if (character === repetition) result += `${mark}R${mark}`;
    else if (character === '\n') result += `${mark}.br${mark}`;
    else if (character < ' ') result += `${mark}X${character.charCodeAt(0).toString(16).padStart(2, '0')}${mark}`;
    else result += character;
  }
  return result;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
const UNSAFE_IN_STANDARD = /[|^~\\&\u0000-\u001f]/;

function meaningOf(sequence: string, delimiters: Delimiters, charset: string | undefined): string | undefined {
  switch (sequence) {
    case 'F':
      return delimiters.field;
    case 'S':
      return delimiters.component;
    case 'T':
      return delimiters.subcomponent;
    case 'R':
      return delimiters.repetition;
    case 'E':
      return delimiters.escape;
    case 'P':
      return '#';
    case 'H':
    case 'N':
      return '';
    case '.br':
    case '.BR':
    case '.ce':
      return '\n';
    case '.fi':
    case '.nf':
      return '';
  }
  const command = /^\.(sp|in|ti|sk)([+-]?\d{0,3})$/.exec(sequence);
  if (command) {
    const count = Math.max(1, Math.abs(Number(command[2] || '1')));
    if (command[1] === 'sp') return '\n'.repeat(count);
    return command[1] === 'sk' ? ' '.repeat(count) : '';
  }
  const hex = /^X((?:[0-9A-Fa-f]{2})+)$/.exec(sequence);
  return hex ? decodeHex(hex[1]!, charset ?? 'utf-8') : undefined;
}

/** Bytes that are no text of the character set stay the escape they came as, like every other unknown escape. */
function decodeHex(hex: string, charset: string): string | undefined {
  try {
    return decodeBytes(Buffer.from(hex, 'hex'), charset);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}
