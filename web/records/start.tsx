import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SavedQuestion, TimelineEntry } from '../../src/modules/records/model.ts';
import { api, Go, type StartCard, useOrganizationNames, useSession } from '../shell/index.ts';
import { Failure, Loading, Panel, ShortList } from '../ui/index.ts';
import { QUESTIONS, questionAddress } from './cohort-state.ts';
import { type Look, useWhoOf } from './who-looked.tsx';
import { sayCount, useNamed } from './words.ts';

const FEW = 6;
const RECENT = 100;

export const cards: readonly StartCard[] = [
  { order: 15, roles: ['patient'], Card: OwnReports },
  { order: 16, roles: ['patient'], Card: WhoLookedLately },
  { order: 65, permission: 'records.cohort.ask', Card: KeptQuestions },
];

function OwnReports() {
  const { t } = useTranslation('records');
  const { actor } = useSession();
  const named = useNamed();
  const query = useQuery({
    queryKey: ['timeline', actor.patient, 'reports'],
    queryFn: ({ signal }) =>
      api.get<{ entries: TimelineEntry[] }>(`/api/records/people/${actor.patient}/timeline`, {
        query: { kinds: 'report', limit: FEW },
        signal,
      }),
    enabled: actor.patient !== undefined,
  });
  if (actor.patient === undefined) return <Panel title={t('own.reports')}>{t('own.none')}</Panel>;
  return (
    <Panel title={t('own.reports')} actions={<Go to="/records/mine">{t('own.open')}</Go>}>
      {query.isPending && <Loading lines={4} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('own.noReports')}
          items={query.data.entries.map(({ id, title, titleZh, at, status }) => ({
            id,
            title: <Go to={`/laboratory/reports/${id.split('/')[1]}`}>{named({ text: title, textZh: titleZh })}</Go>,
            by: status && t(`person.statuses.${status}`, { defaultValue: status }),
            at,
          }))}
        />
      )}
    </Panel>
  );
}

/** Patients see who looked; law 4 of the design. */
function WhoLookedLately() {
  const { t } = useTranslation('records');
  const { actor } = useSession();
  const query = useQuery({
    queryKey: ['who', actor.patient, 'few'],
    queryFn: ({ signal }) =>
      api.get<{ rows: Look[] }>(`/api/records/people/${actor.patient}/looks`, { query: { limit: RECENT }, signal }),
    enabled: actor.patient !== undefined,
  });
  const whoOf = useWhoOf();
  const looks = together(query.data?.rows ?? []).slice(0, FEW);
  const nameOf = useOrganizationNames(looks.map(({ organization }) => organization));
  if (actor.patient === undefined) return null;
  return (
    <Panel title={t('own.who')} actions={<Go to="/records/mine?tab=who">{t('own.all')}</Go>}>
      {query.isPending && <Loading lines={4} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('own.nobody')}
          items={looks.map(({ id, at, act, organization, ...look }) => ({
            id,
            title: whoOf(look),
            tag: look.times > 1 && <span className="quiet numbers">{`× ${look.times}`}</span>,
            by: [t(`kernel:acts.${act}`, { defaultValue: act }), nameOf(organization)].filter(Boolean).join(' · '),
            at,
          }))}
        />
      )}
    </Panel>
  );
}

/** One line for everybody and each act, with the latest time. */
function together(rows: readonly Look[]): (Look & { times: number })[] {
  const found = new Map<string, Look & { times: number }>();
  for (const row of rows) {
    const key = `${row.actorName} ${row.act} ${row.organization}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { ...row, times: 1 });
    else known.times += 1;
  }
  return [...found.values()];
}

/** The questions that changed last, with what they came to. */
function KeptQuestions() {
  const { t, i18n } = useTranslation('records');
  const query = useQuery({
    queryKey: [...QUESTIONS, 'few'],
    queryFn: ({ signal }) => api.get<{ questions: SavedQuestion[] }>('/api/records/questions', { signal }),
    select: ({ questions }) => questions.slice(0, FEW),
  });
  return (
    <Panel title={t('cohort.questions.title')} actions={<Go to="/records/cohorts">{t('cohort.questions.build')}</Go>}>
      {query.isPending && <Loading lines={4} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('cohort.questions.none')}
          items={query.data.map((kept) => ({
            id: kept.id,
            title: <Go to={questionAddress(kept)}>{kept.name}</Go>,
            tag: kept.lastRun && <strong className="numbers">{sayCount(kept.lastRun.count, i18n.language)}</strong>,
            by: kept.madeByName,
            at: kept.updated,
          }))}
        />
      )}
    </Panel>
  );
}
