import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { OfferingDefinition, OfferingLine, Party } from '../../src/modules/exchange/model.ts';
import { api, Go, useGo } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, StatusTag, Time } from '../ui/index.ts';
import { exchange, STATE_TONES, said, useAct, useStudioList } from './offering-ask.ts';

/** The own offerings. */
export default function Studio() {
  const { t } = useTranslation('exchange');
  const query = useStudioList();
  const go = useGo();
  const make = useAct(
    async () => exchange.make(blank(await api.get<Party>('/api/exchange/party'))),
    ({ id }) => go(`/exchange/studio/${id}`),
  );
  return (
    <Page
      title={t('studio.title')}
      about={t('studio.about')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} loading={make.isPending} onClick={() => make.mutate(undefined)}>
          {t('studio.make')}
        </Button>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.offerings.length === 0 ? (
          <Empty title={t('studio.none')}>{t('studio.noneAbout')}</Empty>
        ) : (
          <List offerings={query.data.offerings} />
        ))}
    </Page>
  );
}

/** A definition to begin with. */
function blank(party: Party): OfferingDefinition {
  const none = { en: '', zh: '' };
  return {
    form: 1,
    kind: 'dataset',
    title: none,
    summary: none,
    topic: 'other',
    keywords: [],
    query: { sql: '', parameters: [] },
    columns: [],
    quality: { ranges: [] },
    gate: {},
    prices: [],
    pricingBasis: none,
    sources: [{ party, share: 10_000 }],
    terms: { purposes: [], days: 365, attribution: true, mayPassOn: false, deleteAfter: true },
    ways: ['download'],
    refresh: 'never',
  };
}

function List({ offerings }: { offerings: readonly OfferingLine[] }) {
  const { t } = useTranslation('exchange');
  return (
    <DataTable<OfferingLine>
      name="offerings"
      label={t('studio.title')}
      rowKey={({ id }) => id}
      source={{ rows: offerings }}
      columns={[
        {
          key: 'title',
          title: t('offering.one'),
          value: ({ title }) => said(title),
          render: ({ id, title }) => (
            <Go to={`/exchange/studio/${id}`}>{said(title) === '' ? t('studio.untitled') : said(title)}</Go>
          ),
          sortable: true,
          phoneTitle: true,
        },
        { key: 'kind', title: t('offering.kind'), value: ({ kind }) => t(`offering.kinds.${kind}`), sortable: true },
        { key: 'version', title: t('offering.version'), value: ({ version }) => version, end: true },
        {
          key: 'state',
          title: t('offering.state'),
          value: ({ state }) => t(`offering.states.${state}`),
          render: ({ state }) => <StatusTag tone={STATE_TONES[state]}>{t(`offering.states.${state}`)}</StatusTag>,
          sortable: true,
        },
        {
          key: 'market',
          title: t('studio.onMarket'),
          value: ({ listed }) => listed ?? '',
          render: ({ id, listed }) =>
            listed === null ? (
              '–'
            ) : (
              <Go to={`/exchange/catalogue/${id}`}>{t('studio.versionNumber', { version: listed })}</Go>
            ),
        },
        {
          key: 'changed',
          title: t('studio.changed'),
          value: ({ updatedAt }) => updatedAt,
          render: ({ updatedAt }) => <Time at={updatedAt} />,
          sortable: true,
        },
      ]}
    />
  );
}
