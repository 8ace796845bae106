import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import places from '../../facts/region/places.json' with { type: 'json' };
import type {
  Bounds,
  Cohort,
  Count,
  Criterion,
  EventCriterion,
  EventPattern,
  PersonCriterion,
  Step,
  Years,
} from '../../src/modules/records/model.ts';
import { sayCount } from './words.ts';

/** Says a cohort and its parts in the language of the screen. */
export interface CohortWords {
  cohort(cohort: Cohort): string;
  criterion(criterion: Criterion): string;
  code(code: { code: string; name?: string; nameZh?: string }): string;
  place(code: string): string;
  count(count: Count): string;
}

export function useCohortWords(): CohortWords {
  const { t, i18n } = useTranslation('records');
  const language = i18n.language === 'zh' ? 'zh' : 'en';
  return wordsIn(t, language);
}

const MOST_NAMED = 4;

function wordsIn(t: TFunction<'records'>, language: 'en' | 'zh'): CohortWords {
  /** Clauses are long: in Chinese a list of words has no comma before its last one. */
  const both = { format: (clauses: readonly string[]) => joined(clauses, 'cohort.say.and') };
  const orElse = { format: (clauses: readonly string[]) => joined(clauses, 'cohort.say.or') };
  const either = new Intl.ListFormat(language, { type: 'disjunction' });
  const numbers = new Intl.NumberFormat(language);

  const words: CohortWords = {
    cohort({ include, exclude }) {
      const who =
        include.length === 0
          ? t('cohort.say.everybody')
          : t('cohort.say.who', { clauses: both.format(include.map(words.criterion)) });
      return exclude.length === 0
        ? t('cohort.say.end', { who })
        : t('cohort.say.except', { who, clauses: orElse.format(exclude.map(words.criterion)) });
    },
    criterion(criterion) {
      if (criterion.kind === 'person') return sayPerson(criterion);
      if (criterion.kind === 'event') return sayEvent(criterion);
      const list = criterion.match === 'all' ? both : orElse;
      return criterion.criteria.length === 0
        ? t('cohort.say.nothing')
        : t('cohort.say.group', { clauses: list.format(criterion.criteria.map(words.criterion)) });
    },
    code: ({ code, name, nameZh }) => (language === 'zh' ? (nameZh ?? name) : name) ?? code,
    place: (code) => PLACES.get(code)?.[language] ?? (code === '' ? t('cohort.unknown') : code),
    count: (count) => sayCount(count, language),
  };

  function sayPerson({ sexes, age, places: codes, organizations, deceased }: PersonCriterion): string {
    const parts: string[] = [];
    if (sexes !== undefined) parts.push(either.format(sexes.map((sex) => t(`cohort.say.sexes.${sex}`))));
    if (age !== undefined) {
      const years = sayYears(age);
      parts.push(
        age.on === undefined ? t('cohort.say.aged', { years }) : t('cohort.say.agedOn', { years, day: age.on }),
      );
    }
    if (codes !== undefined)
      parts.push(t('cohort.say.living', { places: either.format(some(codes.map(words.place))) }));
    if (organizations !== undefined) parts.push(t('cohort.say.keptBy', { count: organizations.length }));
    if (deceased !== undefined) parts.push(t(deceased ? 'cohort.say.deceased' : 'cohort.say.alive'));
    return parts.length === 0 ? t('cohort.say.nothing') : both.format(parts);
  }

  function sayEvent({ event, pick, age, times, steps = [] }: EventCriterion): string {
    let phrase = sayPattern(event);
    if (pick !== undefined) phrase = t(pick === 'first' ? 'cohort.say.first' : 'cohort.say.last', { phrase });
    if (age !== undefined) phrase = t('cohort.say.atAge', { phrase, years: sayYears(age) });
    if (times !== undefined) {
      phrase = t('cohort.say.times', { phrase, count: times.atLeast });
      if (times.apartDays !== undefined) phrase = t('cohort.say.apart', { phrase, count: times.apartDays });
      if (times.withinDays !== undefined) phrase = t('cohort.say.within', { phrase, count: times.withinDays });
    }
    for (const step of steps) phrase = sayStep(phrase, step);
    return t('cohort.say.had', { phrase });
  }

  function sayStep(phrase: string, { event, fromDays, toDays, absent }: Step): string {
    const next = sayPattern(event);
    const not = absent === true ? 'Not' : '';
    if (fromDays >= 0) return t(`cohort.say.followed${not}`, { phrase, next, from: fromDays, to: toDays });
    if (toDays <= 0) return t(`cohort.say.preceded${not}`, { phrase, next, from: -toDays, to: -fromDays });
    return t(`cohort.say.beside${not}`, { phrase, next, from: -fromDays, to: toDays });
  }

  function sayPattern({ source, codes, unit, value, flag, since, until }: EventPattern): string {
    let phrase =
      codes === undefined
        ? t(`cohort.say.any.${source}`)
        : t(`cohort.say.of.${source}`, { names: either.format(some(codes.map(words.code))) });
    if (value !== undefined) phrase = t('cohort.say.valued', { phrase, bounds: sayBounds(value), unit: unit ?? '' });
    else if (unit !== undefined && unit !== '') phrase = t('cohort.say.inUnit', { phrase, unit });
    if (flag !== undefined) phrase = t(`cohort.say.flags.${flag}`, { phrase });
    if (since !== undefined && until !== undefined) return t('cohort.say.between', { phrase, since, until });
    if (since !== undefined) return t('cohort.say.since', { phrase, since });
    return until === undefined ? phrase : t('cohort.say.until', { phrase, until });
  }

  function sayBounds({ least, above, most, below }: Bounds): string {
    const signs = [
      ['≥', least],
      ['>', above],
      ['≤', most],
      ['<', below],
    ] as const;
    return both.format(
      signs.flatMap(([sign, bound]) => (bound === undefined ? [] : [`${sign} ${numbers.format(bound)}`])),
    );
  }

  function sayYears({ from, to }: Years): string {
    if (from === undefined) return t('cohort.say.yearsTo', { count: to ?? 0 });
    return to === undefined ? t('cohort.say.yearsFrom', { count: from }) : t('cohort.say.years', { from, to });
  }

  function joined(clauses: readonly string[], key: 'cohort.say.and' | 'cohort.say.or'): string {
    return clauses.reduce((one, other) => t(key, { one, other }));
  }

  /** Each name once; a long list is told by its beginning. */
  function some(called: readonly string[]): string[] {
    const names = [...new Set(called)];
    if (names.length <= MOST_NAMED) return [...names];
    return [...names.slice(0, MOST_NAMED - 1), t('cohort.say.more', { count: names.length - MOST_NAMED + 1 })];
  }

  return words;
}

/** Names of districts and cities by their administrative codes. */
export const PLACES: ReadonlyMap<string, { en: string; zh: string }> = new Map(
  places.places.map(({ adcode, name }) => [adcode, name]),
);
