/** 0 is none; 5 is death of it. */
export type Grade = 0 | 1 | 2 | 3 | 4 | 5;

/** What a grade rests on. */
export interface Grading<Domain extends string> {
  grade: Grade;
  /** The grade that each domain alone would give. */
  domains: Record<Domain, Grade>;
  /** Those that give the grade. */
  decisive: Domain[];
  /** What was not observed: the grade is at least this. */
  unknown: Domain[];
}

/** The most severe domain decides. */
export function gradeOf<Domain extends string>(domains: Record<Domain, Grade>, unknown: Domain[]): Grading<Domain> {
  const entries = Object.entries(domains) as [Domain, Grade][];
  const grade = Math.max(...entries.map(([, each]) => each)) as Grade;
  const decisive = grade === 0 ? [] : entries.filter(([, each]) => each === grade).map(([domain]) => domain);
  return { grade, domains, decisive, unknown };
}
