import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Input, Modal, Select } from 'antd';
import { type ChangeEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { known, parseAcknowledgement } from '#standards/e2b';
import {
  type DueLine,
  type DueRule,
  REPORT_KINDS,
  REPORT_STATES,
  type ReportLine,
} from '../../src/modules/signals/model.ts';
import { Go, useAddressValues, useGo, useSession } from '../shell/index.ts';
import { DataTable, Failure, Page, Panel, StatusTag, save, Time, type Tone, useNotice } from '../ui/index.ts';
import { addressOf, loadReports, sendBatch, useDue, useForget } from './report-ask.ts';
import { named } from './watch-ask.ts';
import './reports.css';

const STATE_TONES: Readonly<Record<ReportLine['state'], Tone>> = {
  draft: 'info',
  submitted: 'good',
  nullified: 'warning',
  void: 'neutral',
};

/** All case reports that the person may see, and what is due. */
export default function Reports() {
  const { t } = useTranslation('signals');
  const { may } = useSession();
  const go = useGo();
  return (
    <Page
      title={t('reports.title')}
      about={t('reports.about')}
      actions={
        may('signals.report.write') && (
          <>
            <TakeIn />
            <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/signals/reports/new')}>
              {t('reports.begin')}
            </Button>
          </>
        )
      }
    >
      <div className="stack">
        <DueList />
        <List />
      </div>
    </Page>
  );
}

/** Takes in a file and shows what was answered to it. */
function TakeIn() {
  const { t } = useTranslation('signals');
  const input = useRef<HTMLInputElement>(null);
  const notice = useNotice();
  const forget = useForget();
  const [answer, setAnswer] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const chosen = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file === undefined) return;
    setBusy(true);
    try {
      setAnswer(await sendBatch(file));
      await forget();
    } catch (error) {
      notice.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".xml,application/xml,text/xml"
        aria-label={t('reports.takeIn')}
        onChange={chosen}
        hidden
      />
      <Button icon={<UploadOutlined />} loading={isBusy} onClick={() => input.current?.click()}>
        {t('reports.takeIn')}
      </Button>
      <Modal
        open={answer !== undefined}
        title={t('reports.answer')}
        onCancel={() => setAnswer(undefined)}
        footer={
          <Button onClick={() => save('acknowledgement.xml', new Blob([answer ?? ''], { type: 'application/xml' }))}>
            {t('reports.saveAnswer')}
          </Button>
        }
      >
        {answer !== undefined && <Answer xml={answer} />}
      </Modal>
    </>
  );
}

function Answer({ xml }: { xml: string }) {
  const { t } = useTranslation('signals');
  const { acknowledgement } = parseAcknowledgement(xml);
  const { code = 'AR', detail, reports = [] } = acknowledgement ?? {};
  return (
    <div className="stack" role="status">
      <strong>{t(`reports.answers.${code}`)}</strong>
      {known(detail) !== undefined && code === 'AR' && <span>{known(detail)}</span>}
      <ul className="issues">
        {reports.map(({ reportId, localNumber, code: ofOne, detail: why }) => (
          <li key={`${reportId} ${localNumber}`}>
            <StatusTag tone={ofOne === 'CA' ? 'good' : 'danger'}>
              {t(ofOne === 'CA' ? 'reports.taken' : 'reports.refused')}
            </StatusTag>{' '}
            {reportId} {known(why) !== undefined && <span className="quiet">{known(why)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

const FEW_DUE = 5;

function DueList() {
  const { t } = useTranslation('signals');
  const query = useDue();
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  if (query.data === undefined || query.data.due.length === 0) return null;
  const { due, rules } = query.data;
  return (
    <div>
      <h2 className="report-title">{t('reports.due')}</h2>
      <DataTable<DueLine>
        name="reports-due"
        label={t('reports.due')}
        rowKey={({ report, rule, version }) => `${report} ${rule} ${version}`}
        source={{ rows: due }}
        few={FEW_DUE}
        searchable={false}
        columns={[
          {
            key: 'report',
            title: t('reports.number'),
            value: ({ caseNumber, report }) => caseNumber ?? report,
            render: ({ report, caseNumber, products }) => (
              <Go to={addressOf(report)}>{caseNumber ?? (products.join(', ') || t('reports.draft'))}</Go>
            ),
            phoneTitle: true,
          },
          { key: 'rule', title: t('past.rule'), value: ({ rule }) => ruleText(rules, rule) },
          { key: 'due', title: t('reports.dueOn'), value: ({ dueOn }) => dueOn, sortable: true },
          {
            key: 'left',
            title: '',
            value: ({ daysLeft }) => daysLeft,
            render: ({ daysLeft }) => <DaysLeft days={daysLeft} />,
          },
          {
            key: 'source',
            title: t('past.source'),
            value: ({ rule }) => rules.find(({ id }) => id === rule)?.source ?? '',
            render: ({ rule }) => <span className="quiet">{rules.find(({ id }) => id === rule)?.source}</span>,
          },
        ]}
      />
    </div>
  );
}

export function ruleText(rules: readonly DueRule[], id: string): string {
  const rule = rules.find((each) => each.id === id);
  return rule === undefined ? id : named(rule.about);
}

const SOON_DAYS = 3;

function DaysLeft({ days }: { days: number }) {
  const { t } = useTranslation('signals');
  if (days < 0) return <StatusTag tone="danger">{t('reports.dueOver', { count: -days })}</StatusTag>;
  const text = days === 0 ? t('reports.dueToday') : t('reports.dueLeft', { count: days });
  return <StatusTag tone={days <= SOON_DAYS ? 'warning' : 'info'}>{text}</StatusTag>;
}

function List() {
  const { t } = useTranslation('signals');
  const { values, set } = useAddressValues();
  const chosen = (name: string) => String(values[name] ?? '');
  const asked = Object.fromEntries(
    ['state', 'kind', 'serious', 'since', 'until', 'product', 'lot', 'reaction'].map((name) => [name, chosen(name)]),
  );
  const choice = (name: string, label: string, options: { value: string; label: string }[]) => (
    <div className="report-field" key={name}>
      <span className="label">{label}</span>
      <Select
        aria-label={label}
        value={chosen(name)}
        onChange={(value: string) => set({ [name]: value })}
        options={[{ value: '', label: t('reports.any') }, ...options]}
        popupMatchSelectWidth={false}
      />
    </div>
  );
  const typed = (name: string, label: string, type: 'date' | 'text') => (
    <div className="report-field" key={name}>
      <span className="label">{label}</span>
      <Input
        key={chosen(name)}
        aria-label={label}
        type={type}
        defaultValue={chosen(name)}
        onBlur={(event) => event.target.value !== chosen(name) && set({ [name]: event.target.value })}
        onPressEnter={(event) => set({ [name]: event.currentTarget.value })}
      />
    </div>
  );
  return (
    <>
      <Panel>
        <div className="report-grid">
          {choice(
            'state',
            t('reports.state'),
            REPORT_STATES.map((value) => ({ value, label: t(`reports.states.${value}`) })),
          )}
          {choice(
            'kind',
            t('reports.kind'),
            REPORT_KINDS.map((value) => ({ value, label: t(`reports.kinds.${value}`) })),
          )}
          {choice('serious', t('reports.seriousness'), [
            { value: 'true', label: t('reports.serious') },
            { value: 'false', label: t('reports.notSerious') },
          ])}
          {typed('lot', t('reports.lots'), 'text')}
          {typed('since', t('reports.since'), 'date')}
          {typed('until', t('reports.until'), 'date')}
        </div>
      </Panel>
      <DataTable<ReportLine>
        name="reports"
        label={t('reports.title')}
        rowKey={({ id }) => id}
        emptyText={t('reports.empty')}
        source={{
          queryKey: ['signals', 'reports', asked],
          load: async ({ search, after, limit }, signal) => {
            const { reports, next } = await loadReports({ ...asked, search, after, limit }, signal);
            return { rows: reports, next };
          },
        }}
        columns={[
          {
            key: 'case',
            title: t('reports.number'),
            value: ({ caseNumber, id }) => caseNumber ?? id,
            render: ({ id, caseNumber }) => <Go to={addressOf(id)}>{caseNumber ?? t('reports.draft')}</Go>,
            phoneTitle: true,
          },
          {
            key: 'state',
            title: t('reports.state'),
            value: ({ state }) => t(`reports.states.${state}`),
            render: (line) => <States line={line} />,
          },
          { key: 'kind', title: t('reports.kind'), value: ({ kind }) => t(`reports.kinds.${kind}`) },
          { key: 'products', title: t('reports.products'), value: ({ products }) => products.join(', ') },
          { key: 'lots', title: t('reports.lots'), value: ({ lots }) => lots.join(', ') },
          { key: 'reactions', title: t('reports.reactions'), value: ({ reactions }) => reactions.join(', ') },
          {
            key: 'serious',
            title: t('reports.seriousness'),
            value: ({ criteria }) => criteria.map((each) => t(`reports.criteria.${each}`)).join(', '),
            render: ({ serious, criteria }) =>
              serious ? (
                <StatusTag tone="danger">{criteria.map((each) => t(`reports.criteria.${each}`)).join(', ')}</StatusTag>
              ) : (
                <span className="quiet">{t('reports.notSerious')}</span>
              ),
          },
          {
            key: 'patient',
            title: t('reports.patient'),
            value: ({ sex, ageYears }) =>
              [
                sex === '1' || sex === '2' ? t(`reports.sexes.${sex}`) : '',
                ageYears === null ? '' : t('reports.years', { count: Math.floor(ageYears) }),
              ]
                .filter(Boolean)
                .join(', '),
          },
          { key: 'received', title: t('reports.received'), value: ({ firstReceived }) => firstReceived ?? '' },
          {
            key: 'changed',
            title: t('reports.changed'),
            value: ({ updatedAt }) => new Date(updatedAt),
            render: ({ updatedAt }) => <Time at={updatedAt} />,
          },
        ]}
      />
    </>
  );
}

export function States({ line: { state, version, duplicateOf, hasDraft } }: { line: ReportLine }) {
  const { t } = useTranslation('signals');
  return (
    <span className="row">
      <StatusTag tone={STATE_TONES[state]}>{t(`reports.states.${state}`)}</StatusTag>
      {duplicateOf !== null && <StatusTag tone="warning">{t('reports.duplicate')}</StatusTag>}
      {hasDraft && version > 0 && <StatusTag tone="info">{t('reports.working')}</StatusTag>}
    </span>
  );
}
