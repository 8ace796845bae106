import { ELEMENTS } from './elements.ts';
import { type IssueCode, say } from './messages.ts';
import type { Issue } from './model.ts';
import type { Visited } from './visit.ts';

/** An issue at a value. Advice is a warning; all else a receiver refuses. */
export function issueOf(
  at: Pick<Visited, 'number' | 'path' | 'xpath' | 'at'>,
  code: IssueCode,
  facts: Record<string, string | { en: string; zh: string }> = {},
  severity: Issue['severity'] = 'rejecting',
): Issue {
  const rule = ELEMENTS.get(at.number);
  const name = { en: `${rule?.en ?? ''} (${at.number})`.trim(), zh: `${rule?.zh ?? ''}（${at.number}）` };
  return {
    code,
    severity,
    element: at.number,
    ...(at.at.length === 0 ? {} : { at: at.at }),
    path: at.path,
    xpath: at.xpath,
    message: say(code, { name, ...facts }),
  };
}
