import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { ORDER_STATES, type OrderLine, type OrderSide } from '../../src/modules/exchange/model.ts';
import { Go, useAddressValues, useSession } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, StatusTag, Tabs, Time } from '../ui/index.ts';
import { partyName, said, useMoney } from './offering-ask.ts';
import { ORDER_TONES, useOrders } from './trade-ask.ts';

/** On which sides somebody may look at orders. */
export function useSides(): OrderSide[] {
  const { may } = useSession();
  const sides: OrderSide[] = [];
  if (may('exchange.buy')) sides.push('buyer');
  if (may('exchange.sell')) sides.push('seller');
  if (may('exchange.operate')) sides.push('operator');
  return sides;
}

/** What was bought and sold. */
export default function Orders() {
  const { t } = useTranslation('exchange');
  const { values, set } = useAddressValues();
  const sides = useSides();
  const side = sides.find((each) => each === values['side']) ?? sides[0] ?? 'buyer';
  return (
    <Page title={t('orders.title')} about={t('orders.about')}>
      {sides.length > 1 ? (
        <Tabs
          label={t('orders.sides')}
          active={side}
          choose={(chosen) => set({ side: chosen })}
          tabs={sides.map((each) => ({ key: each, label: t(`orders.${each}`), content: () => <List side={each} /> }))}
        />
      ) : (
        <List side={side} />
      )}
    </Page>
  );
}

function List({ side }: { side: OrderSide }) {
  const { t } = useTranslation('exchange');
  const { values, set } = useAddressValues();
  const state = String(values['state'] ?? '');
  const query = useOrders(side, state);
  const money = useMoney();
  return (
    <div className="stack">
      <Select
        aria-label={t('orders.stateFilter')}
        value={state}
        style={{ width: 'min(100%, 280px)' }}
        onChange={(chosen) => set({ state: chosen })}
        options={[
          { value: '', label: t('orders.anyState') },
          ...ORDER_STATES.map((value) => ({ value, label: t(`orders.states.${value}`) })),
        ]}
      />
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && query.data.orders.length === 0 && (
        <Empty title={t('orders.none')}>
          {side === 'buyer' && (
            <p>
              {t('orders.noneBuyer')} <Go to="/exchange/catalogue">{t('orders.toCatalogue')}</Go>
            </p>
          )}
          {side === 'seller' && t('orders.noneSeller')}
        </Empty>
      )}
      {query.isSuccess && query.data.orders.length > 0 && (
        <DataTable<OrderLine>
          name="orders"
          label={t('orders.title')}
          rowKey={({ id }) => id}
          source={{ rows: query.data.orders }}
          searchable
          columns={[
            {
              key: 'product',
              title: t('orders.product'),
              value: ({ title }) => said(title),
              render: ({ id, title }) => <Go to={`/exchange/orders/${id}`}>{said(title)}</Go>,
              sortable: true,
              phoneTitle: true,
            },
            {
              key: 'state',
              title: t('orders.stateFilter'),
              value: (row) => t(`orders.states.${row.state}`),
              render: (row) => <StatusTag tone={ORDER_TONES[row.state]}>{t(`orders.states.${row.state}`)}</StatusTag>,
              sortable: true,
            },
            {
              key: 'other',
              title: t('orders.other'),
              value: ({ buyer, seller }) =>
                side === 'buyer'
                  ? partyName(seller)
                  : side === 'seller'
                    ? partyName(buyer)
                    : t('orders.between', { buyer: partyName(buyer), seller: partyName(seller) }),
              sortable: true,
            },
            {
              key: 'price',
              title: t('orders.price'),
              value: ({ deposit }) => deposit / 100,
              render: ({ deposit }) => money(deposit),
              sortable: true,
              end: true,
            },
            {
              key: 'paid',
              title: t('orders.paid'),
              value: ({ distributed }) => distributed / 100,
              render: ({ distributed }) => money(distributed),
              sortable: true,
              end: true,
            },
            {
              key: 'ordered',
              title: t('orders.ordered'),
              value: ({ requestedAt }) => requestedAt,
              render: ({ requestedAt }) => <Time at={requestedAt} />,
              sortable: true,
            },
            {
              key: 'due',
              title: t('orders.due'),
              value: ({ dueAt }) => dueAt ?? '',
              render: ({ dueAt }) => <Time at={dueAt} />,
              sortable: true,
            },
          ]}
        />
      )}
    </div>
  );
}
