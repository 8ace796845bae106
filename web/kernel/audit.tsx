import { Button, Drawer, Input, Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, Go, useAddressValue, useOrganizationNames, useSession } from '../shell/index.ts';
import { type Column, DataTable, Facts, Page, StatusTag, Time, type Tone } from '../ui/index.ts';
import { ActName } from './acts.tsx';
import { Json } from './dead-letters.tsx';

type Outcome = 'success' | 'denied' | 'failure';

interface AuditRow {
  id: string;
  at: string;
  actor: string;
  actorName?: string;
  roles?: readonly string[];
  organization?: string | null;
  purpose?: string | null;
  act: string;
  outcome: Outcome;
  patients?: readonly string[];
  subject?: string | null;
  requestId?: string | null;
  address?: string | null;
  breakGlass?: string | null;
  detail?: Record<string, unknown> | null;
}

const TONES: Record<Outcome, Tone> = { success: 'good', denied: 'danger', failure: 'warning' };

/** The audit trail for those who supervise; for a patient, who looked at the own record. */
export default function Audit() {
  const { t } = useTranslation('kernel');
  const { actor } = useSession();
  const own = actor.roles.includes('patient');
  const [shown, setShown] = useState<AuditRow>();
  const [patient, setPatient] = useAddressValue('patient');
  const [who, setWho] = useAddressValue('actor');
  const [act, setAct] = useAddressValue('act');
  const [outcome, setOutcome] = useAddressValue('outcome');
  const filter = useDeferredValue({ patient, actor: who, act, outcome });

  const columns: Column<AuditRow>[] = [
    {
      key: 'act',
      title: t('audit.act'),
      value: (row) => row.act,
      render: (row) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => setShown(row)}>
          <ActName of={row.act} />
        </Button>
      ),
      phoneTitle: true,
    },
    { key: 'at', title: t('audit.at'), value: (row) => new Date(row.at), render: (row) => <Time at={row.at} /> },
    {
      key: 'who',
      title: t('audit.who'),
      value: (row) => (row.roles?.includes('system') ? t('roles.system') : (row.actorName ?? row.actor)),
    },
    {
      key: 'outcome',
      title: t('audit.outcome'),
      value: (row) => row.outcome,
      render: (row) => (
        <span className="row">
          <OutcomeTag of={row} />
          {row.breakGlass && <StatusTag tone="warning">{t('audit.breakGlass')}</StatusTag>}
        </span>
      ),
    },
    {
      key: 'patients',
      title: t('audit.patients'),
      value: (row) => row.patients?.join(' '),
      render: (row) => <Short text={row.patients?.join(' ')} />,
    },
    {
      key: 'subject',
      title: t('audit.subject'),
      value: (row) => row.subject,
      render: (row) => <Short text={row.subject} />,
    },
    {
      key: 'organization',
      title: t('audit.organization'),
      value: (row) => row.organization,
      render: (row) => <Organization id={row.organization} />,
    },
  ];
  return (
    <Page title={own ? t('audit.mine') : t('audit.title')} about={t('audit.about')}>
      <DataTable
        name="audit"
        label={t('audit.title')}
        columns={columns}
        rowKey={(row) => row.id}
        searchable={false}
        source={{
          queryKey: ['audit', filter],
          load: async ({ after, limit }, signal) => {
            const query = { ...filter, after, limit: Math.min(limit, 200) };
            return api.get<{ rows: AuditRow[]; next?: string }>('/api/access/audit', { query, signal });
          },
        }}
        filters={
          <>
            {!own && (
              <>
                <Field label={t('audit.filterPatient')} value={patient} set={setPatient} />
                <Field label={t('audit.filterActor')} value={who} set={setWho} />
              </>
            )}
            <Field label={t('audit.filterAct')} value={act} set={setAct} />
            <Select
              aria-label={t('audit.outcome')}
              placeholder={t('audit.outcome')}
              allowClear
              style={{ minWidth: 120 }}
              value={outcome === '' ? null : outcome}
              onChange={(value) => setOutcome(value ?? '')}
              options={(['success', 'denied', 'failure'] as const).map((value) => ({
                value,
                label: t(`audit.outcomes.${value}`),
              }))}
            />
          </>
        }
      />
      <Drawer
        open={shown !== undefined}
        onClose={() => setShown(undefined)}
        title={shown && <ActName of={shown.act} />}
        size="large"
      >
        {shown !== undefined && <Row row={shown} />}
      </Drawer>
    </Page>
  );
}

function Field({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  return (
    <Input
      aria-label={label}
      placeholder={label}
      allowClear
      style={{ width: 180 }}
      maxLength={200}
      value={value}
      onChange={(event) => set(event.target.value)}
    />
  );
}

/** An identifier that says nothing to a person: its beginning in the list, all of it in the details and the export. */
function Short({ text }: { text: string | null | undefined }) {
  if (!text) return null;
  return (
    <code className="short" title={text}>
      {text}
    </code>
  );
}

function Organization({ id }: { id: string | null | undefined }) {
  const name = useOrganizationNames([id])(id);
  return (
    <span className="short" title={name}>
      {name}
    </span>
  );
}

function OutcomeTag({ of: { outcome } }: { of: AuditRow }) {
  const { t } = useTranslation('kernel');
  return <StatusTag tone={TONES[outcome]}>{t(`audit.outcomes.${outcome}`)}</StatusTag>;
}

function Row({ row }: { row: AuditRow }) {
  const { t } = useTranslation('kernel');
  return (
    <div className="stack">
      <Facts
        facts={[
          [t('audit.act'), <code key="act">{row.act}</code>],
          [t('audit.at'), <Time key="at" at={row.at} form="second" />],
          [t('audit.who'), `${row.actorName ?? row.actor}`],
          [t('accounts.roles'), row.roles?.map((role) => t(`roles.${role}`, { defaultValue: role })).join(', ')],
          [t('audit.organization'), row.organization && <Organization key="organization" id={row.organization} />],
          [t('audit.outcome'), <OutcomeTag key="outcome" of={row} />],
          [t('audit.purpose'), row.purpose && t(`purposes.${row.purpose}`, { defaultValue: row.purpose })],
          [t('audit.breakGlass'), row.breakGlass],
          [
            t('audit.patients'),
            (row.patients ?? []).length > 0 &&
              row.patients?.map((patient) => (
                <Go key={patient} to={`/records/people/${encodeURIComponent(patient)}`} style={{ marginInlineEnd: 8 }}>
                  {patient}
                </Go>
              )),
          ],
          [t('audit.subject'), row.subject],
          [t('audit.request'), row.requestId],
          [t('audit.address'), row.address],
        ]}
      />
      {row.detail !== null && row.detail !== undefined && <Json title={t('audit.detail')} value={row.detail} />}
    </div>
  );
}
