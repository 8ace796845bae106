import { mayChange } from '#standards/fhir';

/**
 * JSON text whose numbers are texts where a double would forget how they were written: `1.0`, `0.10`, twenty digits. FHIR has
 * no text where a decimal is expected, so a reader of decimals may take either; ClickHouse reads numbers as doubles. No parsing: most
 * resources hold no such number, which one test tells.
 *
 * @param text  JSON that is known to be sound
 */
export function losslessJson(text: string): string {
  if (!mayChange(text)) return text;
  let made = '';
  let copied = 0;
  NUMBER_OR_TEXT.lastIndex = 0;
  for (let found = NUMBER_OR_TEXT.exec(text); found !== null; found = NUMBER_OR_TEXT.exec(text)) {
    const [token] = found;
    if (token.startsWith('"') || String(Number(token)) === token) continue;
    made += `${text.slice(copied, found.index)}"${token}"`;
    copied = found.index + token.length;
  }
  return copied === 0 ? text : made + text.slice(copied);
}

/** Texts are matched so that numbers in them are not. */
const NUMBER_OR_TEXT = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
