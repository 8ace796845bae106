import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cohort, CohortCounts, Sex } from '../../src/modules/records/model.ts';
import { Empty, Panel, Plot, type PlotOption } from '../ui/index.ts';
import { useCohortWords } from './cohort-words.ts';

/** The flow from everybody to the cohort; at each step who is left, and beside it who went and why. After CONSORT 2010, figure 1. */
export function Flow({ cohort, counts }: { cohort: Cohort; counts: CohortCounts }) {
  const { t } = useTranslation('records');
  const words = useCohortWords();
  const criteria = [
    ...cohort.include.map((criterion) => ({ criterion, said: 'cohort.removed' as const })),
    ...cohort.exclude.map((criterion) => ({ criterion, said: 'cohort.excluded' as const })),
  ];
  const last = counts.steps.length - 1;
  return (
    <ol className="cohort-flow">
      <li>
        <div className="cohort-box">
          <span>{t('cohort.everybody')}</span>
          <strong className="numbers">{words.count(counts.everybody)}</strong>
        </div>
      </li>
      {counts.steps.map(({ left, removed }, at) => {
        const step = criteria[at];
        if (step === undefined) return null;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the flow
          <li key={at}>
            <div className="cohort-gone">
              {t(step.said, { count: words.count(removed) as never, what: words.criterion(step.criterion) })}
            </div>
            <div className={at === last ? 'cohort-box cohort-box-last' : 'cohort-box'}>
              <span>{at === last ? t('cohort.members') : t('cohort.left')}</span>
              <strong className="numbers">{words.count(left)}</strong>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** Who the persons of the cohort are. */
export function Pictures({ counts }: { counts: CohortCounts }) {
  const { t } = useTranslation('records');
  const { t: ofPeople } = useTranslation('records', { keyPrefix: 'people' });
  const words = useCohortWords();
  const { ages, places, months, smallest } = counts;
  const hidden = smallest === undefined ? '' : t('cohort.hidden', { smallest });
  const noted = hidden === '' ? {} : { note: hidden };
  const pyramid = useMemo(
    () =>
      pyramidOption(
        ages,
        { male: ofPeople('sexes.male'), female: ofPeople('sexes.female'), persons: t('cohort.persons') },
        t('cohort.unknown'),
      ),
    [ages, ofPeople, t],
  );
  const named = places.map(({ code, persons }) => ({ name: words.place(code), persons }));
  const byPlace = [...named].sort((one, other) => other.persons - one.persons).slice(0, 30);
  const ofIndex = months.map(({ month, persons }) => ({ name: month === '' ? t('cohort.noneIndex') : month, persons }));
  const isKnown = ofIndex.some(({ name }) => name !== t('cohort.noneIndex'));
  if (ages.length + places.length === 0)
    return (
      <Panel>
        <Empty title={t('cohort.noGroups')} />
      </Panel>
    );
  return (
    <div className="columns">
      <Picture title={t('cohort.ages')} isEmpty={ages.length === 0}>
        <Plot
          title={t('cohort.ages')}
          option={pyramid}
          note={`${t('cohort.ageNote')} ${hidden}`}
          heightPx={300}
          table={{
            columns: [t('cohort.age'), t('cohort.sex'), t('cohort.persons')],
            rows: ages.map(({ from, sex, persons }) => [
              bandOf(from, t('cohort.unknown')),
              ofPeople(`sexes.${sex}`),
              persons,
            ]),
          }}
        />
      </Picture>
      <Picture title={t('cohort.places')} isEmpty={byPlace.length === 0}>
        <Plot
          title={t('cohort.places')}
          {...noted}
          option={barOption(byPlace.toReversed(), 'across', t('cohort.persons'))}
          heightPx={Math.max(180, 70 + 20 * byPlace.length)}
          table={{
            columns: [t('cohort.place'), t('cohort.persons')],
            rows: byPlace.map(({ name, persons }) => [name, persons]),
          }}
        />
      </Picture>
      {isKnown && (
        <Panel>
          <Plot
            title={t('cohort.months')}
            {...noted}
            option={barOption(ofIndex, 'up', t('cohort.persons'))}
            heightPx={300}
            table={{
              columns: [t('cohort.month'), t('cohort.persons')],
              rows: ofIndex.map(({ name, persons }) => [name, persons]),
            }}
          />
        </Panel>
      )}
    </div>
  );
}

function Picture({ title, isEmpty, children }: { title: string; isEmpty: boolean; children: ReactNode }) {
  const { t } = useTranslation('records');
  return isEmpty ? (
    <Panel title={title}>
      <Empty title={t('cohort.noGroups')} />
    </Panel>
  ) : (
    <Panel>{children}</Panel>
  );
}

export function bandOf(from: number | null, unknown: string): string {
  return from === null ? unknown : `${from}–${from + 9}`;
}

const GRID = { left: 8, right: 16, top: 36, bottom: 32, containLabel: true };

/** Men to the left, women to the right; persons of another or unknown sex are in the table. */
function pyramidOption(
  ages: CohortCounts['ages'],
  names: { male: string; female: string; persons: string },
  unknown: string,
): PlotOption {
  const decades = [...new Set(ages.map(({ from }) => from))].sort((one, other) => (one ?? -1) - (other ?? -1));
  const of = (sex: Sex, sign: number) =>
    decades.map((decade) => sign * (ages.find((each) => each.sex === sex && each.from === decade)?.persons ?? 0));
  const absolute = (value: number) => Math.abs(value).toLocaleString();
  return {
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      valueFormatter: (value: unknown) => absolute(Number(value)),
    },
    legend: {},
    grid: GRID,
    xAxis: { ...counted(names.persons), axisLabel: { formatter: absolute, hideOverlap: true } },
    yAxis: { type: 'category', data: decades.map((decade) => bandOf(decade, unknown)), axisTick: { show: false } },
    series: [
      { type: 'bar', name: names.male, stack: 'sex', barMaxWidth: 28, data: of('male', -1) },
      { type: 'bar', name: names.female, stack: 'sex', barMaxWidth: 28, data: of('female', 1) },
    ],
  };
}

function counted(name: string) {
  return { type: 'value', minInterval: 1, name, nameLocation: 'middle', nameGap: 26 };
}

function barOption(
  groups: readonly { name: string; persons: number }[],
  direction: 'up' | 'across',
  persons: string,
): PlotOption {
  const names = { type: 'category', data: groups.map(({ name }) => name), axisTick: { show: false } };
  const values = direction === 'across' ? counted(persons) : { type: 'value', minInterval: 1, name: persons };
  return {
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    grid: GRID,
    ...(direction === 'up' ? { xAxis: names, yAxis: values } : { xAxis: values, yAxis: names }),
    series: [{ type: 'bar', data: groups.map(({ persons }) => persons), barMaxWidth: 28 }],
  };
}
