import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Cohort,
  type CohortCounts,
  membersOf,
  type QuestionRun,
  type SavedQuestion,
} from '../../src/modules/records/model.ts';
import { api, Go, useGo } from '../shell/index.ts';
import { type Column, DataTable, Failure, Loading, Page, Sparkline, StatusTag, Time, useNotice } from '../ui/index.ts';
import { QUESTIONS, questionAddress, toAddress } from './cohort-state.ts';
import { useCohortWords } from './cohort-words.ts';

/** What was kept: open it, count it again, share it, change it, take it away and bring it back. */
export default function Questions() {
  const { t } = useTranslation('records');
  const words = useCohortWords();
  const [shown, show] = useState<SavedQuestion>();
  const columns: Column<SavedQuestion>[] = [
    {
      key: 'name',
      title: t('cohort.questions.name'),
      value: ({ name }) => name,
      phoneTitle: true,
      render: (kept) => (
        <>
          <Go to={questionAddress(kept)}>{kept.name}</Go>
          {kept.about !== '' && <div className="quiet">{kept.about}</div>}
          {kept.question.kind === 'cohort' && <div className="quiet">{words.cohort(kept.question.cohort)}</div>}
        </>
      ),
    },
    { key: 'madeBy', title: t('cohort.questions.madeBy'), value: ({ madeByName }) => madeByName },
    {
      key: 'shared',
      title: t('cohort.questions.shared'),
      value: ({ sharedWith }) => t(sharedWith.length > 0 ? 'cohort.questions.sharedWith' : 'cohort.questions.mine'),
      render: ({ sharedWith }) => (
        <StatusTag tone={sharedWith.length > 0 ? 'info' : 'neutral'}>
          {t(sharedWith.length > 0 ? 'cohort.questions.sharedWith' : 'cohort.questions.mine')}
        </StatusTag>
      ),
    },
    {
      key: 'last',
      title: t('cohort.questions.last'),
      end: true,
      value: ({ lastRun }) => (lastRun === undefined ? '' : words.count(lastRun.count)),
      render: ({ lastRun, question }) =>
        lastRun === undefined ? (
          <span className="quiet">{question.kind === 'page' ? t('cohort.questions.page') : '–'}</span>
        ) : (
          <>
            <strong className="numbers">{words.count(lastRun.count)}</strong>
            <div>
              <Time at={lastRun.at} form="relative" />
            </div>
          </>
        ),
    },
    {
      key: 'updated',
      title: t('cohort.questions.updated'),
      value: ({ updated }) => new Date(updated),
      render: ({ updated }) => <Time at={updated} form="relative" />,
    },
    {
      key: 'actions',
      title: t('cohort.questions.actions'),
      value: () => '',
      render: (kept) => <Actions kept={kept} show={() => show(kept)} />,
    },
  ];
  return (
    <Page
      title={t('cohort.questions.title')}
      about={t('cohort.questions.about')}
      actions={<Go to="/records/cohorts">{t('cohort.questions.build')}</Go>}
    >
      <DataTable
        name="questions"
        label={t('cohort.questions.title')}
        columns={columns}
        rowKey={({ id }) => id}
        emptyText={t('cohort.questions.none')}
        source={{
          queryKey: QUESTIONS,
          load: async ({ search }, signal) => {
            const { questions } = await api.get<{ questions: SavedQuestion[] }>('/api/records/questions', {
              query: { q: search },
              signal,
            });
            return { rows: questions };
          },
        }}
      />
      {shown !== undefined && <Past kept={shown} close={() => show(undefined)} />}
    </Page>
  );
}

function Actions({ kept, show }: { kept: SavedQuestion; show: () => void }) {
  const { t } = useTranslation('records');
  const words = useCohortWords();
  const notice = useNotice();
  const queries = useQueryClient();
  const { id, name, about, question, own, sharedWith } = kept;
  const path = `/api/records/questions/${encodeURIComponent(id)}`;
  const again = () => queries.invalidateQueries({ queryKey: QUESTIONS });
  const act = useMutation({
    mutationFn: async (work: () => Promise<unknown>) => {
      await work();
      await again();
    },
    onError: notice.failed,
  });
  const run = async () => {
    const counts = await api.post<CohortCounts>(`${path}/runs`);
    const count = words.count(membersOf(counts));
    notice.done(t('cohort.questions.ran', { name, count }));
  };
  const copy = () =>
    api.post('/api/records/questions', { name: t('cohort.questions.copyOf', { name }).slice(0, 120), about, question });
  const remove = async () => {
    await api.remove(path);
    notice.done(t('cohort.questions.deleted', { name }), {
      undo: async () => {
        await api.post(`${path}/restore`);
        await again();
      },
    });
  };
  const button = (word: string, work: () => Promise<unknown>) => (
    <Button
      size="small"
      type="text"
      disabled={act.isPending}
      aria-label={`${t(word)}: ${name}`}
      onClick={() => act.mutate(work)}
    >
      {t(word)}
    </Button>
  );
  return (
    <span className="row">
      {question.kind === 'cohort' && button('cohort.questions.run', run)}
      <Button size="small" type="text" aria-label={`${t('cohort.questions.history')}: ${name}`} onClick={show}>
        {t('cohort.questions.history')}
      </Button>
      {button('cohort.questions.copy', copy)}
      {own &&
        button(sharedWith.length > 0 ? 'cohort.questions.unshare' : 'cohort.questions.share', () =>
          api.put(`${path}/shared`, { shared: sharedWith.length === 0 }),
        )}
      {own && button('cohort.questions.delete', remove)}
    </span>
  );
}

interface Version {
  version: number;
  name: string;
  madeAt: string;
  question: SavedQuestion['question'];
}

/** Its versions, and how its count went. */
function Past({ kept, close }: { kept: SavedQuestion; close: () => void }) {
  const { t } = useTranslation('records');
  const words = useCohortWords();
  const go = useGo();
  const path = `/api/records/questions/${encodeURIComponent(kept.id)}`;
  const query = useQuery({
    queryKey: [...QUESTIONS, kept.id, 'past'],
    queryFn: async ({ signal }) => {
      const [{ versions }, { runs }] = await Promise.all([
        api.get<{ versions: Version[] }>(`${path}/versions`, { signal }),
        api.get<{ runs: QuestionRun[] }>(`${path}/runs`, { signal }),
      ]);
      return { versions, runs };
    },
  });
  const open = (cohort: Cohort) => go(`/records/cohorts?id=${encodeURIComponent(kept.id)}&ask=${toAddress(cohort)}`);
  return (
    <Modal open title={kept.name} onCancel={close} footer={null} width={640}>
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <div className="stack">
          <section aria-label={t('cohort.questions.counts')}>
            <strong>{t('cohort.questions.counts')}</strong>
            {query.data.runs.length === 0 && <p className="quiet">{t('cohort.questions.noRuns')}</p>}
            {query.data.runs.length > 1 && (
              <div style={{ height: 48, color: 'var(--primary)' }}>
                <Sparkline
                  label={t('cohort.questions.counts')}
                  values={query.data.runs.map(({ count }) => (count === 'few' ? 0 : count))}
                />
              </div>
            )}
            <ul className="cohort-past">
              {query.data.runs
                .toReversed()
                .slice(0, 20)
                .map(({ at, version, count }) => (
                  <li key={at}>
                    <strong className="numbers">{words.count(count)}</strong>{' '}
                    <span className="quiet">
                      {t('cohort.questions.version', { version })} · <Time at={at} />
                    </span>
                  </li>
                ))}
            </ul>
          </section>
          <section aria-label={t('cohort.questions.versions')}>
            <strong>{t('cohort.questions.versions')}</strong>
            <ul className="cohort-past">
              {query.data.versions.map(({ version, name, madeAt, question }) => (
                <li key={version}>
                  <span>
                    {t('cohort.questions.version', { version })}: {name}
                  </span>{' '}
                  <span className="quiet">
                    <Time at={madeAt} />
                  </span>{' '}
                  {question.kind === 'cohort' && (
                    <Button size="small" type="link" onClick={() => open(question.cohort)}>
                      {t('cohort.questions.open')}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          </section>
        </div>
      )}
    </Modal>
  );
}
