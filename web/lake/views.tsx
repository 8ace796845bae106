import { Alert, Button, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { Go, useAddressValue, useGo, useSession } from '../shell/index.ts';
import { type Column, DataTable, Failure, Loading, Page, StatusTag, Time } from '../ui/index.ts';
import './lake.css';
import { useViews, type View } from './lake-api.ts';
import { KEPT_TONES, useWords } from './words.ts';

/** Every view of the lake: what its rows are, who made it, whether the lake keeps it. */
export default function Views() {
  const { t } = useTranslation('lake');
  const { may } = useSession();
  const go = useGo();
  const words = useWords();
  const query = useViews();
  const [from, setFrom] = useAddressValue('from', 'all');
  const columns: Column<View>[] = [
    {
      key: 'title',
      title: t('views.view'),
      value: (view) => `${words.title(view)} ${view.name}`,
      render: (view) => (
        <span className="view-name">
          <Go to={`/lake/views/${view.id}`}>{words.title(view)}</Go> <code>{view.name}</code>
        </span>
      ),
      sortable: true,
      phoneTitle: true,
    },
    { key: 'about', title: t('views.about'), value: (view) => words.about(view) },
    { key: 'resource', title: t('views.resource'), value: (view) => view.resource, sortable: true },
    { key: 'columns', title: t('views.columns'), value: (view) => view.columns.length, end: true, sortable: true },
    {
      key: 'kept',
      title: t('views.kept'),
      value: (view) => t(`views.keptAs.${view.kept}`),
      render: (view) => (
        <span className="row">
          <StatusTag tone={KEPT_TONES[view.kept]}>{t(`views.keptAs.${view.kept}`)}</StatusTag>
          {view.status !== 'active' && <StatusTag tone="warning">{t(`views.states.${view.status}`)}</StatusTag>}
        </span>
      ),
    },
    {
      key: 'reach',
      title: t('views.reach'),
      value: (view) => t(`views.reaches.${reachOf(view)}`),
      sortable: true,
    },
    {
      key: 'updated',
      title: t('views.updated'),
      value: (view) => new Date(view.updated),
      render: (view) => <Time at={view.updated} form="relative" />,
      sortable: true,
    },
  ];
  const rows = (query.data ?? []).filter(({ builtIn }) => from === 'all' || builtIn === (from === 'built-in'));
  return (
    <Page
      title={t('views.title')}
      about={t('views.pageAbout')}
      actions={
        may('lake.view.manage') && (
          <Button type="primary" onClick={() => go('/lake/views/new')}>
            {t('views.make')}
          </Button>
        )
      }
    >
      {query.isPending && <Loading lines={8} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <>
          {query.data.every(({ reach }) => !reach.includes('rows')) && (
            <Alert type="info" showIcon title={t('views.noRows')} />
          )}
          <DataTable
            key={from}
            name="views"
            label={t('views.title')}
            columns={columns}
            rowKey={(view) => view.id}
            source={{ rows }}
            sort={{ key: 'title', descending: false }}
            emptyText={t(from === 'own' ? 'views.noneOwn' : 'views.none')}
            filters={
              <Segmented
                aria-label={t('views.from')}
                value={from}
                onChange={setFrom}
                options={['all', 'built-in', 'own'].map((value) => ({ value, label: t(`views.froms.${value}`) }))}
              />
            }
          />
        </>
      )}
    </Page>
  );
}

function reachOf({ reach }: View): 'rows' | 'population' | 'none' {
  if (reach.includes('rows')) return 'rows';
  return reach.includes('population') ? 'population' : 'none';
}
