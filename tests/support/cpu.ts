import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in ticks of a hundredth of a second. */
const TICKS = 100;

interface Stat {
  parent: number;
  own: number;
  /** Of children that have ended. */
  ended: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent = 0, ...rest] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = rest.slice(9);
    return { parent, own: (user + system) / TICKS, ended: (endedUser + endedSystem) / TICKS };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

/** CPU seconds of a process itself. */
export function cpuOf(pid: number): number {
  return statOf(pid)?.own ?? 0;
}

/** CPU seconds of a process and its children, also of those that have ended. */
export function cpuOfFamily(pid: number): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), statOf(Number(name))] as const);
  return stats.reduce((sum, [each, stat]) => {
    if (stat === undefined) return sum;
    if (each === pid) return sum + stat.own + stat.ended;
    return stat.parent === pid ? sum + stat.own : sum;
  }, 0);
}
