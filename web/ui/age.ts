/** Whole years and months lived; a birth date known only to the year or month counts from its first day. */
export function ageAt(birthDate: string, now: Date): { years: number; months: number } | undefined {
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(birthDate);
  if (found === null) return undefined;
  const [, year, month = '01', day = '01'] = found;
  let months = (now.getUTCFullYear() - Number(year)) * 12 + (now.getUTCMonth() + 1 - Number(month));
  if (now.getUTCDate() < Number(day)) months -= 1;
  return months < 0 ? undefined : { years: Math.floor(months / 12), months };
}
