import { PrinterOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select } from 'antd';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CoverLine,
  EVERYWHERE,
  SCENARIO_BOUNDS,
  SCENARIO_KINDS,
  STOCK_GROUPS,
  type StockProjection,
  type StockView,
  type Transfer,
} from '../../src/modules/signals/model.ts';
import { DISTRICT_MAP, useAddressValue, useAddressValues, useDistricts } from '../shell/index.ts';
import {
  DataTable,
  Empty,
  Facts,
  Failure,
  Figures,
  Loading,
  Page,
  Panel,
  Plot,
  type PlotOption,
  StatusTag,
} from '../ui/index.ts';
import { type Asked, SCENARIO_NUMBERS, useProjection, useScenario, useStocks } from './stocks-ask.ts';
import { Movements } from './stocks-move.tsx';
import { TakeCount } from './stocks-take.tsx';
import { named } from './watch-ask.ts';
import { coverOption } from './watch-plots.ts';
import './watch.css';

/** What is held where, and how long it lasts. */
export default function Stocks() {
  const { t } = useTranslation('signals');
  const asked = useScenario();
  const query = useStocks(asked);
  const view = query.data;
  const [item] = useAddressValue('item', '');
  return (
    <Page
      title={t('stocks.title')}
      about={t('stocks.about')}
      actions={
        <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
          {t('stocks.print')}
        </Button>
      }
    >
      <div className="stack">
        <ScenarioPanel asked={asked} view={view} />
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {view !== undefined && (
          <div className={query.isPlaceholderData ? 'stale stack' : 'stack'} aria-busy={query.isFetching}>
            {view.lines.length === 0 ? (
              <Panel>
                <Empty title={t('stocks.nothing')}>
                  {view.mayWrite ? t('stocks.nothingHow') : t('stocks.nothingRead')}
                </Empty>
              </Panel>
            ) : (
              <>
                <Numbers view={view} />
                <WhereShort view={view} />
                {item !== '' && <Projection asked={asked} />}
                <Cover view={view} />
                <Transfers view={view} />
              </>
            )}
            <Method view={view} />
          </div>
        )}
        {view?.mayWrite === true && (
          <>
            <Movements items={view.items} />
            <TakeCount />
          </>
        )}
      </div>
    </Page>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="watch-field">
      {label}
      {children}
    </div>
  );
}

function ScenarioPanel({ asked: { query, set }, view }: { asked: Asked; view: StockView | undefined }) {
  const { t } = useTranslation('signals');
  const [wanted] = useAddressValue('kind', 'base');
  const hidden: Record<string, readonly string[]> = {
    base: ['peak', 'durationDays', 'reproduction'],
    peak: ['reproduction'],
    disease: ['peak'],
  };
  const shown = SCENARIO_NUMBERS.filter((name) => hidden[wanted]?.includes(name) !== true);
  return (
    <Panel title={t('stocks.scenario')}>
      <div className="watch-filters">
        <Field label={t('stocks.kind')}>
          <Segmented
            size="small"
            aria-label={t('stocks.kind')}
            value={wanted}
            onChange={(value) => set('kind', String(value))}
            options={SCENARIO_KINDS.map((value) => ({ value, label: t(`stocks.kinds.${value}`) }))}
          />
        </Field>
        {wanted === 'disease' && (
          <Field label={t('stocks.disease')}>
            <Select
              aria-label={t('stocks.disease')}
              value={query['disease'] || null}
              placeholder={view?.diseases.length === 0 ? t('stocks.noDisease') : t('stocks.disease')}
              onChange={(value) => set('disease', value ?? '')}
              options={(view?.diseases ?? []).map(({ disease, name }) => ({ value: disease, label: named(name) }))}
            />
          </Field>
        )}
        {shown.map((name) => (
          <Field key={name} label={t(`stocks.${name}`)}>
            <Input
              key={query[name]}
              aria-label={t(`stocks.${name}`)}
              type="number"
              min={SCENARIO_BOUNDS[name][0]}
              max={SCENARIO_BOUNDS[name][1]}
              step={name.endsWith('Days') ? 1 : 'any'}
              defaultValue={query[name]}
              onBlur={(event) => event.target.value !== query[name] && set(name, event.target.value)}
              onPressEnter={(event) => set(name, event.currentTarget.value)}
            />
          </Field>
        ))}
        <Field label={t('stocks.orders')}>
          <Segmented
            aria-label={t('stocks.orders')}
            value={query['withOrders'] ?? 'true'}
            onChange={(value) => set('withOrders', String(value))}
            options={[
              { value: 'true', label: t('stocks.counted') },
              { value: 'false', label: t('stocks.notCounted') },
            ]}
          />
        </Field>
      </div>
    </Panel>
  );
}

function useNumber(): (value: number) => string {
  const { i18n } = useTranslation();
  return (value) => new Intl.NumberFormat(i18n.language, { maximumFractionDigits: value < 100 ? 1 : 0 }).format(value);
}

function useItems(view: Pick<StockView, 'items'>) {
  const items = new Map(view.items.map((item) => [item.id, item]));
  return {
    nameOf: (id: string) => {
      const item = items.get(id);
      return item === undefined ? id : named(item.name);
    },
    groupOf: (id: string) => items.get(id)?.group ?? 'medicine',
  };
}

function useCity(): (city: string) => string {
  const { t } = useTranslation('signals');
  const { nameOf } = useDistricts();
  return (city) => (city === EVERYWHERE ? t('stocks.everywhere') : nameOf(city));
}

function Numbers({ view: { lines, today, scenario } }: { view: StockView }) {
  const { t } = useTranslation('signals');
  const soon = lines.filter(({ orderBy }) => orderBy !== null && orderBy <= today).length;
  const later = lines.filter(({ shortage }) => shortage !== null).length;
  const below = lines.filter(({ reorder }) => reorder.isBelow).length;
  const lost = lines.reduce((sum, line) => sum + line.lost.length, 0);
  return (
    <Panel>
      <Figures
        figures={[
          {
            label: t('stocks.short'),
            value: soon,
            ...(soon > 0 && { tone: 'danger' as const }),
          },
          { label: t('stocks.shortAll'), value: later, unit: t('stocks.days', { count: scenario.horizonDays }) },
          { label: t('stocks.below'), value: below, ...(below > 0 && { tone: 'warning' as const }) },
          { label: t('stocks.lostLots'), value: lost },
        ]}
      />
    </Panel>
  );
}

/** The fewest days of any item in each city. */
function WhereShort({ view }: { view: StockView }) {
  const { t } = useTranslation('signals');
  const { map, codes } = useDistricts();
  const city = useCity();
  const { nameOf } = useItems(view);
  const { horizonDays } = view.scenario;
  const fewest = useMemo(() => {
    const found = new Map<string, { days: number; item: string }>();
    for (const { city: at, item, coverDays, perDay } of view.lines) {
      const days = coverDays ?? horizonDays;
      const known = found.get(at);
      if (at !== EVERYWHERE && perDay > 0 && (known === undefined || days < known.days)) found.set(at, { days, item });
    }
    return found;
  }, [view, horizonDays]);
  const option = useMemo(
    () =>
      coverOption(fewest, {
        map: DISTRICT_MAP,
        codes,
        most: horizonDays,
        textOf: (place) => {
          const found = fewest.get(place);
          return found === undefined
            ? city(place)
            : t('stocks.mapText', { place: city(place), count: Math.round(found.days), item: nameOf(found.item) });
        },
      }),
    [fewest, codes, horizonDays, city, nameOf, t],
  );
  if (fewest.size === 0 || map === undefined) return null;
  return (
    <Panel>
      <Plot
        title={t('stocks.map')}
        heightPx={320}
        option={option}
        map={map}
        note={t('stocks.mapNote')}
        table={{
          columns: [t('stocks.city'), t('stocks.mapDays'), t('stocks.item')],
          rows: [...fewest].map(([place, { days, item }]) => [city(place), Math.round(days), nameOf(item)]),
        }}
      />
    </Panel>
  );
}

function Cover({ view }: { view: StockView }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const city = useCity();
  const { nameOf, groupOf } = useItems(view);
  const [group, setGroup] = useAddressValue('group', '');
  const [place, setPlace] = useAddressValue('place', '');
  const { set } = useAddressValues();
  const { horizonDays } = view.scenario;
  const rows = view.lines.filter(
    (line) => (group === '' || groupOf(line.item) === group) && (place === '' || line.city === place),
  );
  const coverText = ({ coverDays, perDay }: CoverLine) => {
    if (coverDays !== null) return number(coverDays);
    return perDay === 0 ? t('stocks.noUse') : t('stocks.more', { count: horizonDays });
  };
  const toneOf = ({ coverDays, orderBy, perDay }: CoverLine) => {
    if (coverDays === null) return perDay === 0 ? 'neutral' : 'good';
    return orderBy !== null && orderBy <= view.today ? 'danger' : 'warning';
  };
  return (
    <DataTable<CoverLine>
      name="stock-cover"
      label={t('stocks.cover')}
      rowKey={({ item, city: at }) => `${item} ${at}`}
      source={{ rows }}
      few={60}
      sort={{ key: 'cover', descending: false }}
      filters={
        <>
          <Select
            aria-label={t('stocks.group')}
            value={group}
            onChange={setGroup}
            style={{ minWidth: 140 }}
            options={[
              { value: '', label: `${t('stocks.group')}: ${t('stocks.allGroups')}` },
              ...STOCK_GROUPS.map((value) => ({ value, label: t(`stocks.groups.${value}`) })),
            ]}
          />
          <Select
            aria-label={t('stocks.city')}
            value={place}
            onChange={setPlace}
            style={{ minWidth: 140 }}
            options={[
              { value: '', label: `${t('stocks.city')}: ${t('stocks.allGroups')}` },
              ...view.cities.map((value) => ({ value, label: city(value) })),
            ]}
          />
        </>
      }
      columns={[
        {
          key: 'item',
          title: t('stocks.item'),
          value: ({ item }) => nameOf(item),
          render: (line) => (
            <Button
              type="text"
              style={{
                padding: 0,
                textDecoration: 'underline',
                height: 'auto',
                whiteSpace: 'normal',
                textAlign: 'start',
              }}
              aria-label={t('stocks.show', { item: nameOf(line.item), city: city(line.city) })}
              onClick={() => set({ item: line.item, city: line.city })}
            >
              {nameOf(line.item)}
            </Button>
          ),
          sortable: true,
          phoneTitle: true,
        },
        { key: 'city', title: t('stocks.city'), value: (line) => city(line.city), sortable: true },
        { key: 'stock', title: t('stocks.stock'), value: ({ stock }) => stock, end: true, sortable: true },
        {
          key: 'perDay',
          title: t('stocks.perDay'),
          value: ({ perDay }) => perDay,
          render: ({ perDay }) => number(perDay),
          end: true,
          sortable: true,
        },
        {
          key: 'cover',
          title: t('stocks.coverDays'),
          value: ({ coverDays, perDay }) => coverDays ?? (perDay === 0 ? null : horizonDays),
          render: (line) => <StatusTag tone={toneOf(line)}>{coverText(line)}</StatusTag>,
          sortable: true,
        },
        { key: 'shortage', title: t('stocks.shortage'), value: ({ shortage }) => shortage, sortable: true },
        { key: 'orderBy', title: t('stocks.orderBy'), value: ({ orderBy }) => orderBy, sortable: true },
        {
          key: 'incoming',
          title: t('stocks.incoming'),
          value: ({ incoming }) => incoming,
          render: ({ incoming, overdue }) =>
            overdue === 0 ? number(incoming) : `${number(incoming)} (${t('stocks.overdue', { count: overdue })})`,
          end: true,
        },
        {
          key: 'reorder',
          title: t('stocks.reorder'),
          value: ({ reorder }) => reorder.point,
          render: ({ reorder }) =>
            reorder.isBelow ? <StatusTag tone="warning">{number(reorder.point)}</StatusTag> : number(reorder.point),
          end: true,
        },
        {
          key: 'lost',
          title: t('stocks.lost'),
          value: ({ lost }) => Math.round(lost.reduce((sum, { quantity }) => sum + quantity, 0)),
          end: true,
        },
      ]}
    />
  );
}

function Projection({ asked }: { asked: Asked }) {
  const { t } = useTranslation('signals');
  const [item, setItem] = useAddressValue('item', '');
  const [city] = useAddressValue('city', EVERYWHERE);
  const query = useProjection(asked, item, city);
  const cityName = useCity();
  const projection = query.data;
  return (
    <Panel
      title={
        projection === undefined
          ? t('stocks.title')
          : t('stocks.projection', { item: named(projection.item.name), city: cityName(projection.city) })
      }
      actions={
        <Button size="small" onClick={() => setItem('')}>
          {t('stocks.close')}
        </Button>
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {projection !== undefined && <Projected projection={projection} disease={asked.query['disease'] ?? ''} />}
    </Panel>
  );
}

function Projected({ projection, disease }: { projection: StockProjection; disease: string }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const { item, line, days, holdings } = projection;
  const { reorder } = line;
  const one = item.perCase.find((each) => each.disease === disease);
  return (
    <div className="stack">
      <Plot
        title={t('stocks.held')}
        heightPx={300}
        option={stockOption(projection, {
          held: t('stocks.held'),
          demand: t('stocks.demand'),
          missing: t('stocks.missing'),
          shortage: t('stocks.shortage'),
          reorder: t('stocks.reorder'),
        })}
        table={{
          columns: [
            t('stocks.day'),
            t('stocks.held'),
            t('stocks.demand'),
            t('stocks.arriving'),
            t('stocks.lostDay'),
            t('stocks.missing'),
          ],
          rows: days.map((each) => [
            each.day,
            ...[each.stock, each.demand, each.arriving, each.lost, each.missing].map(
              (value) => Math.round(value * 10) / 10,
            ),
          ]),
        }}
        note={t('stocks.methods.coverText')}
      />
      <Facts
        facts={[
          [t('stocks.shortage'), line.shortage],
          [t('stocks.orderBy'), line.orderBy],
          [t('stocks.perDay'), `${number(line.perDay)} ${named(item.unit)}`],
          [t('stocks.observed'), t('stocks.days', { count: line.observedDays })],
          [t('stocks.cases'), line.casesPerDay > 0 && number(line.casesPerDay)],
          [
            t('stocks.perCase'),
            one !== undefined &&
              t('stocks.perCaseValue', {
                quantity: one.quantity,
                unit: named(item.unit),
                source: one.source ?? t('stocks.none'),
                assumed: one.assumed ?? t('stocks.none'),
              }),
          ],
          [
            t('stocks.reorder'),
            t('stocks.reorderHow', {
              lead: number(reorder.leadUse),
              safety: number(reorder.safety),
              point: number(reorder.point),
              position: number(reorder.position),
            }),
          ],
        ]}
      />
      <DataTable<StockProjection['holdings'][number]>
        name={`stock-${item.id}`}
        label={t('stocks.lots')}
        rowKey={(lot) => `${lot.organization} ${lot.site} ${lot.lot}`}
        source={{ rows: holdings }}
        searchable={false}
        few={20}
        columns={[
          { key: 'site', title: t('stocks.site'), value: ({ name }) => name, phoneTitle: true },
          { key: 'lot', title: t('stocks.lot'), value: ({ lot }) => lot },
          { key: 'expires', title: t('stocks.expires'), value: ({ expires }) => expires },
          { key: 'quantity', title: t('stocks.quantity'), value: ({ quantity }) => quantity, end: true },
        ]}
      />
    </div>
  );
}

interface PlotWords {
  held: string;
  demand: string;
  missing: string;
  shortage: string;
  reorder: string;
}

/** Stock as an area, use and what is missing as lines; the first day of shortage and the reorder point are marked. */
function stockOption({ days, line }: StockProjection, words: PlotWords): PlotOption {
  const rounded = (value: number) => Math.round(value * 10) / 10;
  return {
    tooltip: { trigger: 'axis' },
    legend: { type: 'scroll', top: 0 },
    grid: { left: 8, right: 20, top: 48, bottom: 8, containLabel: true },
    xAxis: { type: 'category', data: days.map(({ day }) => day) },
    yAxis: { type: 'value', min: 0 },
    series: [
      {
        type: 'line',
        name: words.held,
        color: '#009e73',
        showSymbol: false,
        areaStyle: { opacity: 0.15 },
        data: days.map(({ stock }) => rounded(stock)),
        markLine: {
          symbol: 'none',
          data: [
            {
              yAxis: line.reorder.point,
              name: words.reorder,
              label: { formatter: words.reorder, position: 'insideEndTop' },
            },
            ...(line.shortage === null
              ? []
              : [
                  {
                    xAxis: line.shortage,
                    label: { formatter: `${words.shortage} ${line.shortage}`, position: 'insideEndTop' },
                  },
                ]),
          ],
        },
      },
      {
        type: 'line',
        name: words.demand,
        color: '#0072b2',
        showSymbol: false,
        data: days.map(({ demand }) => rounded(demand)),
      },
      ...(line.shortage === null
        ? []
        : [
            {
              type: 'line',
              name: words.missing,
              color: '#d55e00',
              lineStyle: { type: 'dashed' },
              showSymbol: false,
              data: days.map(({ missing }) => rounded(missing)),
            },
          ]),
    ],
  };
}

function Transfers({ view }: { view: StockView }) {
  const { t } = useTranslation('signals');
  const number = useNumber();
  const city = useCity();
  const { nameOf } = useItems(view);
  const daysOf = (days: number | null) => (days === null ? t('stocks.noUse') : number(days));
  const change = ([before, after]: Transfer['giver']) =>
    t('stocks.change', { before: daysOf(before), after: daysOf(after) });
  return (
    <Panel title={t('stocks.transfers')} flush>
      <DataTable<Transfer>
        name="stock-transfers"
        label={t('stocks.moveList')}
        rowKey={({ item, from, to }) => `${item} ${from} ${to}`}
        source={{ rows: view.transfers }}
        emptyText={t('stocks.noTransfers')}
        few={20}
        searchable={false}
        columns={[
          { key: 'item', title: t('stocks.item'), value: ({ item }) => nameOf(item), phoneTitle: true },
          { key: 'from', title: t('stocks.from'), value: ({ from }) => city(from) },
          { key: 'to', title: t('stocks.to'), value: ({ to }) => city(to) },
          { key: 'quantity', title: t('stocks.quantity'), value: ({ quantity }) => quantity, end: true },
          { key: 'giver', title: t('stocks.giver'), value: ({ giver }) => change(giver), end: true },
          { key: 'taker', title: t('stocks.taker'), value: ({ taker }) => change(taker), end: true },
        ]}
      />
      <p className="quiet" style={{ padding: '0 16px' }}>
        {t('stocks.transferNote')}
      </p>
    </Panel>
  );
}

const METHODS = ['use', 'peak', 'outbreak', 'cover', 'reorder'] as const;

function Method({ view: { diseases } }: { view: StockView }) {
  const { t } = useTranslation('signals');
  const generation = diseases.map(({ name, generationDays, isAssumed }) =>
    t(isAssumed ? 'stocks.methods.generationAssumed' : 'stocks.methods.generationText', {
      disease: named(name),
      count: generationDays,
    }),
  );
  return (
    <Panel title={t('stocks.method')}>
      <Facts
        facts={[
          ...METHODS.map((name) => [t(`stocks.methods.${name}`), t(`stocks.methods.${name}Text`)] as const),
          [t('stocks.methods.generation'), generation.join('; ')],
        ]}
      />
    </Panel>
  );
}
