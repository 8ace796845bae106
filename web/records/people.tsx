import { useTranslation } from 'react-i18next';
import type { Person } from '../../src/modules/records/model.ts';
import { api, Go } from '../shell/index.ts';
import { type Column, DataTable, Page, Time } from '../ui/index.ts';
import { useNumberLabel } from './words.ts';

type Row = Person & { updated: string };

/** The banner of the person's page shows them all. */
const SHOWN_NUMBERS = 2;

/** Everybody the actor may see, found by name or number. */
export default function People() {
  const { t } = useTranslation('records');
  const labelOf = useNumberLabel();
  const columns: Column<Row>[] = [
    {
      key: 'name',
      title: t('people.name'),
      value: (row) => [row.name, row.nameLatin].filter(Boolean).join(' · '),
      render: (row) => (
        <>
          <Go to={`/records/people/${row.id}`}>{row.name || t('people.unnamed')}</Go>
          {row.nameLatin !== undefined && <span className="quiet"> {row.nameLatin}</span>}
        </>
      ),
      phoneTitle: true,
    },
    { key: 'sex', title: t('people.sex'), value: (row) => t(`people.sexes.${row.sex ?? 'unknown'}`) },
    {
      key: 'born',
      title: t('people.born'),
      value: (row) => row.birthDate ?? '',
      render: (row) => <span style={{ whiteSpace: 'nowrap' }}>{row.birthDate}</span>,
    },
    {
      key: 'numbers',
      title: t('people.numbers'),
      value: (row) => row.identifiers.map(({ label, value }) => `${labelOf(label)} ${value}`).join('; '),
      render: (row) => (
        <code style={{ overflowWrap: 'anywhere' }}>
          {[...new Set(row.identifiers.map(({ value }) => value))].slice(0, SHOWN_NUMBERS).join(' ')}
        </code>
      ),
    },
    {
      key: 'updated',
      title: t('people.updated'),
      value: (row) => new Date(row.updated),
      render: (row) => <Time at={row.updated} />,
    },
  ];
  return (
    <Page title={t('people.title')} about={t('people.about')}>
      <DataTable
        name="people"
        label={t('people.title')}
        columns={columns}
        rowKey={(row) => row.id}
        emptyText={t('people.none')}
        source={{
          queryKey: ['people'],
          load: async ({ search, after, limit }, signal) => {
            const query = { q: search === '' ? undefined : search, after, limit: Math.min(limit, 200) };
            const { people, next } = await api.get<{ people: Row[]; next?: string }>('/api/records/people', {
              query,
              signal,
            });
            return { rows: people, next };
          },
        }}
      />
    </Page>
  );
}
