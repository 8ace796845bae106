import {
  HistoryOutlined,
  LinkOutlined,
  PlayCircleOutlined,
  SaveOutlined,
  StarOutlined,
  StopOutlined,
} from '@ant-design/icons';
import { StandardSQL, sql } from '@codemirror/lang-sql';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Drawer, Input, Select } from 'antd';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, Go, Refusal, useAddressValue, useSession } from '../shell/index.ts';
import { CodeEditor, type Mark } from '../ui/code-editor.tsx';
import { Empty, Failure, Loading, Page, Panel, ShortList, useNotice } from '../ui/index.ts';
import { parametersIn, typedValue } from '../ui/sql-parameters.ts';
import './lake.css';
import {
  type Answer,
  type Given,
  isReadable,
  type Json,
  type ModuleTable,
  useMayKeep,
  useModuleTables,
  useViews,
  type View,
} from './lake-api.ts';
import { PARAMETER_TYPES, questionOf, usedBy } from './query-library.ts';
import { SaveQuestion } from './save-question.tsx';
import { clearHistory, noteHistory, type Past, readHistory } from './sql-history.ts';
import { fromHash, type Typed, toHash } from './sql-link.ts';
import { marksOf } from './sql-marks.ts';
import { SqlResult } from './sql-result.tsx';
import { useWords } from './words.ts';

const LIMITS = [100, 1_000, 10_000];
const FIRST = 'select *\nfrom person\nlimit 100';

/** Questions in SQL over the views, with the rows that the person may see. */
export default function Sql() {
  const { t, i18n } = useTranslation('lake');
  const { actor } = useSession();
  const views = useViews();
  const tables = useModuleTables();
  const mayKeep = useMayKeep();
  const [named] = useAddressValue('view');
  const [saved, setSaved] = useAddressValue('query');
  const [linked] = useState(() => fromHash(location.hash));
  const [text, setText] = useState(
    () => linked?.text ?? (named === '' ? (readHistory(actor.username)[0]?.text ?? FIRST) : firstOf(named)),
  );
  const [typed, setTyped] = useState<Record<string, Typed>>(linked?.typed ?? {});
  const notice = useNotice();
  const [limit, setLimit] = useState(1_000);
  const [history, setHistory] = useState(() => readHistory(actor.username));
  const [drawer, setDrawer] = useState<'history' | 'saved'>();
  const [saving, setSaving] = useState(false);
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  const running = useRef<AbortController>(undefined);

  const names = parametersIn(text);
  const given = names.map((name): Given => {
    const { type, text: value } = typed[name] ?? { type: 'string', text: '' };
    return { name, type, value: typedValue(type, value) };
  });
  const asked = useRef({ text, given });

  const run = useMutation({
    mutationFn: () => {
      running.current?.abort();
      running.current = new AbortController();
      asked.current = { text, given };
      setMarks([]);
      const { signal } = running.current;
      return api.post<Answer>('/api/lake/ask', { sql: text, parameters: given, limit }, { signal });
    },
    onSuccess: ({ rows, ms }) =>
      setHistory(noteHistory(actor.username, { text, at: new Date().toISOString(), rows: rows.length, ms })),
    onError: (error) => setMarks(error instanceof Refusal ? marksOf(asked.current.text, error) : []),
  });
  useEffect(() => () => running.current?.abort(), []);
  // A link opened on this page itself only changes what stands behind the `#`.
  useEffect(() => {
    const follow = () => {
      const question = fromHash(location.hash);
      if (question === undefined) return;
      setText(question.text);
      setTyped(question.typed);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const start = () => {
    if (text.trim() !== '') run.mutate();
  };
  const copyLink = async () => {
    const mine = Object.fromEntries(names.flatMap((name) => (typed[name] === undefined ? [] : [[name, typed[name]]])));
    try {
      await navigator.clipboard.writeText(`${location.origin}/lake/sql${toHash(text, mine)}`);
      notice.done(t('sql.linkCopied'));
    } catch (error) {
      notice.failed(error);
    }
  };
  const cancel = () => {
    running.current?.abort();
    run.reset();
  };

  const library = useQuery({
    queryKey: ['lake', 'library', saved],
    queryFn: ({ signal }) => api.get<Json>(`/fhir/Library/${saved}`, { signal }),
    enabled: saved !== '',
  });
  useEffect(() => {
    if (library.data === undefined) return;
    const question = questionOf(library.data);
    setText(question.text);
    setTyped(Object.fromEntries(question.parameters.map(({ name, type }) => [name, { type, text: '' }])));
  }, [library.data]);

  const readable = useMemo(() => (views.data ?? []).filter(isReadable), [views.data]);
  const language = useMemo(
    () => [
      sql({
        dialect: StandardSQL,
        schema: Object.fromEntries(
          [...readable, ...(tables.data ?? [])].map(({ name, columns }) => [
            name,
            columns.map((column) => column.name),
          ]),
        ),
      }),
    ],
    [readable, tables.data],
  );
  const isAsked = run.isSuccess && asked.current.text === text;

  return (
    <Page title={library.data === undefined ? t('sql.title') : String(library.data['title'])} about={t('sql.about')}>
      {library.isError && <Failure error={library.error} />}
      <div className="sql">
        <ViewList
          views={readable}
          tables={tables.data ?? []}
          isLeftOut={views.data?.some(({ reach }) => !reach.includes('rows')) ?? false}
          isPending={views.isPending}
          use={(name) => setText(firstOf(name))}
        />
        <div className="stack">
          <Panel
            title={t('sql.question')}
            actions={
              <>
                <Button icon={<HistoryOutlined />} onClick={() => setDrawer('history')}>
                  {t('sql.history')}
                </Button>
                <Button icon={<StarOutlined />} onClick={() => setDrawer('saved')}>
                  {t('sql.saved')}
                </Button>
                <Button
                  icon={<LinkOutlined />}
                  disabled={text.trim() === ''}
                  onClick={copyLink}
                  title={t('sql.linkAbout')}
                >
                  {t('sql.link')}
                </Button>
                {mayKeep && (
                  <Button
                    icon={<SaveOutlined />}
                    disabled={!isAsked}
                    title={isAsked ? undefined : t('sql.saveAfter')}
                    onClick={() => setSaving(true)}
                  >
                    {t('sql.save')}
                  </Button>
                )}
              </>
            }
            flush
          >
            <CodeEditor
              label={t('sql.question')}
              value={text}
              change={setText}
              marks={marks}
              language={language}
              run={start}
              heightPx={230}
            />
            <div className="sql-foot no-print">
              <Parameters names={names} typed={typed} change={setTyped} run={start} />
              <div className="row">
                {run.isPending ? (
                  <Button danger icon={<StopOutlined />} onClick={cancel}>
                    {t('sql.cancel')}
                  </Button>
                ) : (
                  <Button type="primary" icon={<PlayCircleOutlined />} disabled={text.trim() === ''} onClick={start}>
                    {t('sql.run')}
                  </Button>
                )}
                <Select
                  aria-label={t('sql.limit')}
                  value={limit}
                  onChange={setLimit}
                  options={LIMITS.map((value) => ({
                    value,
                    label: t('sql.rowsAtMost', { count: value, number: value.toLocaleString(i18n.language) }),
                  }))}
                />
                <span className="quiet">{t('sql.keys')}</span>
              </div>
            </div>
          </Panel>
          {run.isPending && (
            <Panel>
              <Elapsed />
            </Panel>
          )}
          {run.isError && <Failed error={run.error} given={asked.current.given} />}
          {run.isSuccess && (
            <SqlResult
              // What was chosen for the picture is kept while the columns are the same.
              key={run.data.columns.map(({ name }) => name).join()}
              answer={run.data}
              question={asked.current}
              views={views.data ?? []}
              limit={limit}
            />
          )}
          {run.isIdle && (
            <Panel>
              <Empty title={t('sql.nothingAsked')}>
                <span>{t('sql.nothingAskedAbout')}</span>
                <Examples views={readable} use={setText} />
              </Empty>
            </Panel>
          )}
        </div>
      </div>
      <Drawer
        open={drawer !== undefined}
        onClose={() => setDrawer(undefined)}
        size="large"
        title={drawer === undefined ? '' : t(`sql.${drawer}`)}
      >
        {drawer === 'history' && (
          <History
            history={history}
            choose={(chosen) => {
              setText(chosen);
              setDrawer(undefined);
            }}
            clear={() => setHistory(clearHistory(actor.username))}
          />
        )}
        {drawer === 'saved' && (
          <Saved
            choose={(id) => {
              setSaved(id);
              setDrawer(undefined);
            }}
          />
        )}
      </Drawer>
      {saving && run.data !== undefined && (
        <SaveQuestion
          question={{ text, parameters: given }}
          used={usedBy(run.data, views.data ?? [])}
          before={library.data}
          close={() => setSaving(false)}
          kept={setSaved}
        />
      )}
    </Page>
  );
}

function firstOf(view: string): string {
  return `select *\nfrom ${view}\nlimit 100`;
}

function ViewList({
  views,
  tables,
  isLeftOut,
  isPending,
  use,
}: {
  views: readonly View[];
  tables: readonly ModuleTable[];
  /** There are others, whose rows the person may not see. */
  isLeftOut: boolean;
  isPending: boolean;
  use: (name: string) => void;
}) {
  const { t } = useTranslation('lake');
  const words = useWords();
  return (
    <details className="panel view-list no-print" open={window.innerWidth > 720}>
      <summary>{t('sql.views')}</summary>
      {isPending && <Loading lines={6} />}
      {isLeftOut && (
        <p className="result-note">
          {t('sql.leftOut')} <Go to="/lake/views">{t('views.title')}</Go>
        </p>
      )}
      <ul>
        {views.map((view) => (
          <Described
            key={view.name}
            name={view.name}
            title={words.title(view)}
            columns={view.columns.map((column) => ({ ...column, about: words.column(column, view) }))}
            use={use}
          >
            <Go to={`/lake/views/${view.id}?tab=columns`}>{t('views.dictionary')}</Go>
          </Described>
        ))}
      </ul>
      {tables.length > 0 && <p className="result-note">{t('sql.tablesAbout')}</p>}
      <ul>
        {tables.map((table) => (
          <Described
            key={table.name}
            name={table.name}
            title={words.table(table).title}
            columns={table.columns.map((column) => ({ ...column, about: words.tableColumn(table, column) }))}
            use={use}
          >
            <p className="quiet">{words.table(table).about}</p>
          </Described>
        ))}
      </ul>
    </details>
  );
}

/** What may be asked, with its columns and what they mean. */
function Described({
  name,
  title,
  columns,
  use,
  children,
}: {
  name: string;
  title: string;
  columns: readonly { name: string; type: string; about: string | undefined }[];
  use: (name: string) => void;
  children: ReactNode;
}) {
  const { t } = useTranslation('lake');
  return (
    <li>
      <details>
        <summary>
          <code>{name}</code> <span className="quiet">{title}</span>
        </summary>
        <div className="row">
          <Button size="small" onClick={() => use(name)}>
            {t('sql.firstRows')}
          </Button>
          {children}
        </div>
        <dl>
          {columns.map((column) => (
            <div key={column.name} title={column.about}>
              <dt>
                <code>{column.name}</code>
              </dt>
              <dd className="quiet">{column.type}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

function Parameters(props: {
  names: readonly string[];
  typed: Record<string, Typed>;
  change: (typed: Record<string, Typed>) => void;
  run: () => void;
}) {
  const { t } = useTranslation('lake');
  const { names, typed, change, run } = props;
  if (names.length === 0) return null;
  return (
    <fieldset className="parameters">
      <legend>{t('sql.parameters')}</legend>
      {names.map((name) => {
        const { type, text } = typed[name] ?? { type: 'string', text: '' };
        const set = (more: Partial<Typed>) => change({ ...typed, [name]: { type, text, ...more } });
        const isWrong = text !== '' && typedValue(type, text) === undefined;
        return (
          <div key={name} className="row">
            <code>:{name}</code>
            <Select
              aria-label={t('sql.typeOf', { name })}
              value={type}
              onChange={(chosen) => set({ type: chosen })}
              style={{ minWidth: 110 }}
              options={PARAMETER_TYPES.map((value) => ({ value, label: t(`sql.types.${value}`) }))}
            />
            <Input
              aria-label={t('sql.valueOf', { name })}
              value={text}
              status={isWrong ? 'error' : ''}
              placeholder={FORMS[type]}
              onPressEnter={run}
              maxLength={10_000}
              onChange={(event) => set({ text: event.target.value })}
              style={{ width: 200 }}
            />
          </div>
        );
      })}
    </fieldset>
  );
}

/** How a value of each type is written. */
const FORMS: Readonly<Record<string, string>> = {
  integer: '42',
  decimal: '6.5',
  boolean: 'true',
  date: '2026-01-31',
  dateTime: '2026-01-31T08:00:00+08:00',
};

/** Says that the engine is at it, and for how long. */
function Elapsed() {
  const { t, i18n } = useTranslation('lake');
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setMs(performance.now() - began), 100);
    return () => clearInterval(timer);
  }, []);
  const seconds = (ms / 1000).toLocaleString(i18n.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return <p className="quiet elapsed">{t('sql.working', { seconds })}</p>;
}

function Failed({ error, given }: { error: Error; given: readonly Given[] }) {
  const { t } = useTranslation('lake');
  const without = given.flatMap(({ name, value }) => (value === undefined || value === '' ? [`:${name}`] : []));
  const { status, kind, issues } = error instanceof Refusal ? error : { status: 0, kind: '', issues: [] };
  return (
    <Panel title={t('sql.failed')}>
      <div role="alert" className="stack">
        <p className="tone-danger toned">{error.message}</p>
        {issues.length > 0 && (
          <ul className="issues">
            {issues.map(({ message, expression }) => (
              <li key={`${expression} ${message}`}>
                {expression !== undefined && <code>{expression} </code>}
                {message}
              </li>
            ))}
          </ul>
        )}
        {without.length > 0 && <p className="note">{t('sql.withoutValue', { names: without.join(' ') })}</p>}
        {status === 403 && <p className="note">{t('sql.forbiddenAbout')}</p>}
        {kind === 'too-costly' && <p className="note">{t('sql.costlyAbout')}</p>}
      </div>
    </Panel>
  );
}

const EXAMPLES: readonly { key: string; needs: string; text: string }[] = [
  {
    key: 'tests',
    needs: 'laboratory_result',
    text: 'select code, any(code_text) as test, count() as results, uniqExact(patient) as persons\nfrom laboratory_result\ngroup by code\norder by results desc\nlimit 20',
  },
  {
    key: 'months',
    needs: 'laboratory_result',
    text: "select toStartOfMonth(time) as month, count() as results, countIf(flag in ('H', 'L', 'A')) as flagged\nfrom laboratory_result\ngroup by month\norder by month",
  },
  {
    key: 'join',
    needs: 'person',
    text: 'select p.sex, r.unit, quantiles(0.025, 0.5, 0.975)(r.value) as spread, count() as n\nfrom laboratory_result as r join person as p on p.id = r.patient\nwhere r.code = :code\ngroup by p.sex, r.unit\norder by n desc',
  },
  {
    key: 'organizations',
    needs: 'organization',
    text: 'select type, count() as n\nfrom organization\ngroup by type\norder by n desc',
  },
];

function Examples({ views, use }: { views: readonly View[]; use: (text: string) => void }) {
  const { t } = useTranslation('lake');
  const fitting = EXAMPLES.filter(({ needs }) => views.some(({ name }) => name === needs));
  return (
    <div className="row">
      {fitting.map(({ key, text }) => (
        <Button key={key} onClick={() => use(text)}>
          {t(`sql.examples.${key}`)}
        </Button>
      ))}
    </div>
  );
}

function History({
  history,
  choose,
  clear,
}: {
  history: readonly Past[];
  choose: (text: string) => void;
  clear: () => void;
}) {
  const { t, i18n } = useTranslation('lake');
  return (
    <div className="stack">
      <p className="note">{t('sql.historyAbout')}</p>
      <ShortList
        empty={t('sql.noHistory')}
        items={history.map(({ text, at, rows, ms }) => ({
          id: `${at} ${text}`,
          title: (
            <button type="button" className="past" onClick={() => choose(text)}>
              <code>{text}</code>
            </button>
          ),
          by: t('sql.told', {
            count: rows,
            seconds: (ms / 1000).toLocaleString(i18n.language, { maximumFractionDigits: 2 }),
          }),
          at,
        }))}
      />
      {history.length > 0 && <Button onClick={clear}>{t('sql.clearHistory')}</Button>}
    </div>
  );
}

interface Libraries {
  entry?: {
    resource: {
      id: string;
      title?: string;
      name?: string;
      description?: string;
      date?: string;
      meta?: { lastUpdated?: string };
    };
  }[];
}

function Saved({ choose }: { choose: (id: string) => void }) {
  const { t } = useTranslation('lake');
  const query = useQuery({
    queryKey: ['lake', 'libraries'],
    queryFn: ({ signal }) =>
      api.get<Libraries>('/fhir/Library', {
        query: { type: 'sql-query', _sort: '-_lastUpdated', _count: 100 },
        signal,
      }),
  });
  if (query.isPending) return <Loading lines={4} />;
  if (query.isError) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <ShortList
      empty={t('sql.noSaved')}
      items={(query.data.entry ?? []).map(({ resource: { id, title, name, description, meta } }) => ({
        id,
        title: (
          <Button type="link" style={{ padding: 0 }} onClick={() => choose(id)}>
            {title ?? name ?? id}
          </Button>
        ),
        by: description,
        at: meta?.lastUpdated,
      }))}
    />
  );
}
