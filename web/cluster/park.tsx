import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GivenFigures, Lease, ParkSpace, UnitLine } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue, usePathValue } from '../shell/index.ts';
import { DataTable, Empty, Failure, Figures, Loading, Page, Panel, Plot, StatusTag, Tabs, Time } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { useFigureColumns } from './figure-columns.tsx';
import { FormDialog } from './form-dialog.tsx';
import { UnitForm, UnitPanel } from './park-unit.tsx';
import { send, UNIT_TONES, useAct, useAmounts, useParkDesk, useParkSpace } from './parks-ask.ts';
import { Requests } from './requests.tsx';
import { StackPlan } from './stack-plan.tsx';
import './parks.css';

/** A park: how full it is, its units, its tenants, what they ask. */
export default function Park() {
  const query = useParkSpace(usePathValue('id'));
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Shown space={query.data} />;
}

function Shown({ space }: { space: ParkSpace }) {
  const { t } = useTranslation('cluster');
  const { named, percent, area, number, money } = useAmounts();
  const { park, figures, units, mayManage } = space;
  const [view, setView] = useAddressValue('view', 'plan');
  const [chosen, setChosen] = useAddressValue('unit');
  const [adding, setAdding] = useState(false);
  const unit = units.find(({ id }) => id === chosen);
  const told = [
    { label: t('parks.occupancy'), value: percent(figures.occupancy) },
    { label: t('parks.let'), value: area(figures.letM2) },
    { label: t('parks.free'), value: area(figures.freeM2) },
    { label: t('parks.reserved'), value: area(figures.reservedM2) },
  ];
  const managed = [
    { label: t('parks.walt'), value: number(figures.waltAreaYears, 1), unit: t('parks.years') },
    { label: t('parks.rentMonth'), value: money(figures.rentFen) },
    {
      label: t('parks.satisfaction'),
      value:
        figures.satisfaction === null
          ? t('parks.unknown')
          : `${number(figures.satisfaction.mean, 1)} / 5 (${figures.satisfaction.marks})`,
    },
  ];
  const tabs = [
    {
      key: 'plan',
      label: t('parks.plan'),
      content: () => (
        <div className="stack">
          {units.length === 0 ? (
            <Empty title={t('parks.noUnits')}>{t('parks.noUnitsAbout')}</Empty>
          ) : (
            <StackPlan units={units} chosen={chosen} />
          )}
          {unit !== undefined && <UnitPanel space={space} unit={unit} close={() => setChosen('')} />}
        </div>
      ),
    },
    { key: 'units', label: t('parks.units'), content: () => <Units space={space} /> },
  ];
  if (mayManage)
    tabs.push(
      { key: 'leases', label: t('parks.leases'), content: () => <Leases space={space} /> },
      { key: 'tenants', label: t('parks.requests'), content: () => <Desk park={park.id} /> },
    );
  return (
    <Page
      title={named(park)}
      about={
        <span className="row">
          <ExampleTag on={park.example} />
          <Go to={`/cluster/things/${park.id}`}>{t('parks.profile')}</Go>
        </span>
      }
      actions={
        mayManage && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
            {t('parks.addUnit')}
          </Button>
        )
      }
    >
      <Figures figures={mayManage ? [...told, ...managed] : told} />
      <Tabs label={named(park)} active={view} choose={setView} tabs={tabs} />
      {adding && <UnitForm park={park.id} close={() => setAdding(false)} />}
    </Page>
  );
}

export function UnitTag({ unit }: { unit: Pick<UnitLine, 'state'> }) {
  const { t } = useTranslation('cluster');
  return <StatusTag tone={UNIT_TONES[unit.state]}>{t(`parks.states.${unit.state}`)}</StatusTag>;
}

function Units({ space: { park, units } }: { space: ParkSpace }) {
  const { t } = useTranslation('cluster');
  const { number, yuan, named } = useAmounts();
  const known = (key: 'clearHeightM' | 'floorLoadKnM2' | 'powerKva', title: string) => ({
    key,
    title,
    sortable: true,
    end: true,
    value: (unit: UnitLine) => unit[key],
    render: (unit: UnitLine) => number(unit[key], 1),
  });
  return (
    <DataTable<UnitLine>
      name={`units-${park.id}`}
      label={t('parks.units')}
      rowKey={({ id }) => id}
      source={{ rows: units }}
      columns={[
        {
          key: 'name',
          title: t('parks.unit'),
          value: ({ building, name }) => `${building} ${name}`,
          render: (unit) => (
            <Go to={`/cluster/parks/${park.id}?unit=${unit.id}`}>{`${unit.building} · ${unit.name}`}</Go>
          ),
          sortable: true,
          phoneTitle: true,
        },
        {
          key: 'state',
          title: t('parks.state'),
          value: ({ state }) => t(`parks.states.${state}`),
          render: (unit) => <UnitTag unit={unit} />,
          sortable: true,
        },
        {
          key: 'tenant',
          title: t('parks.tenant'),
          value: ({ lease, reservation }) =>
            lease === null
              ? (reservation?.holderName ?? '')
              : named({ name: lease.tenantName, nameZh: lease.tenantNameZh }),
        },
        { key: 'areaM2', title: t('parks.areaM2'), value: ({ areaM2 }) => areaM2, sortable: true, end: true },
        known('clearHeightM', t('parks.heightM')),
        known('floorLoadKnM2', t('parks.loadKn')),
        known('powerKva', t('parks.powerKva')),
        {
          key: 'gmp',
          title: t('parks.gmp'),
          value: ({ gmp }) => (gmp === null ? t('parks.unknown') : t(`parks.grades.${gmp}`)),
        },
        {
          key: 'price',
          title: t('parks.price'),
          value: ({ priceFenM2 }) => (priceFenM2 === null ? null : priceFenM2 / 100),
          render: ({ priceFenM2 }) => yuan(priceFenM2),
          sortable: true,
          end: true,
        },
        { key: 'free', title: t('parks.freeFrom'), value: ({ freeFrom }) => freeFrom, sortable: true },
      ]}
    />
  );
}

/** The rent roll, and what ends when. */
function Leases({ space: { park, leases, figures } }: { space: ParkSpace }) {
  const { t } = useTranslation('cluster');
  const { yuan, number, area, named } = useAmounts();
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const rentOf = ({ rent }: Lease) => (rent.findLast(({ from }) => from <= day) ?? rent[0])?.fenM2 ?? 0;
  return (
    <div className="stack">
      <Panel>
        <Plot
          title={t('parks.expiries')}
          heightPx={220}
          option={{
            tooltip: { trigger: 'axis' },
            xAxis: { type: 'category', data: figures.expiries.map(({ quarter }) => quarter) },
            yAxis: { type: 'value', name: 'm²' },
            series: [{ type: 'bar', data: figures.expiries.map(({ areaM2 }) => areaM2) }],
          }}
          table={{
            columns: [t('parks.quarter'), t('parks.leases'), t('parks.areaM2'), t('parks.rentMonth')],
            rows: figures.expiries.map(({ quarter, leases: count, areaM2, rentFen }) => [
              quarter,
              count,
              areaM2,
              rentFen / 100,
            ]),
          }}
          note={t('parks.waltNote', { area: number(figures.waltAreaYears, 2), rent: number(figures.waltRentYears, 2) })}
        />
      </Panel>
      <DataTable<Lease>
        name={`rent-roll-${park.id}`}
        label={t('parks.leases')}
        rowKey={({ id }) => id}
        source={{ rows: leases }}
        emptyText={t('parks.noLeases')}
        columns={[
          {
            key: 'unit',
            title: t('parks.unit'),
            value: ({ unitName }) => unitName,
            render: ({ unit, unitName }) => <Go to={`/cluster/parks/${park.id}?unit=${unit}`}>{unitName}</Go>,
            sortable: true,
            phoneTitle: true,
          },
          {
            key: 'tenant',
            title: t('parks.tenant'),
            value: ({ tenantName, tenantNameZh }) => named({ name: tenantName, nameZh: tenantNameZh }),
            sortable: true,
          },
          {
            key: 'area',
            title: t('parks.areaM2'),
            value: ({ areaM2 }) => areaM2,
            render: ({ areaM2 }) => area(areaM2),
            sortable: true,
            end: true,
          },
          {
            key: 'starts',
            title: t('parks.starts'),
            value: ({ starts }) => starts,
            render: ({ starts }) => <time dateTime={starts}>{starts}</time>,
            sortable: true,
          },
          {
            key: 'ends',
            title: t('parks.ends'),
            value: ({ ends, ended }) => ended ?? ends,
            render: ({ ends, ended }) => <time dateTime={ended ?? ends}>{ended ?? ends}</time>,
            sortable: true,
          },
          {
            key: 'rent',
            title: t('parks.rentM2'),
            value: (lease) => rentOf(lease) / 100,
            render: (lease) => yuan(rentOf(lease)),
            sortable: true,
            end: true,
          },
          {
            key: 'month',
            title: t('parks.rentMonth'),
            value: (lease) => Math.round(rentOf(lease) * lease.areaM2) / 100,
            render: (lease) => yuan(Math.round(rentOf(lease) * lease.areaM2)),
            sortable: true,
            end: true,
          },
          {
            key: 'deposit',
            title: t('parks.deposit'),
            value: ({ depositFen }) => depositFen / 100,
            render: ({ depositFen }) => yuan(depositFen),
            end: true,
          },
          { key: 'notice', title: t('parks.notice'), value: ({ noticeDays }) => noticeDays, end: true },
        ]}
      />
    </div>
  );
}

function Desk({ park }: { park: string }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const figureColumns = useFigureColumns();
  const [telling, setTelling] = useState(false);
  const query = useParkDesk(park, true);
  const tell = useAct(
    (body: object) => send.post(`/parks/${park}/notices`, body),
    () => setTelling(false),
  );
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  const { requests, notices, figures } = query.data;
  return (
    <div className="stack">
      <Requests requests={requests} isPark />
      <Panel
        title={t('portal.notices')}
        actions={
          <Button size="small" onClick={() => setTelling(true)}>
            {t('portal.tell')}
          </Button>
        }
      >
        {notices.length === 0 && <Empty title={t('portal.noNotices')} />}
        <ul className="relay-list">
          {notices.map(({ id, title, words, at }) => (
            <li key={id}>
              <div>
                <strong>{title}</strong>
                <div>{words}</div>
              </div>
              <Time at={at} form="relative" />
            </li>
          ))}
        </ul>
      </Panel>
      <DataTable<GivenFigures>
        name="tenant-figures"
        label={t('portal.figures')}
        rowKey={({ tenant, quarter }) => `${tenant} ${quarter}`}
        source={{ rows: figures }}
        emptyText={t('portal.noFigures')}
        columns={[
          {
            key: 'tenant',
            title: t('parks.tenant'),
            value: ({ tenantName, tenantNameZh }) => named({ name: tenantName, nameZh: tenantNameZh }),
            phoneTitle: true,
          },
          { key: 'quarter', title: t('parks.quarter'), value: ({ quarter }) => quarter, sortable: true },
          ...figureColumns,
        ]}
      />
      {telling && (
        <FormDialog
          title={t('portal.tell')}
          act={t('portal.tellAct')}
          busy={tell.isPending}
          close={() => setTelling(false)}
          send={(filled) => tell.mutate(filled)}
          fields={[
            { name: 'title', label: t('portal.subject'), needed: true },
            { name: 'until', label: t('portal.until'), kind: 'date' },
            { name: 'words', label: t('projects.words'), kind: 'long', needed: true },
          ]}
        />
      )}
    </div>
  );
}
