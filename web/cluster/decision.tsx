import { DownloadOutlined, PlayCircleOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionPage, DrawnElement, Note, Trial } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValue, usePathValue } from '../shell/index.ts';
import { Failure, Loading, Page, Panel, StatusTag, Tabs, Time, useNotice } from '../ui/index.ts';
import { decision, fileOf, useDecision, useDecisionAct } from './decision-ask.ts';
import { Graph } from './decision-graph.tsx';
import { Inputs, startOf, toInputs } from './decision-inputs.tsx';
import { LogicView } from './decision-logic.tsx';
import { ModelFile } from './decisions.tsx';
import './decisions.css';

/** A decision model: tried out, drawn, with all its versions. */
export default function Decision() {
  const { t } = useTranslation('cluster');
  const id = usePathValue('id');
  const [part, setPart] = useAddressValue('part', 'try');
  const [version] = useAddressValue('version', '');
  const query = useDecision(id, version);
  const page = query.data;
  const change = useDecisionAct((content: string) => decision.change(id, content, page?.version ?? 0));
  return (
    <Page
      title={page?.model.name ?? t('decisions.name')}
      about={page && t('decisions.versionOf', { shown: page.shown, version: page.version })}
      trail={<Go to="/cluster/decisions">{t('decisions.title')}</Go>}
      actions={
        page !== undefined && (
          <>
            <Button icon={<DownloadOutlined />} href={fileOf(id, page.shown)} download>
              {t('decisions.download')}
            </Button>
            {page.mayWrite && (
              <ModelFile label={t('decisions.newVersion')} loading={change.isPending} take={change.mutate} />
            )}
          </>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {page !== undefined && (
        <div className="stack">
          {page.example && (
            <div>
              <StatusTag tone="warning">{t('decisions.exampleLong')}</StatusTag>
            </div>
          )}
          <Faults page={page} />
          <Tabs
            label={t('decisions.parts')}
            active={part}
            choose={setPart}
            tabs={[
              { key: 'try', label: t('decisions.try'), content: () => <Attempt key={page.shown} page={page} /> },
              { key: 'graph', label: t('decisions.graph'), content: () => <Graph elements={page.model.elements} /> },
              { key: 'versions', label: t('decisions.versions'), content: () => <Versions page={page} /> },
            ]}
          />
        </div>
      )}
    </Page>
  );
}

function Faults({ page }: { page: DecisionPage }) {
  const { t } = useTranslation('cluster');
  const { faults } = page.model;
  if (faults.length === 0) return null;
  return (
    <Alert
      type="warning"
      title={t('decisions.faults', { count: faults.length })}
      description={
        <ul>
          {faults.slice(0, 20).map(({ element, line, kind, text, message }) => (
            <li key={`${line} ${element} ${text} ${message}`}>
              {t('decisions.fault', { element, line, kind: t(`decisions.kinds.${kind}`) })} <code>{text}</code>
            </li>
          ))}
        </ul>
      }
    />
  );
}

/** Inputs, what they lead to, and every decision with the rules that matched. */
function Attempt({ page }: { page: DecisionPage }) {
  const { t } = useTranslation('cluster');
  const notice = useNotice();
  const [given, setGiven] = useState(() => startOf(page.model.inputs));
  const attempt = useMutation({
    mutationFn: () => decision.attempt(page.id, page.shown, toInputs(page.model.inputs, given)),
    onError: notice.failed,
  });
  const trial = attempt.data;
  const drawn = page.model.elements.filter(({ logic }) => logic !== undefined);
  return (
    <div className="stack">
      <Panel title={t('decisions.inputs')}>
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            attempt.mutate();
          }}
        >
          <Inputs fields={page.model.inputs} given={given} change={setGiven} />
          <div>
            <Button type="primary" htmlType="submit" icon={<PlayCircleOutlined />} loading={attempt.isPending}>
              {t('decisions.decide')}
            </Button>
          </div>
        </form>
      </Panel>
      {trial !== undefined && <Results trial={trial} />}
      {drawn.map((element) => (
        <Element key={element.key} element={element} trial={trial} />
      ))}
    </div>
  );
}

function Results({ trial }: { trial: Trial }) {
  const { t } = useTranslation('cluster');
  return (
    <Panel title={t('decisions.results')}>
      <div aria-live="polite" className="stack">
        <dl className="facts">
          {trial.results.map(({ name, value }) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>
                <Shown value={value} />
              </dd>
            </div>
          ))}
        </dl>
        {trial.notes.length > 0 && (
          <section aria-label={t('decisions.notes')}>
            <h3>{t('decisions.notes')}</h3>
            <Notes notes={trial.notes.filter((note) => !follows(note))} />
            {trial.notes.some(follows) && (
              <details>
                <summary>{t('decisions.follows')}</summary>
                <Notes notes={trial.notes.filter(follows)} />
              </details>
            )}
          </section>
        )}
      </div>
    </Panel>
  );
}

/** Null came in, so null goes out: it follows from something else. */
function follows({ facts }: Note): boolean {
  return Object.values(facts ?? {}).some((fact) => /\bnull\b/.test(String(fact)));
}

function Notes({ notes }: { notes: readonly Note[] }) {
  const { t } = useTranslation('cluster');
  return (
    <ul>
      {notes.map(({ reason, where, facts, at }) => (
        <li key={`${where} ${reason} ${at} ${JSON.stringify(facts)}`}>
          {where !== undefined && <strong>{where}: </strong>}
          {t(`decisions.reasons.${reason}`)}
          {facts !== undefined && <code> {Object.values(facts).join(', ')}</code>}
        </li>
      ))}
    </ul>
  );
}

/** A result as a person reads it: members under each other, items in a list. */
function Shown({ value }: { value: unknown }) {
  const { t } = useTranslation('cluster');
  if (value === null || (Array.isArray(value) && value.length === 0)) {
    return <span className="quiet">{t(value === null ? 'decisions.unknown' : 'decisions.nothing')}</span>;
  }
  if (typeof value === 'boolean') return t(value ? 'decisions.yes' : 'decisions.no');
  if (typeof value !== 'object') return <span className="numbers">{String(value)}</span>;
  return (
    <dl className="facts">
      {Object.entries(value).map(([name, part]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{Array.isArray(value) ? Number(name) + 1 : name}</dt>
          <dd>
            <Shown value={part} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Element({ element, trial }: { element: DrawnElement; trial: Trial | undefined }) {
  const { t } = useTranslation('cluster');
  const { name, kind, question, logic } = element;
  // A function's table may be asked more than once: what the last asking matched is lit.
  const asked = trial?.tables.findLast((table) => table.element === name);
  return (
    <Panel title={name} actions={<StatusTag>{t(`decisions.elements.${kind}`)}</StatusTag>}>
      {question !== undefined && <p className="quiet decision-about">{question}</p>}
      {logic !== undefined && <LogicView logic={logic} label={name} asked={asked} />}
    </Panel>
  );
}

function Versions({ page }: { page: DecisionPage }) {
  const { t } = useTranslation('cluster');
  return (
    <Panel>
      <ul className="decision-versions">
        {page.versions.map(({ version, hash, madeByName, madeAt }) => (
          <li key={version}>
            <Go to={`/cluster/decisions/${page.id}?version=${version}`}>{t('decisions.versionNo', { version })}</Go>
            <span>
              {madeByName}, <Time at={madeAt} />
            </span>
            <code title={hash}>{hash.slice(0, 12)}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
