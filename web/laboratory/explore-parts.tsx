import type { UseQueryResult } from '@tanstack/react-query';
import { Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgeGroup, Groups, Told as How, TestGroup } from '../../src/modules/laboratory/model.ts';
import { DISTRICT_MAP, useAddressValue, useDistricts, useOrganizationNames } from '../shell/index.ts';
import { Empty, Failure, Loading, Panel, Plot } from '../ui/index.ts';

import { type Filter, useNumber, usePart } from './explore-ask.ts';
import { ageOption, boxOption, mapOption, shareOf, trendOption } from './explore-plots.ts';

interface PartProps {
  unit: string;
  filter: Filter;
}

const MOST_BOXES = 20;

/** How long the answer took, and how fresh the lake was. */
export function Told({ told: { tookMs, lagSeconds } }: { told: How }) {
  const { t } = useTranslation('laboratory');
  return (
    <>
      {t('explore.took', { ms: tookMs })}{' '}
      {lagSeconds < FRESH_SECONDS ? t('explore.fresh') : t('explore.behind', { count: lagSeconds })}
    </>
  );
}

const FRESH_SECONDS = 5;

/** One part of the page: waits, fails and is empty by itself. */
function Part<Group>({
  query,
  title,
  children,
}: {
  query: UseQueryResult<Groups<Group>>;
  title: string;
  children: (groups: Group[], note: (text: string) => ReactNode) => ReactNode;
}) {
  const { t } = useTranslation('laboratory');
  if (query.isPending)
    return (
      <Panel title={title}>
        <Loading />
      </Panel>
    );
  if (query.isError)
    return (
      <Panel title={title}>
        <Failure error={query.error} retry={() => query.refetch()} />
      </Panel>
    );
  const { groups, hidden } = query.data;
  const note = (text: string) => (
    <>
      {text} {hidden > 0 && t('explore.hidden', { count: hidden })} <Told told={query.data} />
    </>
  );
  return (
    <Panel>
      <div className={query.isPlaceholderData ? 'stale' : ''} aria-busy={query.isFetching}>
        {groups.length === 0 ? (
          <>
            <h3>{title}</h3>
            <Empty title={hidden > 0 ? t('explore.hidden', { count: hidden }) : t('explore.nothing')}>
              <span>{t('explore.tooFewHelp')}</span>
            </Empty>
          </>
        ) : (
          children(groups, note)
        )}
      </div>
    </Panel>
  );
}

function useWords(unit: string) {
  const { t } = useTranslation('laboratory');
  const number = useNumber();
  return {
    unit,
    count: t('explore.count'),
    model: t('explore.model'),
    published: t('explore.published'),
    median: t('explore.median'),
    number,
  };
}

function sum(groups: readonly TestGroup[]): number {
  return groups.reduce((all, { results }) => all + results, 0);
}

function useTable(nameOf: (group: TestGroup) => string) {
  const { t } = useTranslation('laboratory');
  return (groups: readonly TestGroup[]) => ({
    columns: [
      t('explore.group'),
      t('explore.count'),
      t('explore.persons'),
      '2.5 %',
      t('explore.quarter'),
      t('explore.median'),
      t('explore.threeQuarters'),
      '97.5 %',
      t('explore.share'),
    ],
    rows: groups.map((group) => [
      nameOf(group),
      group.results,
      group.persons,
      group.low,
      group.quarter,
      group.median,
      group.threeQuarters,
      group.high,
      shareOf(group),
    ]),
  });
}

export function ByAge({ unit, filter }: PartProps) {
  const { t } = useTranslation('laboratory');
  const query = usePart<Groups<AgeGroup>>('explore/ages', filter);
  const words = useWords(unit);
  const sexes = { male: t('explore.sexes.male'), female: t('explore.sexes.female') };
  const nameOfAge = ({ ageFrom, ageTo }: AgeGroup) =>
    ageTo === undefined
      ? t('explore.agesFrom', { from: ageFrom })
      : t('explore.ages', { from: ageFrom, to: ageTo - 1 });
  const tableOf = useTable((group) => {
    const age = group as AgeGroup;
    return `${sexes[age.sex as 'male' | 'female']}, ${nameOfAge(age)}`;
  });
  return (
    <Part query={query} title={t('explore.byAge')}>
      {(groups, note) => (
        <Plot
          title={t('explore.byAge')}
          option={ageOption(groups, { ...words, age: t('explore.ageAxis'), sexes })}
          heightPx={300}
          note={note(t('explore.byAgeNote', { count: sum(groups) }))}
          table={tableOf(groups)}
        />
      )}
    </Part>
  );
}

export function ByGroup({ by, unit, filter }: PartProps & { by: 'sex' | 'organization' }) {
  const { t } = useTranslation('laboratory');
  const query = usePart<Groups<TestGroup>>(`explore/groups/${by}`, filter);
  const words = useWords(unit);
  const organizationName = useOrganizationNames(query.data?.groups.map(({ key }) => key) ?? []);
  const nameOf = (key: string) =>
    by === 'sex' ? t(`explore.sexes.${key}`, { defaultValue: key }) : organizationName(key) || '–';
  const title = t(by === 'sex' ? 'explore.bySex' : 'explore.byLaboratory');
  const tableOf = useTable(({ key }) => nameOf(key));
  return (
    <Part query={query} title={title}>
      {(groups, note) => (
        <Plot
          title={title}
          option={boxOption(groups.slice(0, MOST_BOXES), { ...words, nameOf })}
          heightPx={82 + 34 * Math.min(MOST_BOXES, Math.max(2, groups.length))}
          note={note(t('explore.boxNote', { count: sum(groups) }))}
          table={tableOf(groups)}
        />
      )}
    </Part>
  );
}

export function ByPlace({ unit, filter }: PartProps) {
  const { t } = useTranslation('laboratory');
  const query = usePart<Groups<TestGroup>>('explore/groups/district', filter);
  const words = useWords(unit);
  const { nameOf, map } = useDistricts();
  const name = (key: string) => nameOf(key) || '–';
  const tableOf = useTable(({ key }) => name(key));
  return (
    <Part query={query} title={t('explore.byPlace')}>
      {(groups, note) =>
        map === undefined ? (
          <Loading />
        ) : (
          <Plot
            title={t('explore.byPlace')}
            option={mapOption(groups, { ...words, nameOf: name, map: DISTRICT_MAP })}
            map={map}
            heightPx={380}
            note={note(t('explore.placeNote', { count: sum(groups) }))}
            table={tableOf(groups)}
          />
        )
      }
    </Part>
  );
}

export function OverTime({ unit, filter }: PartProps) {
  const { t } = useTranslation('laboratory');
  const [step, setStep] = useAddressValue('step', 'month');
  const by = step === 'week' ? 'week' : 'month';
  const query = usePart<Groups<TestGroup>>(`explore/groups/${by}`, filter);
  const words = useWords(unit);
  const tableOf = useTable(({ key }) => key);
  return (
    <Part query={query} title={t('explore.trend')}>
      {(groups, note) => (
        <Plot
          title={t('explore.trend')}
          option={trendOption(groups, { ...words, share: t('explore.share') })}
          heightPx={270}
          note={note(t('explore.trendNote', { count: sum(groups) }))}
          table={tableOf(groups)}
          tools={
            <Segmented
              aria-label={t('explore.trend')}
              size="small"
              value={by}
              onChange={setStep}
              options={[
                { value: 'month', label: t('explore.month') },
                { value: 'week', label: t('explore.week') },
              ]}
            />
          }
        />
      )}
    </Part>
  );
}
