import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { NEGOTIATION_STATES } from '#standards/dataspace';
import type { NegotiationLine } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValue } from '../shell/index.ts';
import { DataTable, Failure, Loading, Page, StatusTag, Time } from '../ui/index.ts';
import { isOver, NEGOTIATION_TONES, useNegotiations } from './negotiation-ask.ts';
import { partyName, said } from './offering-ask.ts';

/** Every negotiation of the own party, the last moved first. */
export default function Negotiations() {
  const { t } = useTranslation('exchange');
  const [state, setState] = useAddressValue('state');
  const query = useNegotiations(state);
  return (
    <Page title={t('negotiations.title')} about={t('negotiations.about')}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && <List lines={query.data.negotiations} filters={<States state={state} choose={setState} />} />}
    </Page>
  );
}

function States({ state, choose }: { state: string; choose(state: string): void }) {
  const { t } = useTranslation('exchange');
  return (
    <Select
      aria-label={t('negotiations.state')}
      placeholder={t('negotiations.state')}
      allowClear
      popupMatchSelectWidth={false}
      {...(state !== '' && { value: state })}
      onChange={(value?: string) => choose(value ?? '')}
      options={NEGOTIATION_STATES.map((value) => ({ value, label: t(`negotiations.states.${value}`) }))}
    />
  );
}

function List({ lines, filters }: { lines: readonly NegotiationLine[]; filters: React.ReactNode }) {
  const { t } = useTranslation('exchange');
  const other = ({ side, provider, consumer }: NegotiationLine) =>
    side === null
      ? `${partyName(provider)} – ${partyName(consumer)}`
      : partyName(side === 'provider' ? consumer : provider);
  return (
    <DataTable<NegotiationLine>
      name="negotiations"
      label={t('negotiations.title')}
      emptyText={t('negotiations.none')}
      rowKey={({ id }) => id}
      source={{ rows: lines }}
      searchable
      filters={filters}
      columns={[
        {
          key: 'what',
          title: t('negotiations.what'),
          value: ({ title }) => said(title),
          render: ({ id, title }) => <Go to={`/exchange/negotiations/${id}`}>{said(title)}</Go>,
          sortable: true,
          phoneTitle: true,
        },
        { key: 'with', title: t('negotiations.with'), value: other, sortable: true },
        {
          key: 'side',
          title: t('negotiations.side'),
          value: ({ side }) => (side === null ? t('negotiations.watching') : t(`negotiations.sides.${side}`)),
        },
        {
          key: 'state',
          title: t('negotiations.state'),
          value: ({ state }) => t(`negotiations.states.${state}`),
          render: ({ state, trouble }) => (
            <StatusTag tone={trouble === null ? NEGOTIATION_TONES[state] : 'danger'}>
              {t(`negotiations.states.${state}`)}
            </StatusTag>
          ),
          sortable: true,
        },
        {
          key: 'turn',
          title: t('negotiations.turn'),
          value: ({ state, side, mayAct }) =>
            isOver(state) || side === null ? '' : t(mayAct ? 'negotiations.yours' : 'negotiations.theirs'),
        },
        {
          key: 'changed',
          title: t('negotiations.changed'),
          value: ({ updatedAt }) => updatedAt,
          render: ({ updatedAt }) => <Time at={updatedAt} />,
          sortable: true,
        },
      ]}
    />
  );
}
