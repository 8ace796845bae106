import type { GmpGrade, SpaceNeed } from '../model.ts';

const NUMBER = '(\\d[\\d,]*(?:\\.\\d+)?)';
const M2 = '(?:m2|m²|㎡|sqm|平方米|平米|平)';
const STANDARD_GRAVITY_KN = 9.80665;
const FEN = 100;

/** A need as people type it into one box: `2000-3000 m² GMP C 层高 6 米 10 kN/m² 40元`. What is not understood is left out. */
export function readSpaceNeed(text: string): SpaceNeed {
  const typed = text.normalize('NFKC').toLowerCase();
  const need: SpaceNeed = {};
  const find = (...patterns: string[]): number[] => {
    for (const pattern of patterns) {
      const found = new RegExp(pattern).exec(typed);
      if (found !== null)
        return found.slice(1).flatMap((each) => (each === undefined ? [] : [Number(each.replaceAll(',', ''))]));
    }
    return [];
  };
  const grade =
    /gmp\s*(?:class|grade)?\s*([abcd])(?![a-z])|(?<![a-z])([abcd])\s*级|(?:class|grade)\s+([abcd])(?![a-z])/.exec(
      typed,
    );
  const letter = grade?.slice(1).find((each) => each !== undefined);
  if (letter !== undefined) need.gmp = letter.toUpperCase() as GmpGrade;
  const [from, to] = find(`${NUMBER}\\s*(?:-|–|~|to|至|到)\\s*${NUMBER}\\s*${M2}`, `${NUMBER}\\s*${M2}`);
  if (from !== undefined) need.areaM2 = from;
  if (to !== undefined) need.mostAreaM2 = to;
  const [height] = find(`(?:层高|净高|height)\\s*${NUMBER}`, `${NUMBER}\\s*(?:m|米)\\s*(?:high|高|层高|净高)`);
  if (height !== undefined) need.clearHeightM = height;
  const [kn] = find(`${NUMBER}\\s*kn`);
  const [tonnes] = find(`${NUMBER}\\s*(?:t|吨)\\s*\\/\\s*${M2}`);
  if (kn !== undefined) need.floorLoadKnM2 = kn;
  else if (tonnes !== undefined) need.floorLoadKnM2 = Number((tonnes * STANDARD_GRAVITY_KN).toFixed(2));
  const [kva] = find(`${NUMBER}\\s*kva`);
  if (kva !== undefined) need.powerKva = kva;
  const [yuan] = find(`${NUMBER}\\s*(?:元|yuan|rmb)`, `¥\\s*${NUMBER}`);
  if (yuan !== undefined) need.mostFenM2 = Math.round(yuan * FEN);
  const [level] = find('(?:bsl|p)\\s*-?\\s*([1-4])(?!\\d)');
  if (level !== undefined) need.bsl = level;
  return need;
}
