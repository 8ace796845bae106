export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** What is beyond so many lines is compared as a whole. */
const MOST_LINES = 3_000;

/** The lines of two texts, by their longest common subsequence; removed ones stand before added ones. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split('\n');
  const fresh = after.split('\n');
  if (old.length > MOST_LINES || fresh.length > MOST_LINES)
    return [...old.map(line('removed')), ...fresh.map(line('added'))];
  const width = fresh.length + 1;
  /** Length of what is common from line `i` of the old and `j` of the fresh text on. */
  const common = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = fresh.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        old[i] === fresh[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ kind: 'same', text: old[i]! });
      i += 1;
      j += 1;
    } else if (i < old.length && (j === fresh.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push({ kind: 'removed', text: old[i]! });
      i += 1;
    } else {
      lines.push({ kind: 'added', text: fresh[j]! });
      j += 1;
    }
  }
  return lines;
}

function line(kind: DiffLine['kind']): (text: string) => DiffLine {
  return (text) => ({ kind, text });
}
