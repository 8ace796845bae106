import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, Go, type StartCard } from '../shell/index.ts';
import { Failure, Loading, Panel, ShortList, StatusTag } from '../ui/index.ts';
import { ActName } from './acts.tsx';

const FEW = 5;

export const cards: readonly StartCard[] = [
  { order: 60, permission: 'kernel.dead-letter.read', Card: OpenLetters },
  { order: 70, roles: ['administrator', 'regulator', 'laboratory-director'], Card: Refusals },
];

/** What waits for a decision: messages and facts that could not be processed. */
function OpenLetters() {
  const { t } = useTranslation('kernel');
  const query = useQuery({
    queryKey: ['dead-letters', 'few'],
    queryFn: ({ signal }) =>
      api.get<{ letters: { id: number; reason: string; hearer: string; diedAt: string }[] }>(
        '/api/kernel/dead-letters',
        { query: { state: 'open', limit: FEW }, signal },
      ),
  });
  return (
    <Panel title={t('letters.waiting')} actions={<Go to="/dead-letters">{t('all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('letters.none')}
          items={query.data.letters.map(({ id, reason, hearer, diedAt }) => ({
            id: String(id),
            title: <Go to="/dead-letters">{reason}</Go>,
            by: hearer,
            at: diedAt,
          }))}
        />
      )}
    </Panel>
  );
}

/** Who was refused what, lately. */
function Refusals() {
  const { t } = useTranslation('kernel');
  const query = useQuery({
    queryKey: ['audit', 'refusals'],
    queryFn: ({ signal }) =>
      api.get<{ rows: { id: string; at: string; actorName: string; act: string; subject: string | null }[] }>(
        '/api/access/audit',
        { query: { outcome: 'denied', limit: FEW }, signal },
      ),
  });
  return (
    <Panel title={t('audit.refusals')} actions={<Go to="/audit?outcome=denied">{t('all')}</Go>}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && (
        <ShortList
          empty={t('audit.noRefusals')}
          items={query.data.rows.map(({ id, at, actorName, act, subject }) => ({
            id,
            title: actorName,
            tag: (
              <StatusTag tone="danger">
                <ActName of={act} />
              </StatusTag>
            ),
            by: subject,
            at,
          }))}
        />
      )}
    </Panel>
  );
}
