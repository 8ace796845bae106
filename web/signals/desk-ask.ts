import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  type Alarm,
  type AlarmPage,
  type AlarmState,
  EVERYWHERE,
  type LineListRow,
  type Outlook,
} from '../../src/modules/signals/model.ts';
import { api, useDistricts } from '../shell/index.ts';
import { save, type Tone, useNotice } from '../ui/index.ts';
import { definitionOf, named } from './watch-ask.ts';

/** Everything that is not closed. */
export const OPEN_STATES = 'new,triage,verified,escalated';

export const STATE_TONES: Record<AlarmState, Tone> = {
  new: 'danger',
  triage: 'warning',
  verified: 'primary',
  escalated: 'danger',
  closed: 'neutral',
};

export function useAlarm(id: string) {
  return useQuery({
    queryKey: ['signals', 'alarm', id],
    queryFn: ({ signal }) => api.get<AlarmPage>(`/api/signals/alarms/${encodeURIComponent(id)}`, { signal }),
  });
}

/** An act on an alarm; the page shows what came of it at once. */
export function useAct<Body extends object>(id: string, method: 'post' | 'put', done: string) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: Body }) =>
      api[method]<AlarmPage>(`/api/signals/alarms/${encodeURIComponent(id)}/${path}`, body),
    onSuccess: (page) => {
      queries.setQueryData(['signals', 'alarm', id], page);
      void queries.invalidateQueries({ queryKey: ['signals', 'alarms'] });
      notice.done(done);
    },
    onError: (error) => {
      notice.failed(error);
      // Somebody else may have been quicker: what is shown is read again.
      void queries.invalidateQueries({ queryKey: ['signals', 'alarm', id] });
    },
  });
}

/** Hands a PDF of the server to the person. */
export function usePdf(name: string) {
  const notice = useNotice();
  return useMutation({
    mutationFn: (path: string) => api.file(path),
    onSuccess: (pdf) => save(`${name}.pdf`, pdf),
    onError: notice.failed,
  });
}

export function useLineList(id: string, isEnabled: boolean) {
  return useQuery({
    queryKey: ['signals', 'line-list', id],
    queryFn: ({ signal }) =>
      api.get<{ cases: LineListRow[]; more: boolean }>(`/api/signals/alarms/${encodeURIComponent(id)}/cases`, {
        signal,
      }),
    enabled: isEnabled,
    staleTime: 60_000,
  });
}

export function useOutlook(disease: string | undefined, place: string) {
  return useQuery({
    queryKey: ['signals', 'outlook', disease, place],
    queryFn: ({ signal }) =>
      api.get<{ outlook?: Outlook }>(`/api/signals/diseases/${disease}/outlook`, { query: { place }, signal }),
    enabled: disease !== undefined,
  });
}

/** What an alarm is about, in words. */
export function useSubject(): (alarm: Pick<Alarm, 'subject' | 'key'>) => string {
  const { t } = useTranslation('signals');
  const { nameOf } = useDistricts();
  return ({ subject, key }) => {
    const { disease, place, productName, reactionName, lot, plan } = subject as Record<string, string | undefined>;
    if (productName !== undefined && reactionName !== undefined) {
      const names = { product: productName, reaction: reactionName };
      if (lot !== undefined) return t('safety.subjectLot', { ...names, lot });
      return t(plan === undefined ? 'safety.subject' : 'safety.subjectPlan', names);
    }
    if (disease === undefined || place === undefined) return key;
    const definition = definitionOf(disease);
    return t('alarm.title', {
      disease: definition === undefined ? disease : named(definition.name),
      place: place === EVERYWHERE ? t('disease.everywhere') : nameOf(place),
    });
  };
}
