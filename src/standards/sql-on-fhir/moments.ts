/**
 * The key of a date, dateTime or time: text that sorts as the moment does and is as long as the moment is precise. Zoned moments
 * are told in UTC; those without a zone are taken as UTC. Seconds and their fraction are one precision, nine digits long.
 *
 * @param text  as in FHIR's JSON or a literal of FHIRPath without its `@` and `T`
 */
export function momentText(text: string, isClock: boolean): string {
  if (isClock) return clock(text);
  const found = /^(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T([\d:.]+)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (found === null) return text;
  const [, date = '', time, zone] = found;
  if (time === undefined) return date;
  if (zone === undefined || zone === 'Z') return `${date}T${clock(time)}`;
  const [hours = '00', minutes = '00', seconds] = time.split(':');
  const offset = (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const utc = new Date(Date.parse(`${date}T${hours}:${minutes}:00Z`) - offset * 60_000).toISOString();
  return `${utc.slice(0, 16)}${seconds === undefined ? '' : clock(`00:00:${seconds}`).slice(5)}`;
}

function clock(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  return whole.length < 8 ? whole : `${whole}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}
