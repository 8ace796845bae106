import { DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  FUND_RATIOS,
  type FundHolding,
  type FundPage,
  type IlpaLine,
  type IlpaReport,
  PROPERTIES,
} from '../../src/modules/cluster/model.ts';
import { api, Go, language, useAddressValue, useAddressValues, usePathValue } from '../shell/index.ts';
import { DataTable, Facts, Failure, Figures, Loading, Page, Panel, Plot, Tabs } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { AddressSwitch, percent, useFigureWords, useFund, useMoney, useSaved } from './fund-ask.tsx';
import { Books } from './fund-books.tsx';
import { curveOption } from './fund-plots.ts';
import './record.css';
import { nameOf } from './record-ask.ts';
import { ThingLink } from './said.tsx';

/** A fund: its figures on a day, what it holds, its books and its quarterly form. */
export default function Fund() {
  const { t } = useTranslation('cluster');
  const id = usePathValue('id');
  const { values, set } = useAddressValues();
  const of = (name: string): string => String(values[name] ?? '');
  const query = useFund(id, { at: of('at'), index: of('index'), through: of('through') });
  const page = query.data;
  const [part, setPart] = useAddressValue('part', 'figures');
  return (
    <Page
      title={page === undefined ? t('funds.name') : nameOf(page)}
      about={
        page?.mother != null && (
          <>
            {t('funds.mother')}: <Go to={`/cluster/funds/${page.mother.id}`}>{nameOf(page.mother)}</Go>
          </>
        )
      }
      trail={<Go to="/cluster/funds">{t('funds.title')}</Go>}
      actions={page !== undefined && <Go to={`/cluster/things/${page.id}`}>{t('fund.profile')}</Go>}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && (
        <div className="stack">
          {page.example && (
            <div>
              <ExampleTag on />
            </div>
          )}
          {!page.open && (
            <p>{page.keeperName === null ? t('fund.noBooks') : t('fund.shut', { keeper: page.keeperName })}</p>
          )}
          {page.stated.length > 0 && <Stated page={page} />}
          {page.open && (
            <>
              <div className="row no-print">
                <span className="row">
                  {t('fund.at')}
                  <Input
                    aria-label={t('fund.at')}
                    type="date"
                    value={page.figures.at}
                    onChange={(event) => set({ at: event.target.value })}
                    style={{ width: 160 }}
                  />
                </span>
                <Select
                  aria-label={t('fund.index')}
                  value={of('index')}
                  onChange={(index) => set({ index })}
                  options={[
                    { value: '', label: `${t('fund.index')}: ${t('fund.noIndex')}` },
                    ...page.indices.map((index) => ({ value: index.id, label: nameOf(index) })),
                  ]}
                  style={{ minWidth: 220 }}
                />
                <AddressSwitch name="through" label={t('fund.through')} />
              </div>
              <Tabs
                label={t('fund.parts')}
                active={part}
                choose={setPart}
                tabs={[
                  { key: 'figures', label: t('fund.overview'), content: () => <Overview page={page} /> },
                  { key: 'holdings', label: t('fund.holdings'), content: () => <Holdings page={page} /> },
                  { key: 'books', label: t('fund.books'), content: () => <Books page={page} /> },
                  {
                    key: 'form',
                    label: t('fund.form'),
                    content: () => <QuarterlyForm id={page.id} at={page.figures.at} />,
                  },
                ]}
              />
            </>
          )}
          {!page.open && <RatioTable page={page} />}
        </div>
      )}
    </Page>
  );
}

/** Figures that documents state, each with its quote, and shares that follow by division. */
function Stated({ page }: { page: FundPage }) {
  const { t } = useTranslation('cluster');
  const money = useMoney();
  const property = (name: string): string => PROPERTIES[name]?.[language()] ?? name;
  const value = (unit: string | null, amount: number): string =>
    unit === 'fen' ? money(amount) : amount.toLocaleString(language());
  const rows = [
    ...page.stated.map((each) => ({ ...each, told: value(each.unit, each.value) })),
    ...page.derived.map(({ name, of, value: share }) => ({
      property: name,
      told: percent(share),
      asOf: null,
      quote: null,
      source: t('fund.share', { part: property(of[0]), whole: property(of[1]) }),
    })),
  ];
  return (
    <Panel title={t('fund.stated')}>
      <DataTable
        name={`fund-stated-${page.id}`}
        label={t('funds.table', { name: t('fund.stated') })}
        searchable={false}
        rowKey={(row) => row.property}
        source={{ rows }}
        columns={[
          { key: 'property', title: t('fund.property'), value: (row) => property(row.property), phoneTitle: true },
          { key: 'value', title: t('fund.result'), value: (row) => row.told, end: true },
          { key: 'asOf', title: t('fund.day'), value: (row) => row.asOf },
          { key: 'quote', title: t('fund.quote'), value: (row) => row.quote },
          { key: 'source', title: t('fund.source'), value: (row) => row.source },
        ]}
      />
      <p className="quiet">{t('fund.statedNote')}</p>
    </Panel>
  );
}

function Overview({ page }: { page: FundPage }) {
  const { t } = useTranslation('cluster');
  const money = useMoney();
  const words = useFigureWords();
  const { sums, value, ratios } = page.figures;
  const options = curveOption(page.curve, {
    called: t('fund.called'),
    distributed: t('fund.distributed'),
    net: t('fund.net'),
    value: t('fund.value'),
    money,
  });
  return (
    <div className="stack">
      <Figures
        figures={[
          { label: t('fund.called'), value: money(sums?.called) },
          { label: t('fund.distributed'), value: money(sums?.distributed) },
          { label: t('fund.value'), value: money(value === null ? null : value.fen + value.movedFen) },
          ...(['tvpi', 'dpi', 'netRate'] as const).map((name) => ({
            label: t(`fund.names.${name}`),
            value: words(ratios[name], name),
          })),
        ]}
      />
      {page.curve.length > 0 && (
        <Panel>
          <Plot
            title={t('fund.curve')}
            option={options}
            note={t('fund.curveNote')}
            table={{
              columns: [t('fund.day'), t('fund.called'), t('fund.distributed'), t('fund.net'), t('fund.value')],
              rows: page.curve.map(({ day, called, distributed, net, value: worth }) => [
                day,
                called / 100,
                distributed / 100,
                net / 100,
                worth === null ? null : worth / 100,
              ]),
            }}
          />
        </Panel>
      )}
      <RatioTable page={page} />
      <Panel title={t('fund.sums')}>
        <Facts
          facts={[
            [t('fund.committed'), money(sums?.committed)],
            [t('fund.called'), money(sums?.called)],
            [t('fund.distributed'), money(sums?.distributed)],
            [t('fund.recallable'), money(sums?.recallable)],
            [t('fund.unfunded'), money(sums?.unfunded)],
            [
              t('fund.value'),
              value === null
                ? t('funds.unknown')
                : `${money(value.fen + value.movedFen)}. ${t('fund.valueNote', { day: value.day, method: t(`fund.methods.${value.method}`), source: value.source })}${value.movedFen === 0 ? '' : ` ${t('fund.valueMoved', { amount: money(value.movedFen) })}`}`,
            ],
            [
              t('fund.bridge'),
              sums !== null &&
                t('fund.bridgeAbout', {
                  gross: words(ratios.grossRate, 'grossRate'),
                  net: words(ratios.netRate, 'netRate'),
                  fees: money(sums.managementFees),
                  expenses: money(sums.expenses),
                  carry: money(sums.carry),
                }),
            ],
          ]}
        />
      </Panel>
    </div>
  );
}

function RatioTable({ page }: { page: FundPage }) {
  const { t } = useTranslation('cluster');
  const words = useFigureWords();
  const rows = FUND_RATIOS.map((name) => ({ name, figure: page.figures.ratios[name] }));
  return (
    <Panel title={t('fund.ratios')} flush>
      <DataTable
        name={`fund-figures-${page.id}`}
        label={t('funds.table', { name: t('fund.ratios') })}
        searchable={false}
        rowKey={({ name }) => name}
        source={{ rows }}
        columns={[
          { key: 'name', title: t('fund.figure'), value: ({ name }) => t(`fund.names.${name}`), phoneTitle: true },
          { key: 'result', title: t('fund.result'), value: ({ name, figure }) => words(figure, name), end: true },
          {
            key: 'working',
            title: t('fund.working'),
            value: ({ figure }) => ('lacks' in figure ? '' : figure.working),
          },
        ]}
      />
    </Panel>
  );
}

function Holdings({ page }: { page: FundPage }) {
  const { t } = useTranslation('cluster');
  const money = useMoney();
  const words = useFigureWords();
  return (
    <div className="stack">
      <DataTable<FundHolding>
        name={`fund-holdings-${page.id}`}
        label={t('fund.holdings')}
        rowKey={({ thing, through }) => `${thing.id} ${through?.fund.id ?? ''}`}
        source={{ rows: page.holdings }}
        emptyText={t('fund.noHoldings')}
        columns={[
          {
            key: 'holding',
            title: t('fund.holding'),
            value: ({ thing }) => nameOf(thing),
            render: ({ thing, through }) => (
              <>
                <ThingLink thing={thing} {...(thing.kind === 'fund' && { to: `/cluster/funds/${thing.id}` })} />
                {through !== null && (
                  <div className="quiet">
                    {t('fund.throughFund', { share: percent(through.share), fund: nameOf(through.fund) })}
                  </div>
                )}
              </>
            ),
            phoneTitle: true,
          },
          {
            key: 'place',
            title: t('fund.place'),
            value: ({ place }) => (place === null ? t('funds.unknown') : nameOf(place)),
          },
          {
            key: 'stake',
            title: t('fund.stake'),
            value: ({ stakePpm }) => (stakePpm === null ? t('funds.unknown') : percent(stakePpm / 1e6)),
            end: true,
          },
          { key: 'cost', title: t('fund.cost'), value: ({ costFen }) => money(costFen), end: true },
          { key: 'back', title: t('fund.back'), value: ({ proceedsFen }) => money(proceedsFen), end: true },
          {
            key: 'value',
            title: t('fund.worth'),
            value: ({ value }) =>
              value === null
                ? t('funds.unknown')
                : `${money(value.fen)} (${value.day}, ${t(`fund.methods.${value.method}`)})`,
            end: true,
          },
          { key: 'rate', title: t('fund.rate'), value: ({ rate }) => words(rate, 'netRate'), end: true },
        ]}
      />
      {page.places.length > 0 && (
        <Panel title={t('fund.places')}>
          <DataTable
            name={`fund-places-${page.id}`}
            label={t('funds.table', { name: t('fund.places') })}
            searchable={false}
            rowKey={({ place }) => place?.id ?? ''}
            source={{ rows: page.places }}
            columns={[
              {
                key: 'place',
                title: t('fund.place'),
                value: ({ place }) => (place === null ? t('fund.noPlace') : nameOf(place)),
                phoneTitle: true,
              },
              { key: 'cost', title: t('fund.cost'), value: ({ costFen }) => money(costFen), end: true },
              {
                key: 'share',
                title: t('fund.ofCalled'),
                value: ({ ofCalled }) => (ofCalled === null ? '' : percent(ofCalled)),
                end: true,
              },
            ]}
          />
          <p className="quiet">{t('fund.placesNote')}</p>
        </Panel>
      )}
      {page.subFunds.length > 0 && (
        <Panel title={t('fund.subFunds')}>
          {page.subFunds.map((fund) => (
            <div key={fund.id}>
              <ThingLink thing={fund} to={`/cluster/funds/${fund.id}`} />
            </div>
          ))}
        </Panel>
      )}
    </div>
  );
}

/** The quarter before the day, which is over. */
function lastQuarter(day: string): string {
  const [year, quarter] = [Number(day.slice(0, 4)), Math.ceil(Number(day.slice(5, 7)) / 3)];
  return quarter === 1 ? `${year - 1}-Q4` : `${year}-Q${quarter - 1}`;
}

function QuarterlyForm({ id, at }: { id: string; at: string }) {
  const { t } = useTranslation('cluster');
  const money = useMoney();
  const [quarter, setQuarter] = useAddressValue('quarter', lastQuarter(at));
  const path = `/api/cluster/funds/${id}/ilpa?quarter=${quarter}`;
  const query = useQuery({
    queryKey: ['cluster', 'ilpa', id, quarter],
    queryFn: ({ signal }) => api.get<IlpaReport>(path, { signal }),
  });
  const saved = useSaved(`fund-${quarter}.xlsx`, `${path}&format=xlsx`);
  const quarters = Array.from({ length: 12 }, (_, back) => {
    const months = Number(at.slice(0, 4)) * 4 + Math.ceil(Number(at.slice(5, 7)) / 3) - 1 - back;
    return `${Math.floor(months / 4)}-Q${(months % 4) + 1}`;
  });
  const amount = (name: 'quarter' | 'year' | 'inception') => ({
    key: name,
    title: t({ quarter: 'fund.inQuarter', year: 'fund.inYear', inception: 'fund.sinceStart' }[name]),
    value: (line: IlpaLine) => money(line[name]),
    end: true,
  });
  return (
    <div className="stack">
      <div className="row no-print">
        <Select
          aria-label={t('fund.quarter')}
          value={quarter}
          onChange={setQuarter}
          options={quarters.map((each) => ({ value: each, label: each }))}
          style={{ width: 130 }}
        />
        <Button icon={<DownloadOutlined />} loading={saved.isPending} onClick={() => saved.mutate()}>
          {t('fund.workbook')}
        </Button>
      </div>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <p className="quiet">
          {t('fund.kept', {
            kept: query.data.reporting.filter(({ isKept }) => isKept).length,
            all: query.data.reporting.length,
          })}
        </p>
      )}
      {query.isSuccess && (
        <DataTable<IlpaLine>
          name={`fund-form-${quarter}`}
          label={t('fund.form')}
          searchable={false}
          rowKey={({ code }) => code}
          source={{ rows: query.data.reporting }}
          columns={[
            { key: 'part', title: t('fund.formPart'), value: ({ part }) => t(`fund.formParts.${part}`) },
            { key: 'code', title: t('fund.line'), value: ({ code }) => t(`fund.lines.${code}`), phoneTitle: true },
            ...(['quarter', 'year', 'inception'] as const).map(amount),
          ]}
        />
      )}
      <p className="quiet">{t('fund.formNote')}</p>
    </div>
  );
}
