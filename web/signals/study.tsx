import { CloudDownloadOutlined, PlayCircleOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataColumn, Endpoint, StudyPage, StudyProtocol, StudyRun } from '../../src/modules/signals/model.ts';
import { Go, useAddressValue, usePathValue } from '../shell/index.ts';
import {
  DataTable,
  Empty,
  Facts,
  Failure,
  Loading,
  Page,
  Panel,
  StatusTag,
  Tabs,
  Time,
  useNotice,
} from '../ui/index.ts';
import { isOpen, study, useAnalyse, useStudy, useStudyAct } from './study-ask.ts';
import { Course, needsWhy, PlanFacts, PlanForm, SignOff, Why } from './study-plan.tsx';
import './study.css';

/** A study: its protocol, its rows, its analyses. */
export default function Study() {
  const { t } = useTranslation('signals');
  const id = usePathValue('id');
  const [part, setPart] = useAddressValue('part', 'protocol');
  const query = useStudy(id);
  const analyse = useAnalyse(id);
  const page = query.data;
  return (
    <Page
      title={page?.protocol.title ?? t('studies.name')}
      about={page && t('studies.version', { version: page.version })}
      trail={<Go to="/signals/studies">{t('studies.title')}</Go>}
      actions={
        page?.mayWrite === true && (
          <Button
            type="primary"
            icon={<PlayCircleOutlined />}
            disabled={page.data === null || page.versions[0]?.signedAt == null}
            loading={analyse.isPending}
            onClick={() => analyse.mutate()}
          >
            {t('study.analyse')}
          </Button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && (
        <div className="stack">
          {page.data?.source.kind === 'example' && <StatusTag tone="warning">{t('studies.synthetic')}</StatusTag>}
          <Tabs
            label={t('study.parts')}
            active={part}
            choose={setPart}
            tabs={[
              { key: 'protocol', label: t('study.protocol'), content: () => <Protocol page={page} /> },
              { key: 'data', label: t('study.data'), content: () => <Rows page={page} /> },
              { key: 'analyses', label: t('study.analyses'), content: () => <Analyses page={page} /> },
            ]}
          />
        </div>
      )}
    </Page>
  );
}

function Protocol({ page }: { page: StudyPage }) {
  const { t } = useTranslation('signals');
  return (
    <div className="stack">
      <SignOff page={page} />
      <Panel>
        <div className="stack">
          <ProtocolFacts protocol={page.protocol} />
          <PlanFacts protocol={page.protocol} />
        </div>
      </Panel>
      <Endpoints endpoints={page.protocol.endpoints} />
      <Panel title={t('plan.versions')} flush>
        <Course versions={page.versions} />
      </Panel>
      {page.mayWrite && (
        <>
          <Panel title={t('study.edit')}>
            <PlanForm key={page.version} page={page} />
          </Panel>
          <Panel title={t('study.json')}>
            <Editor key={page.version} page={page} />
          </Panel>
        </>
      )}
    </div>
  );
}

/** What the protocol fixes, for the study and its report. */
export function ProtocolFacts({ protocol }: { protocol: StudyProtocol }) {
  const { t } = useTranslation('signals');
  const { treatment, adjustment, subgroups, dimensions } = protocol;
  const method = t(`study.methods.${adjustment.method}`);
  return (
    <Facts
      facts={[
        [t('study.question'), protocol.question],
        [t('studies.design'), t(`studies.designs.${protocol.design}`)],
        [t('study.population'), protocol.population],
        [t('study.groups'), treatment.column !== '' && t('study.against', { ...treatment })],
        [
          t('study.adjustment'),
          adjustment.columns.length === 0
            ? method
            : t('study.adjusted', {
                method: adjustment.method === 'iptw' ? `${method} (${adjustment.estimand})` : method,
                columns: adjustment.columns.join(', '),
              }),
        ],
        [t('study.missing'), t(`study.plans.${protocol.missing}`)],
        [t('study.subgroups'), subgroups.join(', ')],
        [t('study.dimensions'), dimensions.map(({ name }) => name).join(', ')],
        [t('study.seed'), `${protocol.seed}, ${Math.round(protocol.level * 1000) / 10} %`],
      ]}
    />
  );
}

function Endpoints({ endpoints }: { endpoints: readonly Endpoint[] }) {
  const { t } = useTranslation('signals');
  return (
    <DataTable<Endpoint>
      name="endpoints"
      label={t('study.endpoints')}
      rowKey={({ id }) => id}
      source={{ rows: endpoints }}
      columns={[
        { key: 'name', title: t('study.endpoint'), value: ({ name }) => name, phoneTitle: true },
        { key: 'kind', title: t('study.kind'), value: ({ kind }) => t(`study.kinds.${kind}`) },
        { key: 'columns', title: t('study.columns'), value: columnsOf },
      ]}
    />
  );
}

function columnsOf(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'time':
      return `${endpoint.time}, ${endpoint.event} = ${endpoint.events.join(' | ')}`;
    case 'responder':
      return `${endpoint.column} = ${endpoint.yes}`;
    case 'change':
      return `${endpoint.column} − ${endpoint.baseline}`;
    case 'repeated':
      return `${endpoint.visits.map(({ column }) => column).join(', ')} (${endpoint.model})`;
    case 'composite':
      return endpoint.parts.map(({ column }) => column).join(', ');
    case 'hierarchy':
      return endpoint.parts.map(({ time }) => time).join(' > ');
  }
}

function Editor({ page }: { page: StudyPage }) {
  const { t } = useTranslation('signals');
  const notice = useNotice();
  const [text, setText] = useState(() => JSON.stringify(page.protocol, undefined, 2));
  const [why, setWhy] = useState('');
  const save = useStudyAct((protocol: StudyProtocol) => study.change(page.id, protocol, page.version, why));
  const submit = () => {
    try {
      save.mutate(JSON.parse(text) as StudyProtocol);
    } catch (error) {
      notice.failed(new Error(t('study.notJson', { why: (error as Error).message })));
    }
  };
  return (
    <div className="stack">
      <p className="quiet">{t('study.editAbout')}</p>
      <Input.TextArea
        className="study-json"
        aria-label={t('study.json')}
        rows={18}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Why page={page} why={why} change={setWhy} />
      <span className="row">
        <Button loading={save.isPending} disabled={needsWhy(page) && why.trim().length < 5} onClick={submit}>
          {t('plan.saveData', { version: page.version + 1 })}
        </Button>
      </span>
    </div>
  );
}

function Rows({ page }: { page: StudyPage }) {
  const { t } = useTranslation('signals');
  const place = useRef<HTMLInputElement>(null);
  const upload = useStudyAct(async (file: File) => study.upload(page.id, await file.text(), file.name));
  const make = useStudyAct(() => study.fromLake(page.id));
  const { data } = page;
  return (
    <div className="stack">
      {page.mayWrite && (
        <Panel>
          <p className="quiet">{t('study.uploadAbout')}</p>
          <span className="row">
            <input
              ref={place}
              type="file"
              accept=".csv,.tsv,.txt,text/csv"
              hidden
              aria-label={t('study.upload')}
              onChange={({ target }) => {
                const [file] = target.files ?? [];
                if (file !== undefined) upload.mutate(file);
                target.value = '';
              }}
            />
            <Button icon={<UploadOutlined />} loading={upload.isPending} onClick={() => place.current?.click()}>
              {t('study.upload')}
            </Button>
            {page.protocol.lake !== undefined && (
              <Button icon={<CloudDownloadOutlined />} loading={make.isPending} onClick={() => make.mutate(undefined)}>
                {t('study.fromLake')}
              </Button>
            )}
          </span>
        </Panel>
      )}
      {data === null ? (
        <Empty title={t('study.noData')} />
      ) : (
        <>
          <Panel>
            <Facts
              facts={[
                [t('studies.rows'), `${data.rows} (${t(`studies.sources.${data.source.kind}`)})`],
                [t('study.hash'), <code key="hash">{data.hash.slice(0, 16)}</code>],
                [
                  t('study.dropped'),
                  data.source.dropped.map(({ name, why }) => `${name} (${t(`study.droppedWhy.${why}`)})`).join(', '),
                ],
              ]}
            />
          </Panel>
          <DataTable<DataColumn>
            name="columns"
            label={t('study.data')}
            rowKey={({ name }) => name}
            source={{ rows: data.columns }}
            columns={[
              { key: 'name', title: t('study.column'), value: ({ name }) => name, phoneTitle: true },
              { key: 'kind', title: t('study.columnKind'), value: ({ kind }) => t(`study.columnKinds.${kind}`) },
              { key: 'missing', title: t('study.absent'), value: ({ missing }) => missing, end: true },
              {
                key: 'values',
                title: t('study.values'),
                value: ({ kind, levels, range }) =>
                  kind === 'number' ? (range ?? []).join(' – ') : levels.slice(0, 8).join(', '),
              },
            ]}
          />
        </>
      )}
    </div>
  );
}

function Analyses({ page: { id, runs } }: { page: StudyPage }) {
  const { t } = useTranslation('signals');
  return (
    <DataTable<StudyRun>
      name="analyses"
      label={t('study.analyses')}
      emptyText={t('study.noRuns')}
      rowKey={(run) => run.id}
      source={{ rows: runs }}
      columns={[
        {
          key: 'asked',
          title: t('study.asked'),
          value: ({ askedAt }) => askedAt,
          render: (run) => (
            <Go to={`/signals/studies/${id}/${run.id}`}>
              <Time at={run.askedAt} />
            </Go>
          ),
          phoneTitle: true,
        },
        { key: 'version', title: t('study.protocol'), value: ({ version }) => t('studies.version', { version }) },
        { key: 'by', title: t('study.by'), value: ({ askedByName }) => askedByName },
        {
          key: 'state',
          title: t('study.state'),
          value: ({ state }) => t(`studies.states.${state}`),
          render: (run) => (
            <StatusTag tone={run.state === 'failed' ? 'danger' : isOpen(run) ? 'warning' : 'good'}>
              {t(`studies.states.${run.state}`)}
            </StatusTag>
          ),
        },
      ]}
    />
  );
}
