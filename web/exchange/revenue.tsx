import { PrinterOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Revenue, RevenueCell } from '../../src/modules/exchange/model.ts';
import { useAddressValue, useSession } from '../shell/index.ts';
import { Empty, Failure, Figures, Loading, Page, Panel, Plot, type PlotOption } from '../ui/index.ts';
import { said, useMoney } from './offering-ask.ts';
import { useRevenue } from './trade-ask.ts';
import { Span, sinceOf } from './wallet.tsx';
import './trade.css';

/** What products earned, from every side. */
export default function RevenuePage() {
  const { t } = useTranslation('exchange');
  const { may } = useSession();
  const [days, setDays] = useAddressValue('days', '365');
  const query = useRevenue(sinceOf(days), may('exchange.operate'));
  return (
    <Page
      title={t('revenue.title')}
      about={t('revenue.about')}
      actions={
        <>
          <Span value={days} choose={setDays} />
          <Button icon={<PrinterOutlined />} aria-label={t('revenue.title')} onClick={() => window.print()} />
        </>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess &&
        (query.data.cells.length === 0 ? (
          <Empty title={t('revenue.none')}>{t('revenue.noneAbout')}</Empty>
        ) : (
          <Pictures revenue={query.data} />
        ))}
    </Page>
  );
}

function Pictures({ revenue: { cells, orders, refundedFen, feeFen } }: { revenue: Revenue }) {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  const total = cells.reduce((sum, { fen }) => sum + fen, 0);
  return (
    <div className="stack">
      <Figures
        figures={[
          { label: t('revenue.total'), value: money(total) },
          { label: t('revenue.orders'), value: orders },
          { label: t('revenue.fees'), value: money(feeFen) },
          { label: t('revenue.refunded'), value: money(refundedFen) },
        ]}
      />
      <Panel title={t('revenue.month')}>
        <Months cells={cells} />
      </Panel>
      <div className="trade-pair">
        <Bars
          title={t('revenue.byProduct')}
          name={t('revenue.product')}
          cells={cells}
          of={({ title }) => said(title)}
        />
        <Bars title={t('revenue.byBuyer')} name={t('revenue.buyer')} cells={cells} of={({ buyerName }) => buyerName} />
        <Bars
          title={t('revenue.bySource')}
          name={t('revenue.source')}
          cells={cells}
          of={({ sourceName }) => sourceName}
        />
      </div>
    </div>
  );
}

function sumBy(cells: readonly RevenueCell[], of: (cell: RevenueCell) => string): [string, number][] {
  const sums = new Map<string, number>();
  for (const cell of cells) sums.set(of(cell), (sums.get(of(cell)) ?? 0) + cell.fen);
  return [...sums].map(([key, fen]) => [key, fen / 100]);
}

function Months({ cells }: { cells: readonly RevenueCell[] }) {
  const { t } = useTranslation('exchange');
  const months = sumBy(cells, ({ month }) => month);
  const option: PlotOption = useMemo(
    () => ({
      tooltip: { trigger: 'axis' },
      grid: { left: 8, right: 12, top: 24, bottom: 8, containLabel: true },
      xAxis: { type: 'category', data: months.map(([month]) => month) },
      yAxis: { type: 'value', name: t('revenue.yuan') },
      series: [{ type: 'bar', data: months.map(([, yuan]) => yuan), color: '#0072b2', barMaxWidth: 40 }],
    }),
    [months, t],
  );
  return (
    <Plot
      title={t('revenue.byMonth')}
      option={option}
      table={{ columns: [t('revenue.month'), t('revenue.yuan')], rows: months }}
      note={t('revenue.method')}
    />
  );
}

const MOST_BARS = 12;

function Bars(props: {
  title: string;
  name: string;
  cells: readonly RevenueCell[];
  of: (cell: RevenueCell) => string;
}) {
  const { t } = useTranslation('exchange');
  const sums = sumBy(props.cells, props.of).sort((one, other) => other[1] - one[1]);
  const shown = sums.slice(0, MOST_BARS);
  const option: PlotOption = {
    tooltip: { trigger: 'axis' },
    grid: { left: 8, right: 20, top: 12, bottom: 8, containLabel: true },
    xAxis: { type: 'value', axisLabel: { hideOverlap: true } },
    yAxis: {
      type: 'category',
      data: shown.map(([name]) => name),
      inverse: true,
      axisLabel: { width: 140, overflow: 'truncate' },
    },
    series: [{ type: 'bar', data: shown.map(([, yuan]) => yuan), color: '#0b6b60', barMaxWidth: 22 }],
  };
  return (
    <Panel title={props.name}>
      <Plot title={props.title} option={option} table={{ columns: [props.name, t('revenue.yuan')], rows: sums }} />
    </Panel>
  );
}
