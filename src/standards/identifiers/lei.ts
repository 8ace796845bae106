import { type Fault, type Reading, tidy } from './model.ts';

const LENGTH = 20;

interface LeiParts {
  /** Who issued it: the local operating unit's prefix. */
  issuer: string;
  entity: string;
}

/** Takes a legal entity identifier apart and says what is wrong with it. Source: ISO 17442-1, check digits ISO/IEC 7064 MOD 97-10. */
export function readLei(text: string): Reading<LeiParts> {
  const code = tidy(text);
  if (code.length !== LENGTH)
    return { code, faults: [{ part: 'length', found: String(code.length), expected: String(LENGTH) }] };

  const faults: Fault[] = [];
  for (const [at, found] of [...code].entries())
    if (!(at < 18 ? /[0-9A-Z]/ : /\d/).test(found)) faults.push({ part: 'characters', at: at + 1, found });
  if (faults.length > 0) return { code, faults };

  const expected = String(98 - remainder(`${code.slice(0, 18)}00`)).padStart(2, '0');
  if (expected !== code.slice(18)) faults.push({ part: 'check', at: 19, found: code.slice(18), expected });
  return { code, faults, parts: { issuer: code.slice(0, 4), entity: code.slice(4, 18) } };
}

/** Of the number that letters as two digits each (A is 10) make, by 97. */
function remainder(code: string): number {
  let rest = 0;
  for (const character of code) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
