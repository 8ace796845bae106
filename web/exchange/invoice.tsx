import { PrinterOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Invoice, OrderPage } from '../../src/modules/exchange/model.ts';
import { Go, usePathValue } from '../shell/index.ts';
import { Empty, Facts, Failure, Loading, Page, Panel, Time } from '../ui/index.ts';
import { numberOf } from './invoice-number.ts';
import { partyName, said, useMoney, usePriceWords } from './offering-ask.ts';
import { useOrder } from './trade-ask.ts';

/** One invoice or credit note of a contract, to be printed. */
export default function InvoicePage() {
  const { t } = useTranslation('exchange');
  const [id, number] = [usePathValue('id'), usePathValue('number')];
  const query = useOrder(id);
  const invoice = query.data?.invoices.find((each) => numberOf(each) === number);
  return (
    <Page
      title={invoice === undefined ? t('order.invoices') : `${t(`order.invoiceKinds.${invoice.kind}`)} ${number}`}
      trail={<Go to={`/exchange/orders/${id}`}>{t('order.one')}</Go>}
      actions={
        invoice !== undefined && (
          <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
            {t('invoice.print')}
          </Button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && invoice === undefined && <Empty title={t('invoice.none')} />}
      {query.data !== undefined && invoice !== undefined && <Shown invoice={invoice} page={query.data} />}
    </Page>
  );
}

function Shown({ invoice, page: { order, side } }: { invoice: Invoice; page: OrderPage }) {
  const { t, i18n } = useTranslation('exchange');
  const money = useMoney();
  const priceOf = usePriceWords();
  const { content, fen, feeFen, issuedAt, orderId } = invoice;
  const { seller, buyer, title, usage } = content;
  const counted = (['periods', 'calls', 'declared'] as const)
    .filter((name) => usage[name] > 0)
    .map(
      (name) =>
        `${t(`invoice.${name}`)} ${name === 'declared' ? money(usage[name]) : usage[name].toLocaleString(i18n.language)}`,
    );
  return (
    <Panel>
      <Facts
        facts={[
          [t('invoice.seller'), `${partyName(seller)} (${seller.id})`],
          [t('invoice.buyer'), `${partyName(buyer)} (${buyer.id})`],
          [t('invoice.issued'), <Time key="at" at={issuedAt} form="date" />],
          [t('invoice.contract'), <code key="order">{orderId}</code>],
          [t('invoice.for'), said(title)],
          [t('invoice.price'), priceOf(order.price)],
          [t('invoice.usage'), counted.length > 0 && counted.join(', ')],
          [t('order.amount'), <strong key="amount">{money(fen)}</strong>],
          [t('invoice.fee'), side !== 'buyer' && feeFen > 0 && money(feeFen)],
        ]}
      />
      <p className="quiet">{t('invoice.about')}</p>
    </Panel>
  );
}
