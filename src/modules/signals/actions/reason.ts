import { Problem } from '#kernel/problem';

const LONGEST_TEXT = 4_000;
const SHORTEST_REASON = 5;

/** Why something is done, in words. @throws Problem `invalid` */
export function checkedReason(text: string): string {
  return checkedText(text, SHORTEST_REASON);
}

/** @throws Problem `invalid` */
export function checkedText(text: string, shortest: number): string {
  const said = text.trim();
  if (said.length < shortest || said.length > LONGEST_TEXT)
    throw new Problem('invalid', 'the text is too short or too long', { least: shortest, most: LONGEST_TEXT });
  return said;
}
