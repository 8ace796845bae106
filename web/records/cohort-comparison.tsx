import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type Cohort,
  type CohortCounts,
  membersOf,
  type Reach,
  type SavedQuestion,
} from '../../src/modules/records/model.ts';
import { api, useAddressValue } from '../shell/index.ts';
import { type Column, DataTable, Empty, Failure, Loading, Panel, StatusTag } from '../ui/index.ts';
import { type Compared, compare, NOTABLE, type Share } from './cohort-compare.ts';
import { bandOf } from './cohort-result.tsx';
import { EMPTY, QUESTIONS } from './cohort-state.ts';
import { useCohortWords } from './cohort-words.ts';

const EVERYBODY = 'everybody';

/** The cohort beside everybody or a kept cohort: who is in it more often than in the other. What it is compared with stands in the address. */
export function Comparison({ counts, reach }: { counts: CohortCounts; reach: Reach }) {
  const { t } = useTranslation('records');
  const [chosen, choose] = useAddressValue('with');
  const kept = useQuery({
    queryKey: [...QUESTIONS, 'cohorts'],
    queryFn: ({ signal }) => api.get<{ questions: SavedQuestion[] }>('/api/records/questions', { signal }),
  });
  const cohorts = (kept.data?.questions ?? []).flatMap(({ id, name, question }) =>
    question.kind === 'cohort' ? [{ value: id, label: name, cohort: question.cohort }] : [],
  );
  const other = chosen === EVERYBODY ? EMPTY : cohorts.find(({ value }) => value === chosen)?.cohort;
  return (
    <Panel
      title={t('cohort.compare')}
      actions={
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('cohort.compareWith')}
          placeholder={t('cohort.compareWith')}
          {...(chosen !== '' && { value: chosen })}
          onChange={(value: string | undefined) => choose(value ?? '')}
          options={[
            { value: EVERYBODY, label: t('cohort.everybody') },
            ...cohorts.map(({ value, label }) => ({ value, label })),
          ]}
          style={{ width: 240, maxWidth: '100%' }}
        />
      }
    >
      {kept.isError && <Failure error={kept.error} retry={() => kept.refetch()} />}
      {chosen === '' && <p className="quiet">{t('cohort.compareAbout')}</p>}
      {chosen !== '' && other === undefined && kept.isPending && <Loading lines={3} />}
      {chosen !== '' && other === undefined && kept.isSuccess && <Empty title={t('cohort.compareGone')} />}
      {other !== undefined && (
        <Beside
          counts={counts}
          cohort={other}
          reach={reach}
          name={cohorts.find(({ value }) => value === chosen)?.label ?? t('cohort.everybody')}
        />
      )}
    </Panel>
  );
}

function Beside(props: { counts: CohortCounts; cohort: Cohort; reach: Reach; name: string }) {
  const { counts, cohort, reach, name } = props;
  const { t, i18n } = useTranslation('records');
  const { t: ofPeople } = useTranslation('records', { keyPrefix: 'people' });
  const words = useCohortWords();
  const asked = JSON.stringify(cohort);
  const other = useQuery({
    queryKey: ['cohort-counts', reach, asked],
    queryFn: ({ signal }) => api.post<CohortCounts>('/api/records/cohorts/count', { cohort, reach }, { signal }),
    retry: false,
    staleTime: 30_000,
  });
  if (other.isPending) return <Loading lines={6} />;
  if (other.isError) return <Failure error={other.error} retry={() => other.refetch()} />;
  const rows = compare(counts, other.data);
  if (rows.every(({ standardised }) => standardised === undefined))
    return <Empty title={t('cohort.compareTooFew')}>{t('cohort.compareTooFewAbout')}</Empty>;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  const signed = new Intl.NumberFormat(i18n.language, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: 'exceptZero',
  });
  const unknown = t('cohort.unknown');
  const nameOf = ({ part, key }: Compared) =>
    part === 'sex'
      ? ofPeople(`sexes.${key}`)
      : part === 'place'
        ? words.place(key)
        : bandOf(key === 'unknown' ? null : Number(key), unknown);
  const sayShare = ({ persons, share }: Share) =>
    persons === undefined || share === undefined ? '–' : `${words.count(persons)} (${percent.format(share)})`;
  const columns: Column<Compared>[] = [
    {
      key: 'what',
      title: t('cohort.characteristic'),
      value: (row) => t(`cohort.comparedParts.${row.part}`, { name: nameOf(row) }),
      phoneTitle: true,
    },
    {
      key: 'one',
      title: t('cohort.thisCohort', { count: words.count(membersOf(counts)) as never }),
      value: (row) => sayShare(row.one),
      end: true,
    },
    {
      key: 'other',
      title: t('cohort.otherCohort', { name, count: words.count(membersOf(other.data)) as never }),
      value: (row) => sayShare(row.other),
      end: true,
    },
    {
      key: 'standardised',
      title: t('cohort.standardised'),
      value: ({ standardised }) => (standardised === undefined ? '–' : signed.format(standardised)),
      render: ({ standardised }) =>
        standardised === undefined ? (
          '–'
        ) : Math.abs(standardised) > NOTABLE ? (
          <StatusTag tone="info">{signed.format(standardised)}</StatusTag>
        ) : (
          signed.format(standardised)
        ),
      end: true,
    },
  ];
  return (
    <div className="stack">
      {cohort !== EMPTY && <p className="cohort-sentence">{words.cohort(cohort)}</p>}
      <DataTable
        name="cohort-comparison"
        label={t('cohort.characteristic')}
        columns={columns}
        rowKey={({ part, key }) => `${part} ${key}`}
        source={{ rows }}
        searchable={false}
        few={40}
        emptyText={t('cohort.noGroups')}
      />
      <p className="plot-note">
        {t('cohort.compareNote', { notable: NOTABLE })}{' '}
        {counts.smallest !== undefined && t('cohort.compareRounded', { smallest: counts.smallest })}
      </p>
    </div>
  );
}
