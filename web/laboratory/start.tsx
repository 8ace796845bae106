import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, Go, type StartCard } from '../shell/index.ts';
import { Failure, Loading, Panel, ShortList, StatusTag } from '../ui/index.ts';
import type { WorkLine } from './words.ts';

const FEW = 6;

export const cards: readonly StartCard[] = [
  { order: 20, roles: ['laboratory-technician', 'laboratory-director'], Card: () => <Lately state="received" /> },
  { order: 30, permission: 'laboratory.order.read', Card: () => <Lately state="reported" /> },
];

/** The newest orders of one state. */
function Lately({ state }: { state: 'received' | 'reported' }) {
  const { t } = useTranslation('laboratory');
  const query = useQuery({
    queryKey: ['orders', 'few', state],
    queryFn: ({ signal }) =>
      api.get<{ orders: WorkLine[] }>('/api/laboratory/orders', { query: { state, limit: FEW }, signal }),
  });
  return (
    <Panel title={t(`start.${state}`)} actions={<Go to={`/laboratory/orders?state=${state}`}>{t('start.all')}</Go>}>
      {query.isPending && <Loading lines={4} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('orders.empty')}
          items={newestFirst(query.data.orders, state).map(({ order, at }) => ({
            id: `${order.part}/${order.id}`,
            title: <Go to={`/laboratory/orders/${order.id}`}>{order.patientName ?? order.number ?? order.id}</Go>,
            tag: order.priority !== 'routine' && (
              <StatusTag tone="warning">{t(`priorities.${order.priority}`)}</StatusTag>
            ),
            by: order.name,
            at,
          }))}
        />
      )}
    </Panel>
  );
}

function newestFirst(orders: readonly WorkLine[], state: 'received' | 'reported'): { order: WorkLine; at: string }[] {
  return orders
    .map((order) => ({
      order,
      at: String((state === 'reported' ? order.reportedAt : order.arrivedAt) ?? order.listedAt),
    }))
    .sort((one, two) => Date.parse(two.at) - Date.parse(one.at));
}
