import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Time, useAsk, useNotice } from '../ui/index.ts';
import { Go } from './address.tsx';
import { api, statePurpose } from './api.ts';
import { SESSION, type SignedIn, useSession } from './session.tsx';

/** What this person must know of the own session, above every page. */
export function SessionNotices() {
  const { t } = useTranslation('shell');
  const { actor } = useSession();
  const state = useStatePurpose();
  return (
    <>
      {actor.breakGlass !== undefined && (
        <Alert
          banner
          type="warning"
          title={
            <>
              {t('glass.broken', { reason: actor.breakGlass.reason })} <Time at={actor.breakGlass.until} form="clock" />
            </>
          }
        />
      )}
      {isUnusual(actor) && (
        <Alert
          banner
          type="info"
          title={t('purpose.stated', { purpose: t(`purpose.${actor.purpose}`) })}
          action={
            <Button size="small" onClick={() => state(undefined)}>
              {t('purpose.usual')}
            </Button>
          }
        />
      )}
      {actor.mustChange === true && <Alert banner type="info" title={<Go to="/settings">{t('mustChange')}</Go>} />}
    </>
  );
}

function isUnusual({ purpose, purposes }: SignedIn): boolean {
  return purpose !== undefined && purposes?.includes(purpose) === true && purpose !== purposes[0];
}

/** States why this person looks; what was read for another purpose is asked for anew. */
export function useStatePurpose(): (code: string | undefined) => void {
  const queries = useQueryClient();
  const notice = useNotice();
  return (code) => {
    statePurpose(code);
    queries
      .invalidateQueries({ queryKey: SESSION })
      .then(() => queries.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] }))
      .catch(notice.failed);
  };
}

/** Opens, for an hour and on record, what this person's care does not open; undefined for who may not. */
export function useBreakGlass(): (() => Promise<void>) | undefined {
  const { t } = useTranslation('shell');
  const { actor, may } = useSession();
  const ask = useAsk();
  const notice = useNotice();
  const queries = useQueryClient();
  if (!may('access.glass.break') || actor.breakGlass !== undefined) return undefined;
  return async () => {
    const answer = await ask({
      title: t('glass.title'),
      about: t('glass.about'),
      act: t('glass.act'),
      danger: true,
      reason: true,
    });
    if (answer === undefined) return;
    try {
      await api.post('/api/access/break-glass', { reason: answer.reason });
      // The session and everything that was read under the closed glass are asked for anew.
      await queries.invalidateQueries();
    } catch (error) {
      notice.failed(error);
    }
  };
}
