import { useTranslation } from 'react-i18next';
import { Go } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { useAmounts, useParks } from './parks-ask.ts';

/** Parks that one manages, or that have told of their space. */
export default function Parks() {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const query = useParks();
  return (
    <Page title={t('parks.title')} about={t('parks.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.parks.length === 0 ? (
          <Empty title={t('parks.none')}>{t('parks.noneAbout')}</Empty>
        ) : (
          <DataTable
            name="parks"
            label={t('parks.title')}
            rowKey={({ id }) => id}
            source={{ rows: query.data.parks }}
            columns={[
              {
                key: 'name',
                title: t('parks.name'),
                value: named,
                render: (park) => (
                  <span className="row">
                    <Go to={`/cluster/parks/${park.id}`}>{named(park)}</Go>
                    <ExampleTag on={park.example} />
                  </span>
                ),
                phoneTitle: true,
              },
              { key: 'units', title: t('parks.units'), value: ({ units }) => units, sortable: true, end: true },
            ]}
          />
        ))}
    </Page>
  );
}
