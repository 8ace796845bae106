import { DownloadOutlined, PrinterOutlined, SafetyCertificateOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Delivery, OrderMove, OrderPage } from '../../src/modules/exchange/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import {
  DataTable,
  Facts,
  Failure,
  Field,
  Figures,
  Loading,
  Page,
  Panel,
  StatusTag,
  Time,
  Timeline,
} from '../ui/index.ts';
import { numberOf } from './invoice-number.ts';
import { partyName, said, useMoney, usePriceWords } from './offering-ask.ts';
import { OrderCalls } from './order-calls.tsx';
import { PolicyInWords } from './policy-in-words.tsx';
import { ORDER_TONES, trade, useOrder, useOrderAct } from './trade-ask.ts';
import './trade.css';

/** A contract: what one may do with it, how far it is, what was delivered and paid. */
export default function OrderPageView() {
  const { t } = useTranslation('exchange');
  const id = usePathValue('id');
  const query = useOrder(id);
  const page = query.data;
  return (
    <Page
      title={page === undefined ? t('order.one') : said(page.order.title)}
      about={page && t(`order.next.${page.order.state}`)}
      trail={
        <Go to={page === undefined ? '/exchange/orders' : `/exchange/orders?side=${page.side}`}>{t('orders.title')}</Go>
      }
      actions={
        page && (
          <>
            <Moves page={page} />
            <Button icon={<PrinterOutlined />} aria-label={t('order.one')} onClick={() => window.print()} />
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && <Contract page={page} />}
    </Page>
  );
}

const DANGERS: readonly OrderMove[] = ['dispute', 'refund', 'revoke', 'cancel'];
const WITH_WORDS: readonly OrderMove[] = ['dispute', 'settle', 'refund', 'revoke'];
const WITH_MONEY: readonly OrderMove[] = ['settle', 'refund'];

function Moves({ page }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const [move, setMove] = useState<OrderMove>();
  return (
    <>
      {page.may.map((each, at) => (
        <Button
          key={each}
          type={at === 0 && !DANGERS.includes(each) ? 'primary' : 'default'}
          danger={DANGERS.includes(each)}
          onClick={() => setMove(each)}
        >
          {t(`order.moves.${each}`)}
        </Button>
      ))}
      {move !== undefined && <Sure page={page} move={move} close={() => setMove(undefined)} />}
    </>
  );
}

/** Says what the move means, and asks for what it needs. */
function Sure({ page, move, close }: { page: OrderPage; move: OrderMove; close: () => void }) {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  const { order, charge } = page;
  const [words, setWords] = useState('');
  const most = move === 'settle' ? order.escrow : order.distributed - order.refunded;
  const [fen, setFen] = useState(move === 'settle' ? 0 : most);
  const act = useOrderAct(
    () =>
      trade.move(order, move, {
        ...(words.trim() !== '' && { words: words.trim() }),
        ...(WITH_MONEY.includes(move) && order.state !== 'funded' && { fen }),
      }),
    close,
  );
  const amount = { fund: order.deposit, accept: order.escrow, settle: order.escrow }[move as 'fund'] ?? charge;
  const needsWords = WITH_WORDS.includes(move);
  return (
    <Modal
      open
      title={t(`order.moves.${move}`)}
      okText={t(`order.moves.${move}`)}
      onCancel={close}
      onOk={() => act.mutate(undefined)}
      confirmLoading={act.isPending}
      okButtonProps={{ danger: DANGERS.includes(move), disabled: needsWords && words.trim() === '' }}
    >
      <div className="stack">
        <p>{t(`order.sure.${move}`, { amount: money(amount) })}</p>
        {WITH_MONEY.includes(move) && order.state !== 'funded' && (
          <Field label={t('order.refundFen')}>
            {(id) => (
              <InputNumber
                id={id}
                min={0}
                max={most / 100}
                precision={2}
                value={fen / 100}
                onChange={(value) => setFen(Math.round((value ?? 0) * 100))}
              />
            )}
          </Field>
        )}
        {needsWords && (
          <Input.TextArea
            aria-label={t('order.reason')}
            placeholder={t('order.reason')}
            rows={3}
            maxLength={2_000}
            value={words}
            onChange={({ target }) => setWords(target.value)}
          />
        )}
      </div>
    </Modal>
  );
}

function Contract({ page }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  const { order, side, invoices } = page;
  const mayReceive =
    side === 'buyer' && ['funded', 'delivering', 'delivered', 'accepted', 'settled', 'certified'].includes(order.state);
  return (
    <div className="stack">
      <Figures
        figures={[
          { label: t('order.deposit'), value: money(order.deposit) },
          ...(order.frozen > 0 ? [{ label: t('order.frozen'), value: money(order.frozen) }] : []),
          ...(order.escrow > 0
            ? [{ label: t('order.escrow'), value: money(order.escrow), tone: 'warning' as const }]
            : []),
          { label: t('order.distributed'), value: money(order.distributed) },
          ...(order.returned > 0 ? [{ label: t('order.returned'), value: money(order.returned) }] : []),
          ...(order.refunded > 0 ? [{ label: t('order.refunded'), value: money(order.refunded) }] : []),
        ]}
      />
      <div className="trade-pair">
        <ContractFacts page={page} />
        {page.policy !== null && (
          <Panel title={t('order.may')}>
            <PolicyInWords policy={page.policy} />
          </Panel>
        )}
      </div>
      {mayReceive && <Receive page={page} />}
      <Deliveries page={page} />
      {order.ways.some((way) => way === 'api' || way === 'query') && order.fundedAt !== null && (
        <OrderCalls page={page} />
      )}
      {page.dispute !== null && (
        <Panel title={t('order.dispute')}>
          <Facts
            facts={[
              [t('order.disputeOpened'), page.dispute.openedByName],
              [t('order.at'), <Time key="at" at={page.dispute.openedAt} />],
              [t('order.reason'), page.dispute.words],
              [t('order.disputeDecided'), page.dispute.decidedByName],
              [t('order.decision'), page.dispute.decision],
              [t('order.refundFen'), page.dispute.refund !== null && money(page.dispute.refund)],
            ]}
          />
        </Panel>
      )}
      <div className="trade-pair">
        <Panel title={t('order.course')}>
          <Timeline
            items={page.events.map(({ revision, move, madeByName, at, words }) => ({
              id: String(revision),
              title: t(`order.done.${move}`),
              at,
              by: madeByName,
              ...(words !== null && { detail: words }),
            }))}
          />
        </Panel>
        <Panel title={t('order.invoices')} flush>
          <DataTable<OrderPage['invoices'][number]>
            name="invoices"
            label={t('order.invoicesAll')}
            emptyText={t('order.noInvoices')}
            rowKey={({ year, number }) => `${year}-${number}`}
            source={{ rows: invoices }}
            columns={[
              {
                key: 'number',
                title: t('order.invoiceNumber'),
                value: numberOf,
                render: (invoice) => (
                  <Go to={`/exchange/orders/${order.id}/invoices/${numberOf(invoice)}`}>{numberOf(invoice)}</Go>
                ),
                phoneTitle: true,
              },
              { key: 'kind', title: t('order.invoiceKind'), value: ({ kind }) => t(`order.invoiceKinds.${kind}`) },
              {
                key: 'amount',
                title: t('order.amount'),
                value: ({ fen }) => fen / 100,
                render: ({ fen }) => money(fen),
                end: true,
              },
              {
                key: 'at',
                title: t('order.at'),
                value: ({ issuedAt }) => issuedAt,
                render: ({ issuedAt }) => <Time at={issuedAt} form="date" />,
              },
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}

const DAY_MS = 86_400_000;

function ContractFacts({ page: { order } }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const priceOf = usePriceWords();
  const isOpen = ['funded', 'delivering', 'delivered', 'certified'].includes(order.state);
  const left = order.expiresAt === null ? null : Math.ceil((Date.parse(order.expiresAt) - Date.now()) / DAY_MS);
  return (
    <Panel title={t('order.contract')}>
      <Facts
        facts={[
          [
            t('order.state'),
            <StatusTag key="state" tone={ORDER_TONES[order.state]}>
              {t(`orders.states.${order.state}`)}
            </StatusTag>,
          ],
          [
            t('order.product'),
            <Go key="product" to={`/exchange/catalogue/${order.offering}`}>
              {said(order.title)} ({order.version})
            </Go>,
          ],
          [t('order.seller'), partyName(order.seller)],
          [t('order.buyer'), partyName(order.buyer)],
          [t('order.purpose'), t(`orderNew.purposes.${order.purpose}`)],
          [t('order.priceModel'), priceOf(order.price)],
          [t('order.fee'), `${order.feeBasisPoints / 100} %`],
          [t('order.agreed'), order.agreedAt && <Time key="agreed" at={order.agreedAt} />],
          [
            t('order.ends'),
            order.fundedAt !== null &&
              (order.expiresAt === null ? (
                t('order.endsNever')
              ) : (
                <span key="ends">
                  <Time at={order.expiresAt} form="date" />
                  {isOpen && left !== null && left > 0 && ` · ${t('order.daysLeft', { count: left })}`}
                </span>
              )),
          ],
          [t('order.acceptBy'), order.state === 'delivered' && <Time key="accept" at={order.dueAt} />],
          [
            t('order.certificate'),
            order.certificate !== null && (
              <Go key="certificate" to={`/verify/${order.certificate}`}>
                <SafetyCertificateOutlined aria-hidden /> {t('order.checkCertificate')}
              </Go>
            ),
          ],
        ]}
      />
    </Panel>
  );
}

function Receive({ page: { order } }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const [address, setAddress] = useState('');
  const download = useOrderAct(() => trade.deliver(order.id, { way: 'download' }));
  const push = useOrderAct(
    () => trade.deliver(order.id, { way: 'push', address }),
    () => setAddress(''),
  );
  if (!order.ways.includes('download') && !order.ways.includes('push')) return null;
  return (
    <div className="no-print">
      <Panel title={t('order.receive')}>
        <div className="trade-form">
          {order.ways.includes('download') && (
            <Button type="primary" loading={download.isPending} onClick={() => download.mutate(undefined)}>
              {t('order.download')}
            </Button>
          )}
          {order.ways.includes('push') && (
            <>
              <Field label={t('order.pushAddress')}>
                {(id) => (
                  <Input
                    id={id}
                    value={address}
                    maxLength={2_000}
                    onChange={({ target }) => setAddress(target.value.trim())}
                  />
                )}
              </Field>
              <Button
                loading={push.isPending}
                disabled={!address.startsWith('https://')}
                onClick={() => push.mutate(undefined)}
              >
                {t('order.push')}
              </Button>
            </>
          )}
        </div>
      </Panel>
    </div>
  );
}

const DELIVERY_TONES = { waiting: 'info', open: 'primary', done: 'good', failed: 'danger' } as const;

function Deliveries({ page: { order, deliveries, side } }: { page: OrderPage }) {
  const { t } = useTranslation('exchange');
  const fetchFile = async (delivery: string) => {
    const { path } = await trade.link(order.id, delivery);
    window.location.assign(path);
  };
  const isOpen = ['delivering', 'delivered', 'certified'].includes(order.state);
  return (
    <Panel title={t('order.deliveries')} flush>
      <DataTable<Delivery>
        name="deliveries"
        label={t('order.deliveriesAll')}
        emptyText={t('order.noDelivery')}
        rowKey={({ id }) => id}
        source={{ rows: deliveries }}
        columns={[
          { key: 'way', title: t('order.way'), value: ({ way }) => t(`order.ways.${way}`), phoneTitle: true },
          {
            key: 'state',
            title: t('order.state'),
            value: ({ state }) => t(`order.deliveryStates.${state}`),
            render: ({ id, way, state }) => (
              <span className="row">
                <StatusTag tone={DELIVERY_TONES[state]}>{t(`order.deliveryStates.${state}`)}</StatusTag>
                {way === 'download' && side === 'buyer' && isOpen && (
                  <Button size="small" icon={<DownloadOutlined />} onClick={() => fetchFile(id)}>
                    {t('order.fetch')}
                  </Button>
                )}
              </span>
            ),
          },
          {
            key: 'at',
            title: t('order.at'),
            value: ({ askedAt }) => askedAt,
            render: ({ askedAt }) => <Time at={askedAt} />,
          },
          { key: 'by', title: t('order.by'), value: ({ askedByName }) => askedByName },
          { key: 'rows', title: t('order.rows'), value: ({ rows }) => rows, end: true },
          { key: 'bytes', title: t('order.size'), value: ({ bytes }) => bytes, end: true },
          {
            key: 'hash',
            title: t('order.hash'),
            value: ({ digest }) => digest ?? '',
            render: ({ digest }) => <code className="trade-hash">{digest}</code>,
          },
          { key: 'trouble', title: t('order.trouble'), value: ({ trouble }) => trouble ?? '' },
        ]}
      />
    </Panel>
  );
}
