import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Progress, Select } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CellProblem,
  type ImportedRow,
  type ImportPage,
  KINDS,
  PROPERTIES,
  ROW_VERDICTS,
  type RowVerdict,
} from '../../src/modules/cluster/model.ts';
import { api, Go, useAddressValue, usePathValue } from '../shell/index.ts';
import {
  DataTable,
  Failure,
  Figures,
  Loading,
  Page,
  Panel,
  StatusTag,
  type Tone,
  useAsk,
  useNotice,
} from '../ui/index.ts';
import { IMPORT_TONES } from './imports.tsx';
import { MatchEvidence } from './match-evidence.tsx';
import './matching.css';

const VERDICT_TONES: Record<RowVerdict, Tone> = {
  new: 'primary',
  match: 'good',
  ambiguous: 'warning',
  repeated: 'neutral',
  invalid: 'danger',
};

/** One file on its way in: what its columns mean, what each row is, what happens to it. */
export default function ImportOne() {
  const { t } = useTranslation('cluster');
  const id = usePathValue('id');
  const root = `/api/cluster/imports/${id}`;
  const queries = useQueryClient();
  const key = ['cluster', 'import', id];
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<ImportPage>(root, { signal }) });
  const page = query.data;
  const notice = useNotice();
  const renew = () => queries.invalidateQueries({ queryKey: key });
  const { mutate, isPending, isError } = useMutation({
    mutationFn: () => api.post<ImportPage>(`${root}/continue`),
    onSuccess: (next) => {
      queries.setQueryData(key, next);
      if (!isAtWork(next)) void renew();
    },
    onError: notice.failed,
  });
  // The next part of the work is asked for as long as somebody waits; whoever opens the page again goes on where it stopped.
  useEffect(() => {
    if (page !== undefined && isAtWork(page) && !isPending && !isError) mutate();
  }, [page, isPending, isError, mutate]);

  if (query.isPending) return <Loading />;
  if (query.isError || page === undefined) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <Page
      title={page.fileName}
      trail={<Go to="/cluster/import">{t('import.title')}</Go>}
      about={<StatusTag tone={IMPORT_TONES[page.state]}>{t(`import.states.${page.state}`)}</StatusTag>}
      actions={<Acts page={page} root={root} renew={renew} />}
    >
      <div className="stack">
        {page.undoneWhy !== null && <p>{t('import.undone', { name: page.undoneByName, why: page.undoneWhy })}</p>}
        <AtWork page={page} />
        <Figures
          figures={ROW_VERDICTS.map((verdict) => ({
            label: t(`import.verdicts.${verdict}`),
            value: page.counts[verdict],
            ...(verdict === 'invalid' && page.counts.invalid > 0 && { tone: 'danger' as const }),
            ...(verdict === 'ambiguous' && page.counts.ambiguous > 0 && { tone: 'warning' as const }),
          }))}
        />
        {page.state === 'open' && <Columns page={page} root={root} renew={renew} />}
        {page.judged === page.rows && <Rows page={page} root={root} renew={renew} />}
      </div>
    </Page>
  );
}

function isAtWork({ state, judged, rows }: ImportPage): boolean {
  return state === 'applying' || state === 'undoing' || (state === 'open' && judged < rows);
}

interface PartProps {
  page: ImportPage;
  root: string;
  renew: () => Promise<void>;
}

function AtWork({ page }: { page: ImportPage }) {
  const { t } = useTranslation('cluster');
  if (!isAtWork(page)) return null;
  const { state, judged, rows, decided } = page;
  const going = decided.new + decided.match;
  const share = state === 'open' ? judged / rows : going === 0 ? 1 : decided.applied / going;
  const word = state === 'open' ? 'judging' : state === 'applying' ? 'writing' : 'undoing';
  return (
    <div role="status">
      {t(`import.${word}`)}
      <Progress
        percent={Math.round(100 * (state === 'undoing' ? 1 - share : share))}
        aria-label={t(`import.${word}`)}
      />
    </div>
  );
}

function Acts({ page, root, renew }: PartProps) {
  const { t } = useTranslation('cluster');
  const ask = useAsk();
  const notice = useNotice();
  const act = useMutation({
    mutationFn: ({ path, body }: { path: string; body?: object }) => api.post(`${root}/${path}`, body),
    onSuccess: renew,
    onError: notice.failed,
  });
  const going = page.decided.new + page.decided.match;
  const apply = async () => {
    const sure = await ask({
      title: t('import.applyAsk', { count: going }),
      about: t('import.applyAbout'),
      act: t('import.apply', { count: going }),
    });
    if (sure !== undefined) act.mutate({ path: 'apply' });
  };
  const undo = async () => {
    const sure = await ask({
      title: t('import.undoAsk'),
      about: t('import.undoAbout'),
      act: t('import.undo'),
      danger: true,
      reason: true,
    });
    if (sure !== undefined) act.mutate({ path: 'undo', body: sure });
  };
  return (
    <>
      {page.state === 'open' && page.judged === page.rows && going > 0 && (
        <Button type="primary" loading={act.isPending} onClick={apply}>
          {t('import.apply', { count: going })}
        </Button>
      )}
      {(page.state === 'done' || page.state === 'open') && (
        <Button danger loading={act.isPending} onClick={undo}>
          {t('import.undo')}
        </Button>
      )}
    </>
  );
}

function Columns({ page, root, renew }: PartProps) {
  const { t, i18n } = useTranslation('cluster');
  const notice = useNotice();
  const first = useQuery({
    queryKey: ['cluster', 'import', page.id, 'first'],
    queryFn: ({ signal }) => api.get<{ rows: ImportedRow[] }>(`${root}/rows`, { query: { limit: 1 }, signal }),
  });
  const map = useMutation({
    mutationFn: (mapping: (string | null)[]) => api.put(`${root}/mapping`, { mapping }),
    onSuccess: renew,
    onError: notice.failed,
  });
  const label = i18n.language.startsWith('zh') ? 'zh' : 'en';
  const meanings = [
    ...['name', 'nameZh', 'place'].map((value) => ({ value, label: t(`import.meanings.${value}`) })),
    ...Object.entries(PROPERTIES)
      .filter(([, { kinds }]) => kinds?.includes(page.kind) ?? true)
      .map(([value, property]) => ({ value, label: property[label] })),
  ];
  const choose = (at: number, meaning: string | undefined) =>
    map.mutate(page.mapping.map((old, column) => (column === at ? (meaning ?? null) : old === meaning ? null : old)));
  return (
    <Panel title={t('import.columns')}>
      <p className="quiet">{t('import.columnsAbout')}</p>
      <DataTable<{ column: string; at: number }>
        name="columns"
        label={t('import.columns')}
        rowKey={({ at }) => String(at)}
        source={{ rows: page.columns.map((column, at) => ({ column, at })) }}
        columns={[
          { key: 'column', title: t('import.column'), value: ({ column }) => column, phoneTitle: true },
          { key: 'example', title: t('import.example'), value: ({ at }) => first.data?.rows[0]?.cells[at] ?? '' },
          {
            key: 'meaning',
            title: t('import.meaning'),
            value: ({ at }) => page.mapping[at] ?? '',
            render: ({ column, at }) => (
              <Select
                aria-label={`${column}: ${t('import.meaning')}`}
                style={{ width: '100%', minWidth: 160 }}
                value={page.mapping[at] ?? undefined}
                placeholder={t('import.nothing')}
                allowClear
                showSearch={{ optionFilterProp: 'label' }}
                loading={map.isPending}
                options={meanings}
                onChange={(meaning) => choose(at, meaning)}
              />
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Rows({ page, root, renew }: PartProps) {
  const { t, i18n } = useTranslation('cluster');
  const [verdict, setVerdict] = useAddressValue('verdict');
  const notice = useNotice();
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: (choice: object) => api.post(`${root}/decide`, choice),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['cluster', 'import-rows', page.id] });
      await renew();
    },
    onError: notice.failed,
  });
  const open = page.counts.ambiguous > 0 ? page.decided.none : 0;
  const word = (known: { en: string; zh: string }) => (i18n.language.startsWith('zh') ? known.zh : known.en);
  return (
    <Panel title={`${t('import.rows')}: ${word(KINDS[page.kind])}`} flush>
      {page.state === 'open' && open > 0 && (
        <div className="row panel-body">
          <StatusTag tone="warning">{t('import.undecided', { count: open })}</StatusTag>
          <Button size="small" onClick={() => decide.mutate({ verdict: 'ambiguous', decision: 'skip' })}>
            {t('import.leaveOut')}
          </Button>
        </div>
      )}
      <DataTable<ImportedRow>
        name="rows"
        label={t('import.rows')}
        rowKey={({ row }) => String(row)}
        filters={
          <Select
            aria-label={t('import.verdict')}
            value={verdict}
            onChange={setVerdict}
            style={{ minWidth: 130 }}
            options={['', ...ROW_VERDICTS].map((value) => ({
              value,
              label: value === '' ? t('import.anyVerdict') : t(`import.verdicts.${value}`),
            }))}
          />
        }
        source={{
          queryKey: ['cluster', 'import-rows', page.id, verdict, page.state, page.judged],
          load: async ({ after, limit }, signal) => {
            const most = Math.min(limit, 200);
            const { rows } = await api.get<{ rows: ImportedRow[] }>(`${root}/rows`, {
              query: { verdict, limit: most, ...(after !== undefined && { after }) },
              signal,
            });
            return { rows, next: rows.length < most ? undefined : String(rows.at(-1)!.row) };
          },
        }}
        columns={[
          { key: 'row', title: t('import.row'), value: ({ row }) => row, end: true },
          {
            key: 'content',
            title: t('import.content'),
            value: ({ cells }) => cells.join(' | '),
            render: ({ cells }) =>
              cells
                .filter((cell) => cell !== '')
                .slice(0, 4)
                .join(' · '),
            phoneTitle: true,
          },
          {
            key: 'verdict',
            title: t('import.verdict'),
            value: (row) => (row.verdict === null ? '' : t(`import.verdicts.${row.verdict}`)),
            render: (row) =>
              row.verdict !== null && (
                <StatusTag tone={VERDICT_TONES[row.verdict]}>{t(`import.verdicts.${row.verdict}`)}</StatusTag>
              ),
          },
          {
            key: 'why',
            title: t('import.why'),
            value: ({ matches }) => matches.map(({ name, weight }) => `${name} ${weight}`).join('; '),
            render: (row) => <Why row={row} columns={page.columns} />,
          },
          {
            key: 'decision',
            title: t('import.decision'),
            value: ({ decision }) => t(`import.decisions.${decision ?? 'none'}`),
            render: (row) =>
              row.thing !== null ? (
                <Go to={`/cluster/things/${row.thing}`}>{t('import.thing')}</Go>
              ) : (
                <Decision row={row} isOpen={page.state === 'open'} choose={(choice) => decide.mutate(choice)} />
              ),
          },
        ]}
      />
    </Panel>
  );
}

function Why({ row, columns }: { row: ImportedRow; columns: readonly string[] }) {
  const { t } = useTranslation('cluster');
  const say = ({ column, what, found, expected }: CellProblem) => {
    const text =
      what === 'identifier' && expected !== undefined ? 'import.problems.identifierEnd' : `import.problems.${what}`;
    return `${columns[column] ?? ''}: ${t(text, { found, expected })}`;
  };
  return (
    <div>
      {row.problems.map((problem) => (
        <div key={`${problem.column} ${problem.what}`}>{say(problem)}</div>
      ))}
      {row.matches.map((match) => (
        <details key={match.thing}>
          <summary>
            {match.name} <span className="quiet">{t('import.bits', { weight: match.weight })}</span>
          </summary>
          <MatchEvidence match={match} />
        </details>
      ))}
    </div>
  );
}

function Decision(props: { row: ImportedRow; isOpen: boolean; choose: (choice: object) => void }) {
  const { row, isOpen, choose } = props;
  const { t } = useTranslation('cluster');
  if (!isOpen || row.verdict === 'invalid') return <>{t(`import.decisions.${row.decision ?? 'none'}`)}</>;
  const value = row.decision === 'match' ? `match ${row.target}` : (row.decision ?? undefined);
  return (
    <Select
      aria-label={`${t('import.row')} ${row.row}: ${t('import.decision')}`}
      style={{ minWidth: 170, maxWidth: 280, width: '100%' }}
      value={value}
      placeholder={t('import.decisions.none')}
      options={[
        { value: 'new', label: t('import.decisions.new') },
        ...row.matches.map(({ thing, name }) => ({ value: `match ${thing}`, label: t('import.addTo', { name }) })),
        { value: 'skip', label: t('import.decisions.skip') },
      ]}
      onChange={(chosen) => {
        const [decision, target] = String(chosen).split(' ');
        choose({ rows: [row.row], decision, ...(target !== undefined && { target }) });
      }}
    />
  );
}
