import type { Refusal } from '../shell/index.ts';
import type { Mark } from '../ui/code-editor.tsx';

/** Where the engine found fault with a question, in the text as the person wrote it. */
export function marksOf(text: string, { message, issues }: Pick<Refusal, 'message' | 'issues'>): Mark[] {
  const told = issues.length === 0 ? [message] : issues.map((issue) => issue.message);
  return told.flatMap((words) => {
    const place = placeByLine(text, words) ?? placeByName(text, words);
    return place === undefined ? [] : [{ ...place, severity: 'error' as const, message: words }];
  });
}

function placeByLine(text: string, words: string): { from: number; to: number } | undefined {
  const found = /\(line (\d+), col (\d+)\)/.exec(words);
  if (found === null) return undefined;
  const lines = text.split('\n');
  const line = Math.min(Number(found[1]), lines.length);
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const from = before + Math.min(Number(found[2]) - 1, (lines[line - 1] ?? '').length);
  const word = /^[\w.]+/.exec(text.slice(from))?.[0] ?? '';
  return { from, to: from + Math.max(1, word.length) };
}

/** A name that the engine does not know, e.g. Unknown expression identifier `patiant`. */
function placeByName(text: string, words: string): { from: number; to: number } | undefined {
  const name = /[`'"]([\w.]+)[`'"]/.exec(words)?.[1] ?? /(?:table )?(?:function|table) (\w+)/i.exec(words)?.[1];
  if (name === undefined) return undefined;
  const from = new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}(?!\\w)`, 'i').exec(text)?.index;
  return from === undefined ? undefined : { from, to: from + name.length };
}
