import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type GivenFigures,
  type Lease,
  type Portal as PortalData,
  REQUEST_KINDS,
} from '../../src/modules/cluster/model.ts';
import { Go } from '../shell/index.ts';
import { DataTable, Empty, Failure, Loading, Page, Panel, StatusTag, Time, useNotice } from '../ui/index.ts';
import { useFigureColumns } from './figure-columns.tsx';
import { FormDialog } from './form-dialog.tsx';
import { send, today, useAct, useAmounts, usePortal } from './parks-ask.ts';
import { Requests } from './requests.tsx';
import './parks.css';

/** A tenant's side: what it rents, asks, is told and gives back. */
export default function Portal() {
  const query = usePortal();
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return <Shown portal={query.data} />;
}

function Shown({ portal }: { portal: PortalData }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const [doing, setDoing] = useState<'ask' | 'give'>();
  const day = today();
  const running = portal.leases.filter(({ starts, ends, ended }) => starts <= day && day <= (ended ?? ends));
  return (
    <Page
      title={t('portal.title')}
      about={t('portal.about')}
      actions={
        running.length > 0 && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setDoing('ask')}>
            {t('portal.ask')}
          </Button>
        )
      }
    >
      {portal.tenants.length === 0 ? (
        <Empty title={t('portal.speaksForNone')}>{t('portal.speaksForNoneAbout')}</Empty>
      ) : (
        <>
          {portal.notices.length > 0 && (
            <Panel title={t('portal.notices')}>
              <ul className="relay-list">
                {portal.notices.map(({ id, title, words, parkName, parkNameZh, at }) => (
                  <li key={id}>
                    <div>
                      <strong>{title}</strong>
                      <div>{words}</div>
                    </div>
                    <span className="quiet">
                      {named({ name: parkName, nameZh: parkNameZh })} · <Time at={at} form="relative" />
                    </span>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
          <Requests requests={portal.requests} />
          <Rented portal={portal} />
          <Given portal={portal} give={() => setDoing('give')} />
        </>
      )}
      {doing === 'ask' && <AskForm leases={running} close={() => setDoing(undefined)} />}
      {doing === 'give' && <GiveForm portal={portal} close={() => setDoing(undefined)} />}
    </Page>
  );
}

function Rented({ portal: { leases, reservations } }: { portal: PortalData }) {
  const { t } = useTranslation('cluster');
  const { area, yuan, named } = useAmounts();
  return (
    <>
      <DataTable<Lease>
        name="leases"
        label={t('parks.leases')}
        rowKey={({ id }) => id}
        source={{ rows: leases }}
        searchable={false}
        emptyText={t('portal.noLeases')}
        columns={[
          {
            key: 'unit',
            title: t('parks.unit'),
            value: ({ unitName }) => unitName,
            render: ({ park, unit, unitName }) => <Go to={`/cluster/parks/${park}?unit=${unit}`}>{unitName}</Go>,
            phoneTitle: true,
          },
          {
            key: 'tenant',
            title: t('parks.tenant'),
            value: ({ tenantName, tenantNameZh }) => named({ name: tenantName, nameZh: tenantNameZh }),
          },
          {
            key: 'area',
            title: t('parks.areaM2'),
            value: ({ areaM2 }) => areaM2,
            render: ({ areaM2 }) => area(areaM2),
            end: true,
          },
          { key: 'term', title: t('parks.term'), value: ({ starts, ends, ended }) => `${starts} – ${ended ?? ends}` },
          {
            key: 'rent',
            title: t('parks.rentSteps'),
            value: ({ rent }) => rent.map(({ from, fenM2 }) => `${from}: ${yuan(fenM2)}`).join('; '),
          },
          { key: 'notice', title: t('parks.notice'), value: ({ noticeDays }) => noticeDays, end: true },
        ]}
      />
      {reservations.length > 0 && (
        <Panel title={t('portal.reservations')}>
          <ul className="relay-list">
            {reservations.map(({ id, park, unit, unitName, parkName, parkNameZh, until }) => (
              <li key={id}>
                <Go
                  to={`/cluster/parks/${park}?unit=${unit}`}
                >{`${named({ name: parkName, nameZh: parkNameZh })} · ${unitName}`}</Go>
                <Time at={until} form="relative" />
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Given({ portal: { figures, missing }, give }: { portal: PortalData; give: () => void }) {
  const { t } = useTranslation('cluster');
  const figureColumns = useFigureColumns();
  return (
    <Panel
      title={t('portal.figures')}
      actions={
        <>
          {missing.map(({ tenant, quarter }) => (
            <StatusTag key={`${tenant} ${quarter}`} tone="warning">
              {t('portal.missing', { quarter })}
            </StatusTag>
          ))}
          <Button size="small" onClick={give}>
            {t('portal.give')}
          </Button>
        </>
      }
      flush
    >
      <DataTable<GivenFigures>
        name="figures"
        label={t('parks.tableOf', { title: t('portal.figures') })}
        rowKey={({ tenant, quarter }) => `${tenant} ${quarter}`}
        source={{ rows: figures }}
        searchable={false}
        emptyText={t('portal.noFigures')}
        columns={[
          { key: 'quarter', title: t('parks.quarter'), value: ({ quarter }) => quarter, phoneTitle: true },
          ...figureColumns,
          {
            key: 'at',
            title: t('portal.given'),
            value: ({ at }) => at,
            render: ({ at, by }) => (
              <span>
                {by} · <Time at={at} form="relative" />
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function AskForm({ leases, close }: { leases: readonly Lease[]; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const notice = useNotice();
  const pairs = new Map(leases.map((lease) => [`${lease.park} ${lease.tenant}`, lease]));
  const ask = useAct(
    ({ lease, ...body }: Record<string, unknown>) => {
      const { park, tenant } = pairs.get(String(lease)) as Lease;
      return send.post('/requests', { ...body, park, tenant });
    },
    () => {
      notice.done(t('portal.asked'));
      close();
    },
  );
  return (
    <FormDialog
      title={t('portal.ask')}
      about={t('portal.clocks')}
      act={t('portal.send')}
      busy={ask.isPending}
      close={close}
      send={(filled) => ask.mutate(filled)}
      initial={{ lease: pairs.keys().next().value, kind: 'maintenance' }}
      fields={[
        {
          name: 'lease',
          label: t('portal.forWhom'),
          kind: 'choice',
          needed: true,
          options: [...pairs].map(([value, { tenantName, tenantNameZh, unitName }]) => ({
            value,
            label: `${named({ name: tenantName, nameZh: tenantNameZh })} · ${unitName}`,
          })),
        },
        {
          name: 'kind',
          label: t('portal.kind'),
          kind: 'choice',
          needed: true,
          options: REQUEST_KINDS.map((value) => ({ value, label: t(`portal.kinds.${value}`) })),
        },
        { name: 'title', label: t('portal.subject'), needed: true },
        { name: 'words', label: t('projects.words'), kind: 'long', needed: true },
      ]}
    />
  );
}

function GiveForm({ portal: { tenants, missing }, close }: { portal: PortalData; close: () => void }) {
  const { t } = useTranslation('cluster');
  const { named } = useAmounts();
  const give = useAct(
    ({ tenant, ...body }: Record<string, unknown>) => send.post(`/portal/${tenant}/figures`, body),
    close,
  );
  return (
    <FormDialog
      title={t('portal.give')}
      about={t('portal.giveAbout')}
      act={t('portal.giveAct')}
      busy={give.isPending}
      close={close}
      send={(filled) => give.mutate(filled)}
      initial={{ tenant: missing[0]?.tenant ?? tenants[0]?.id, quarter: missing.at(-1)?.quarter }}
      fields={[
        {
          name: 'tenant',
          label: t('portal.forWhom'),
          kind: 'choice',
          needed: true,
          options: tenants.map((each) => ({ value: each.id, label: named(each) })),
        },
        { name: 'quarter', label: t('parks.quarter'), needed: true, note: '2026Q3' },
        { name: 'revenueFen', label: `${t('portal.revenue')} (${t('parks.yuan')})`, kind: 'yuan', needed: true },
        { name: 'jobs', label: t('portal.jobs'), kind: 'number', needed: true },
        { name: 'rdFen', label: `${t('portal.rd')} (${t('parks.yuan')})`, kind: 'yuan', needed: true },
      ]}
    />
  );
}
