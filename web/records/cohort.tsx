import { PrinterOutlined, RedoOutlined, UndoOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Segmented, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Cohort,
  type CohortCounts,
  membersOf,
  type Reach,
  type SavedQuestion,
} from '../../src/modules/records/model.ts';
import { api, Go, useAddressValue, useGo, useSession } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, Panel, saveCsv, useRested } from '../ui/index.ts';
import './cohort.css';
import { Comparison } from './cohort-comparison.tsx';
import { Criteria } from './cohort-criteria.tsx';
import { DownloadDialog, SaveDialog } from './cohort-dialogs.tsx';
import { Flow, Pictures } from './cohort-result.tsx';
import {
  completed,
  EMPTY,
  EXAMPLES,
  fromAddress,
  QUESTIONS,
  questionAddress,
  toAddress,
  useEdited,
} from './cohort-state.ts';
import { useCohortWords } from './cohort-words.ts';

/** Somebody who types is not asked for until the hand rests; the question before is then stopped in the engine. */
const REST_MS = 350;

/** The cohort builder. The address carries what is asked, or names a kept question. */
export default function CohortPage() {
  const { t } = useTranslation('records');
  const [id] = useAddressValue('id');
  const reaches = useQuery({
    queryKey: ['cohort-reach'],
    queryFn: ({ signal }) => api.get<{ reaches: Reach[] }>('/api/records/cohorts/reach', { signal }),
    staleTime: 5 * 60_000,
  });
  const kept = useQuery({
    queryKey: [...QUESTIONS, id],
    queryFn: ({ signal }) => api.get<SavedQuestion>(`/api/records/questions/${encodeURIComponent(id)}`, { signal }),
    enabled: id !== '',
  });
  const failed = [reaches, kept].find(({ isError }) => isError);
  if (failed !== undefined || reaches.data === undefined || (id !== '' && kept.data === undefined)) {
    return (
      <Page title={t('cohort.title')}>
        {failed === undefined ? <Loading /> : <Failure error={failed.error} retry={() => failed.refetch()} />}
      </Page>
    );
  }
  return <Builder key={id} reaches={reaches.data.reaches} {...(id !== '' && kept.data && { kept: kept.data })} />;
}

function Builder({ reaches, kept }: { reaches: readonly Reach[]; kept?: SavedQuestion }) {
  const { t } = useTranslation('records');
  const { may } = useSession();
  const go = useGo();
  const words = useCohortWords();
  const [asked, setAsked] = useAddressValue('ask');
  const question = kept?.question.kind === 'cohort' ? kept.question : undefined;
  const edited = useEdited(fromAddress(asked) ?? question?.cohort ?? EMPTY);
  const [reach, setReach] = useState<Reach>(question?.reach ?? reaches[0] ?? 'rows');
  const [dialog, setDialog] = useState<'save' | 'download'>();
  const { cohort, change } = edited;
  const complete = completed(cohort);
  const counts = useCounts(complete, reach);
  const isEmpty = cohort.include.length + cohort.exclude.length === 0;

  const address = kept !== undefined && cohort === question?.cohort ? '' : toAddress(cohort);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows the cohort, not the other way round
  useEffect(() => {
    if (address !== asked) setAsked(address);
  }, [address]);
  useUndoKeys(edited.undo, edited.redo);

  const saveFlow = () => {
    if (counts.data === undefined) return;
    const names = [t('cohort.everybody'), ...[...complete.include, ...complete.exclude].map(words.criterion)];
    const rows = [{ left: counts.data.everybody, removed: 0 as const }, ...counts.data.steps].map(
      ({ left, removed }, at) => [names[at], words.count(left), at === 0 ? '' : words.count(removed)],
    );
    const header = [t('cohort.csvStep'), t('cohort.csvLeft'), t('cohort.csvRemoved')];
    saveCsv('cohort', header, rows);
  };

  return (
    <Page
      title={kept?.name ?? t('cohort.title')}
      about={kept === undefined ? t('cohort.about') : kept.about}
      trail={<Go to="/records/questions">{t('cohort.openSaved')}</Go>}
      actions={
        <>
          <Tooltip title={t('cohort.undo')}>
            <Button
              icon={<UndoOutlined />}
              aria-label={t('cohort.undo')}
              disabled={!edited.canUndo}
              onClick={edited.undo}
            />
          </Tooltip>
          <Tooltip title={t('cohort.redo')}>
            <Button
              icon={<RedoOutlined />}
              aria-label={t('cohort.redo')}
              disabled={!edited.canRedo}
              onClick={edited.redo}
            />
          </Tooltip>
          <Tooltip title={t('cohort.print')}>
            <Button icon={<PrinterOutlined />} aria-label={t('cohort.print')} onClick={() => print()} />
          </Tooltip>
          <Button disabled={isEmpty} onClick={() => change(EMPTY)}>
            {t('cohort.empty')}
          </Button>
          <Button disabled={counts.data === undefined} onClick={saveFlow}>
            {t('cohort.csv')}
          </Button>
          {reaches.includes('rows') && may('lake.export') && (
            <Button onClick={() => setDialog('download')}>{t('cohort.download')}</Button>
          )}
          <Button type="primary" onClick={() => setDialog('save')}>
            {t(kept?.own === true ? 'cohort.save' : 'cohort.saveAs')}
          </Button>
        </>
      }
    >
      {isEmpty && (
        <Panel title={t('cohort.examples')}>
          <div className="cohort-examples">
            {EXAMPLES.map(({ name, cohort: example }) => (
              <button key={name} type="button" onClick={() => change(example)}>
                <strong>{t(`cohort.example.${name}`)}</strong>
                <span className="quiet">{t(`cohort.example.${name}About`)}</span>
              </button>
            ))}
          </div>
        </Panel>
      )}
      <div className="cohort">
        {counts.data !== undefined && (
          <p className="cohort-strip no-print" aria-hidden="true">
            <strong className="numbers">{words.count(membersOf(counts.data))}</strong>{' '}
            {counts.isFetching ? t('cohort.counting') : t('cohort.members')}
          </p>
        )}
        <div className="stack">
          <Panel title={t('cohort.include')}>
            <Criteria
              label={t('cohort.include')}
              empty={t('cohort.noInclude')}
              criteria={cohort.include}
              change={(include) => change({ ...cohort, include })}
              reach={reach}
            />
          </Panel>
          <Panel title={t('cohort.exclude')}>
            <Criteria
              label={t('cohort.exclude')}
              empty={t('cohort.noExclude')}
              criteria={cohort.exclude}
              change={(exclude) => change({ ...cohort, exclude })}
              reach={reach}
            />
          </Panel>
        </div>
        <div className="cohort-side">
          <Panel title={t('cohort.sentence')}>
            <p className="cohort-sentence">{words.cohort(complete)}</p>
          </Panel>
          <Panel
            title={t('cohort.flow')}
            actions={
              reaches.length > 1 && (
                <Segmented
                  size="small"
                  aria-label={t('cohort.reach')}
                  value={reach}
                  onChange={setReach}
                  options={reaches.map((value) => ({ value, label: t(`cohort.reaches.${value}`) }))}
                />
              )
            }
          >
            <Answer cohort={complete} counts={counts} />
          </Panel>
        </div>
      </div>
      {counts.data !== undefined && <Pictures counts={counts.data} />}
      {counts.data !== undefined && !isEmpty && <Comparison counts={counts.data} reach={reach} />}
      {dialog === 'save' && (
        <SaveDialog
          question={{ kind: 'cohort', cohort: complete, reach }}
          before={kept?.own === true ? kept : undefined}
          close={(saved) => {
            setDialog(undefined);
            if (saved !== undefined) go(questionAddress(saved));
          }}
        />
      )}
      {dialog === 'download' && <DownloadDialog cohort={complete} close={() => setDialog(undefined)} />}
    </Page>
  );
}

/** The flow, with the answer before it in broken lines while the next one is counted. */
function Answer({ cohort, counts }: { cohort: Cohort; counts: ReturnType<typeof useCounts> }) {
  const { t } = useTranslation('records');
  const words = useCohortWords();
  const { data, isError, error, isPending, isFetching, refetch } = counts;
  if (isError) return <Failure error={error} retry={() => refetch()} />;
  if (isPending || data === undefined) return <Loading lines={6} />;
  if (data.everybody === 0) return <Empty />;
  const fits = data.steps.length === cohort.include.length + cohort.exclude.length;
  return (
    <div className={isFetching || !fits ? 'stack cohort-stale' : 'stack'} aria-busy={isFetching}>
      <p className="cohort-count" role="status" style={{ margin: 0 }}>
        <strong className="numbers">{words.count(membersOf(data))}</strong>
        <span>{isFetching ? t('cohort.counting') : t('cohort.members')}</span>
      </p>
      <Flow cohort={cohort} counts={data} />
      {data.smallest !== undefined && <p className="plot-note">{t('cohort.published', { smallest: data.smallest })}</p>}
      <p className="plot-note">{t('cohort.took', { ms: data.tookMs, today: data.today })}</p>
    </div>
  );
}

function useCounts(cohort: Cohort, reach: Reach) {
  const text = JSON.stringify(cohort);
  const rested = useRested(text, REST_MS);
  return useQuery({
    queryKey: ['cohort-counts', reach, rested],
    queryFn: ({ signal }) =>
      api.post<CohortCounts>('/api/records/cohorts/count', { cohort: JSON.parse(rested), reach }, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });
}

/** As everywhere: Ctrl or Cmd with Z goes back, with Shift and Z or with Y forth; not while a field has its own. */
function useUndoKeys(undo: () => void, redo: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(event.target.tagName)) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      if (key === 'y' || event.shiftKey) redo();
      else undo();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [undo, redo]);
}
