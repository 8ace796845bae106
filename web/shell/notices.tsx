import { useQueryClient } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { Time, useAsk, useNotice } from '../ui/index.ts';
import { Go } from './address.tsx';
import { api } from './api.ts';
import { useSession } from './session.tsx';

/** What this person must know of the own session, above every page. */
export function SessionNotices() {
  const { t } = useTranslation('shell');
  const { actor } = useSession();
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
      {actor.mustChange === true && <Alert banner type="info" title={<Go to="/settings">{t('mustChange')}</Go>} />}
    </>
  );
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
