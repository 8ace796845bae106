import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { PRIORITIES, WORK_STATES } from '../../src/modules/laboratory/model.ts';
import { api, Go, useAddressValue } from '../shell/index.ts';
import { type Column, DataTable, Page, StatusTag, Time } from '../ui/index.ts';
import { type Names, STATE_TONES, useNameOf, type WorkLine } from './words.ts';

type Line = WorkLine & { siteName: string };

/** The worklist: orders of all states, narrowed by state, priority and site. */
export default function Orders() {
  const { t } = useTranslation('laboratory');
  const nameOf = useNameOf();
  const [state, setState] = useAddressValue('state');
  const [priority, setPriority] = useAddressValue('priority');
  const [site] = useAddressValue('site');
  const columns: Column<Line>[] = [
    {
      key: 'number',
      title: t('orders.number'),
      value: (order) => order.number ?? order.id,
      phoneTitle: true,
      render: (order) => <Go to={`/laboratory/orders/${order.id}`}>{order.number ?? order.id}</Go>,
    },
    { key: 'test', title: t('orders.test'), value: (order) => order.name },
    { key: 'patient', title: t('orders.patient'), value: (order) => order.patientName },
    {
      key: 'priority',
      title: t('orders.priority'),
      value: (order) => t(`priorities.${order.priority}`),
      render: (order) =>
        order.priority === 'routine' ? (
          t('priorities.routine')
        ) : (
          <StatusTag tone="warning">{t(`priorities.${order.priority}`)}</StatusTag>
        ),
    },
    {
      key: 'state',
      title: t('orders.state'),
      value: (order) => t(`states.${order.state}`),
      render: (order) => <StatusTag tone={STATE_TONES[order.state]}>{t(`states.${order.state}`)}</StatusTag>,
    },
    {
      key: 'specimen',
      title: t('orders.specimen'),
      value: (order) => order.accessions.join(', '),
      render: (order) => (
        <span className="row mono">
          {order.accessions.map((accession) => (
            <Go key={accession} to={`/laboratory/specimens/${encodeURIComponent(accession)}`}>
              {accession}
            </Go>
          ))}
        </span>
      ),
    },
    { key: 'site', title: t('orders.site'), value: (order) => order.siteName },
    {
      key: 'ordered',
      title: t('orders.ordered'),
      value: (order) => new Date(order.listedAt),
      render: (order) => <Time at={order.listedAt} />,
    },
    {
      key: 'turnaround',
      title: t('orders.turnaround'),
      value: (order) => order.turnaroundMin,
      end: true,
      render: (order) => (order.turnaroundMin === undefined ? '' : t('orders.minutes', { count: order.turnaroundMin })),
    },
  ];
  const choice = (
    label: string,
    value: string,
    change: (value: string) => void,
    options: { value: string; label: string }[],
  ) => (
    <Select
      aria-label={label}
      placeholder={label}
      allowClear
      value={value || undefined}
      onChange={(next?: string) => change(next ?? '')}
      options={options}
      style={{ minWidth: 140 }}
    />
  );
  return (
    <Page title={t('orders.title')} about={site === '' ? t('orders.about') : t('orders.from', { site })}>
      <DataTable
        name="orders"
        label={t('orders.title')}
        columns={columns}
        rowKey={(order) => `${order.part}/${order.id}`}
        searchable
        emptyText={t('orders.empty')}
        filters={
          <>
            {choice(
              t('orders.state'),
              state,
              setState,
              WORK_STATES.map((value) => ({ value, label: t(`states.${value}`) })),
            )}
            {choice(
              t('orders.priority'),
              priority,
              setPriority,
              PRIORITIES.map((value) => ({ value, label: t(`priorities.${value}`) })),
            )}
          </>
        }
        source={{
          queryKey: ['orders', state, priority, site],
          load: async ({ search, after, limit }, signal) => {
            const { orders, names, next } = await api.get<{ orders: WorkLine[]; names: Names; next?: string }>(
              '/api/laboratory/orders',
              {
                query: { q: search, state, priority, site, after, limit },
                signal,
              },
            );
            return { rows: orders.map((order) => ({ ...order, siteName: nameOf(order.site, names) })), next };
          },
        }}
      />
    </Page>
  );
}
