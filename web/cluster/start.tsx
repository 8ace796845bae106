import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Go, type StartCard } from '../shell/index.ts';
import { Empty, Failure, Figures, Loading, Panel, ShortList } from '../ui/index.ts';
import { useNotices, useNoticeWords } from './notices-ask.ts';
import { applicationActs, useBoth, useNavigator, useRoundYuan } from './policy-ask.ts';
import { useDue } from './record-ask.ts';
import { useTargets } from './target-ask.tsx';

const FEW = 5;

export const cards: readonly StartCard[] = [
  { order: 6, permission: 'cluster.policy.apply', Card: CanGet },
  { order: 7, permission: 'cluster.policy.decide', Card: Behind },
  { order: 8, permission: 'cluster.edit', Card: News },
];

/** What the rules give the enterprise, and the question that would tell most. */
function CanGet() {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const round = useRoundYuan();
  const query = useNavigator({ enterprise: '', day: '', text: '' });
  const told = query.data;
  const next = told?.variables.find(({ name }) => name === told.questions[0]?.name);
  return (
    <Panel title={t('clusterStart.canGet')} actions={<Go to="/cluster/policies">{t('clusterStart.all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {told?.enterprise === null && (
        <Empty title={t('clusterStart.noEnterprise')}>{t('clusterStart.noEnterpriseAbout')}</Empty>
      )}
      {told !== undefined && told.enterprise !== null && (
        <>
          <Figures
            figures={[
              { label: t('policies.certain'), value: round(told.total.certain), tone: 'good' },
              { label: t('policies.possible'), value: round(told.total.possible) },
              { label: t('policies.yes'), value: told.findings.filter(({ verdict }) => verdict === 'yes').length },
            ]}
          />
          {next !== undefined && (
            <p>
              {t('clusterStart.next')} <Go to={`/cluster/policies?ask=${next.name}`}>{both(next.question)}</Go>
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

/** What is behind or overdue for the department. */
function Behind() {
  const { t } = useTranslation('cluster');
  const applications = useQuery({
    queryKey: ['cluster', 'applications', 'late'],
    queryFn: ({ signal }) => applicationActs.list({ overdue: 'yes', limit: 1 }, signal),
  });
  const things = useDue('0');
  const targets = useTargets(false);
  const error = applications.error ?? things.error ?? targets.error;
  if (error !== null)
    return (
      <Panel title={t('clusterStart.behind')}>
        <Failure error={error} retry={() => [applications, things, targets].map((each) => each.refetch())} />
      </Panel>
    );
  const lines = [
    { to: '/cluster/applications?overdue=yes', words: 'late', count: applications.data?.total },
    { to: '/cluster/due', words: 'due', count: things.data?.total },
    {
      to: '/cluster/targets',
      words: 'targetsBehind',
      count: targets.data?.targets.filter(({ state }) => state === 'behind').length,
    },
  ];
  return (
    <Panel title={t('clusterStart.behind')} actions={<Go to="/cluster/report">{t('clusterStart.report')}</Go>}>
      <ShortList
        empty=""
        items={lines.map(({ to, words, count }) => ({
          id: to,
          title: <Go to={to}>{t(`clusterStart.${words}`)}</Go>,
          tag: <strong className="numbers">{count ?? '…'}</strong>,
        }))}
      />
    </Panel>
  );
}

/** What the person was told and has not read. */
function News() {
  const { t } = useTranslation('cluster');
  const words = useNoticeWords();
  const query = useNotices({ unread: 'yes', limit: FEW });
  return (
    <Panel title={t('notices.title')} actions={<Go to="/cluster/notices">{t('clusterStart.all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('clusterStart.noNews')}
          items={query.data.notices.map((notice) => ({
            id: notice.id,
            title: <Go to={notice.path}>{words(notice)}</Go>,
            at: notice.at,
          }))}
        />
      )}
    </Panel>
  );
}
