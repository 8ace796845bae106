import { DownloadOutlined, EditOutlined, PrinterOutlined } from '@ant-design/icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Modal, Radio } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CaseReport, Issue } from '#standards/e2b';
import type { ReportPage, SavedDraft } from '../../src/modules/signals/model.ts';
import { api, Go, Refusal, useAddressValue, useGo, usePathValue } from '../shell/index.ts';
import { Facts, Failure, Loading, Page, Panel, StatusTag, save, Tabs, Time, useAsk, useNotice } from '../ui/index.ts';
import { addressOf, pathOf, useForget, useReport } from './report-ask.ts';
import { fieldId, ReportForm } from './report-form.tsx';
import { Judgement } from './report-judge.tsx';
import { Pairs } from './report-pairs.tsx';
import { Past } from './report-past.tsx';
import { ReportRead } from './report-read.tsx';
import { States } from './reports.tsx';
import { named } from './watch-ask.ts';
import './reports.css';

/** One case report: typed while it is a draft, read, judged and compared when it was submitted. */
export default function Report() {
  const { t } = useTranslation('signals');
  const id = usePathValue('id');
  const [version, setVersion] = useAddressValue('version');
  const query = useReport(id, version);
  const page = query.data;
  return (
    <Page
      title={page?.line.caseNumber ?? t(page?.line.state === 'draft' ? 'report.draftOf' : 'reports.title')}
      trail={<Go to="/signals/reports">{t('reports.title')}</Go>}
      actions={page !== undefined && <Actions page={page} />}
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && (
        <div className="stack">
          <Head page={page} />
          <Parts key={page.line.id} page={page} isOld={version !== ''} showLatest={() => setVersion('')} />
        </div>
      )}
    </Page>
  );
}

function Head({ page: { line, shown } }: { page: ReportPage }) {
  const { t } = useTranslation('signals');
  const { kind, products, lots, reactions, criteria, firstReceived, duplicateOf, createdName, updatedAt } = line;
  return (
    <Panel>
      <Facts
        facts={[
          [t('reports.state'), <States key="state" line={line} />],
          [t('reports.kind'), t(`reports.kinds.${kind}`)],
          [t('reports.products'), products.join(', ')],
          [t('reports.lots'), lots.join(', ')],
          [t('reports.reactions'), reactions.join(', ')],
          [t('reports.seriousness'), criteria.map((each) => t(`reports.criteria.${each}`)).join(', ')],
          [t('reports.received'), firstReceived],
          [t('reports.entered'), createdName],
          [t('reports.changed'), <Time key="changed" at={updatedAt} />],
          [t('past.versions'), shown > 0 && t('report.version', { version: shown })],
        ]}
      />
      {duplicateOf !== null && (
        <p>
          {t('pairs.duplicateOf')} <Go to={addressOf(duplicateOf)}>{t('pairs.open')}</Go>
        </p>
      )}
    </Panel>
  );
}

function Parts({ page, isOld, showLatest }: { page: ReportPage; isOld: boolean; showLatest: () => void }) {
  const { t } = useTranslation('signals');
  const [part, setPart] = useAddressValue('part', 'report');
  const { line, draft, mayWrite } = page;
  const isTyping = mayWrite && draft !== null && !isOld && (line.state === 'draft' || line.state === 'submitted');
  const tab = (key: 'report' | 'judgement' | 'duplicates' | 'history', content: () => React.ReactNode) => ({
    key,
    label: t(`report.parts.${key}`),
    content,
  });
  return (
    <Tabs
      label={t('reports.title')}
      active={part}
      choose={setPart}
      tabs={[
        tab('report', () => (isTyping ? <Typing page={page} draft={draft} /> : <ReportRead report={page.content} />)),
        tab('judgement', () => <Judgement page={page} />),
        tab('duplicates', () => <Pairs page={page} />),
        tab('history', () => <Past page={page} showLatest={showLatest} />),
      ]}
    />
  );
}

// ---- typing ----------------------------------------------------------------------------------------------------------

const REST_MS = 900;

/** Keeps what is typed when the person rests, and submits it when asked. */
function Typing({ page, draft }: { page: ReportPage; draft: CaseReport }) {
  const { t } = useTranslation('signals');
  const notice = useNotice();
  const queries = useQueryClient();
  const forget = useForget();
  const [report, setReport] = useState(draft);
  const [issues, setIssues] = useState<readonly Issue[]>(page.issues);
  const [state, setState] = useState<'saved' | 'unsaved' | 'saving'>('saved');
  const [isStrict, setStrict] = useState(false);
  const [isWhole, setWhole] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const revision = useRef(page.line.revision);
  const latest = useRef(draft);
  const known = useRef(page.issues);
  const running = useRef<Promise<void>>(Promise.resolve());
  const { id, version } = page.line;

  /** One after the other, always the newest. */
  const keep = (): Promise<void> => {
    running.current = running.current.then(async () => {
      const sent = latest.current;
      setState('saving');
      try {
        const saved = await api.put<SavedDraft>(pathOf(id), { report: sent, revision: revision.current });
        revision.current = saved.revision;
        setIssues(saved.issues);
        known.current = saved.issues;
        setFailure(undefined);
        setState(latest.current === sent ? 'saved' : 'unsaved');
      } catch (error) {
        setFailure(error);
        setState('unsaved');
      }
    });
    return running.current;
  };
  const keepNow = useRef(keep);
  keepNow.current = keep;

  useEffect(() => {
    if (state !== 'unsaved' || failure !== undefined) return;
    const timer = setTimeout(() => void keepNow.current(), REST_MS);
    return () => clearTimeout(timer);
  });
  // Whoever leaves the page leaves nothing behind.
  useEffect(
    () => () => {
      if (latest.current !== draft)
        void keepNow.current().then(() => queries.invalidateQueries({ queryKey: ['signals', 'report', id] }));
    },
    [draft, id, queries],
  );

  const change = (next: CaseReport) => {
    latest.current = next;
    setReport(next);
    setFailure(undefined);
    setState('unsaved');
  };
  const submit = useMutation({
    mutationFn: async (how: { as?: string; reason?: string }) => {
      await running.current;
      return api.put<SavedDraft>(pathOf(id), {
        report: latest.current,
        revision: revision.current,
        submit: true,
        ...how,
      });
    },
    onSuccess: async (saved) => {
      notice.done(t('report.submitted', { version: saved.version }));
      setAsking(false);
      await forget();
    },
    onError: (error) => {
      notice.failed(error);
      setAsking(false);
    },
  });
  const rejecting = issues.filter(({ severity }) => severity === 'rejecting');
  const ask = async () => {
    setStrict(true);
    if (state !== 'saved') await keep();
    if (known.current.some(({ severity }) => severity === 'rejecting')) return;
    if (version > 0) setAsking(true);
    else submit.mutate({});
  };
  return (
    <div className="stack">
      {isStrict && rejecting.length > 0 && <ToMend issues={rejecting} />}
      {failure !== undefined && <Alert type="error" title={<Trouble error={failure} />} showIcon />}
      <ReportForm
        report={report}
        change={change}
        issues={
          new Map(
            issues
              .filter(({ path }) => path !== undefined)
              .map((issue) => [issue.path!, issue])
              .reverse() as [string, Issue][],
          )
        }
        isStrict={isStrict}
        isWhole={isWhole}
      />
      <div className="report-bar">
        <span role="status" className="row">
          <StatusTag tone={state === 'saved' ? 'good' : 'info'}>{t(`report.${state}`)}</StatusTag>
          <span className="quiet">
            {rejecting.length > 0 ? t('report.mend', { count: rejecting.length }) : t('report.ready')}
          </span>
        </span>
        <span className="row">
          <Button onClick={() => setWhole(!isWhole)}>{t(isWhole ? 'report.fewFields' : 'report.allFields')}</Button>
          <Button type="primary" loading={submit.isPending} onClick={() => void ask()}>
            {t('report.submit')}
          </Button>
        </span>
      </div>
      <HowToSubmit isOpen={isAsking} close={() => setAsking(false)} submit={(how) => submit.mutate(how)} />
    </div>
  );
}

function Trouble({ error }: { error: unknown }) {
  const { t } = useTranslation('signals');
  if (error instanceof Refusal && error.status === 409) return t('report.changedElsewhere');
  return error instanceof Error ? error.message : String(error);
}

const MOST_TOLD = 12;

function ToMend({ issues }: { issues: readonly Issue[] }) {
  const { t } = useTranslation('signals');
  const show = (path: string) => document.getElementById(fieldId(path))?.focus();
  return (
    <Alert
      type="error"
      title={t('report.mend', { count: issues.length })}
      description={
        <ul className="issues">
          {issues.slice(0, MOST_TOLD).map(({ message, path = '', code }) => (
            <li key={`${path} ${code}`}>
              <Button
                type="link"
                size="small"
                style={{ whiteSpace: 'normal', height: 'auto', textAlign: 'start' }}
                onClick={() => show(path)}
              >
                {named(message)}
              </Button>
            </li>
          ))}
        </ul>
      }
    />
  );
}

function HowToSubmit(props: {
  isOpen: boolean;
  close: () => void;
  submit: (how: { as: string; reason?: string }) => void;
}) {
  const { t } = useTranslation('signals');
  const { t: ofUi } = useTranslation('ui');
  const [as, setAs] = useState('follow-up');
  const [reason, setReason] = useState('');
  const isWhole = as === 'follow-up' || reason.trim().length >= 5;
  return (
    <Modal
      open={props.isOpen}
      title={t('report.submitAs')}
      okText={t('report.submit')}
      okButtonProps={{ disabled: !isWhole }}
      onOk={() => props.submit({ as, ...(as === 'amendment' && { reason: reason.trim() }) })}
      onCancel={props.close}
    >
      <div className="stack">
        <span className="quiet">{t('report.asAbout')}</span>
        <Radio.Group
          aria-label={t('report.submitAs')}
          value={as}
          onChange={(event) => setAs(String(event.target.value))}
          options={['follow-up', 'amendment'].map((value) => ({ value, label: t(`report.as.${value}`) }))}
        />
        {as === 'amendment' && (
          <Input.TextArea
            aria-label={ofUi('reason')}
            placeholder={ofUi('reasonNeeded')}
            value={reason}
            maxLength={1_000}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </div>
    </Modal>
  );
}

// ---- acts ------------------------------------------------------------------------------------------------------------

function Actions({ page: { line, content, draft, mayWrite, shown, versions } }: { page: ReportPage }) {
  const { t } = useTranslation('signals');
  const ask = useAsk();
  const notice = useNotice();
  const forget = useForget();
  const go = useGo();
  const { id, state, revision, caseNumber } = line;
  const act = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => forget(),
    onError: notice.failed,
  });
  const isReceived = versions.find(({ version }) => version === shown)?.batch != null;
  const load = (name: string, query: object) =>
    act.mutate(async () => save(name, await api.file(`${pathOf(id)}/xml`, undefined, { query: { ...query } })));
  const takeBack = async (what: 'nullify' | 'void') => {
    const told = await ask({
      title: t(`report.${what}`),
      about: t(`report.${what}About`),
      act: t(`report.${what}`),
      danger: true,
      reason: true,
    });
    if (told === undefined) return;
    act.mutate(async () => {
      await api.post(`${pathOf(id)}/${what}`, { reason: told.reason });
      if (what === 'void') go('/signals/reports');
    });
  };
  return (
    <>
      {mayWrite && state === 'submitted' && draft === null && (
        <Button
          icon={<EditOutlined />}
          onClick={() => act.mutate(() => api.put(pathOf(id), { report: content, revision }))}
        >
          {t('report.change')}
        </Button>
      )}
      {shown > 0 && (
        <Button
          icon={<DownloadOutlined />}
          onClick={() => load(`${caseNumber ?? id}-v${shown}.xml`, { version: shown })}
        >
          {t('report.xml')}
        </Button>
      )}
      {isReceived && (
        <Button onClick={() => load(`${caseNumber ?? id}-v${shown}-batch.xml`, { version: shown, raw: 1 })}>
          {t('report.raw')}
        </Button>
      )}
      <Button icon={<PrinterOutlined />} onClick={() => window.print()}>
        {t('report.print')}
      </Button>
      {mayWrite && state === 'submitted' && (
        <Button danger onClick={() => void takeBack('nullify')}>
          {t('report.nullify')}
        </Button>
      )}
      {mayWrite && state === 'draft' && (
        <Button danger onClick={() => void takeBack('void')}>
          {t('report.void')}
        </Button>
      )}
    </>
  );
}
