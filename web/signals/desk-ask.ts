import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import {
  type Alarm,
  type AlarmNotice,
  type AlarmPage,
  type AlarmPerson,
  type AlarmState,
  EVERYWHERE,
  type LineListRow,
  type Outlook,
} from '../../src/modules/signals/model.ts';
import { api, useDistricts } from '../shell/index.ts';
import { save, type Tone, useNotice } from '../ui/index.ts';
import { named, useDefinitionOf } from './watch-ask.ts';

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

/** Who can be told of an alarm. */
export function usePersons(id: string) {
  return useQuery({
    queryKey: ['signals', 'persons', id],
    queryFn: ({ signal }) =>
      api.get<{ persons: AlarmPerson[] }>(`/api/signals/alarms/${encodeURIComponent(id)}/persons`, { signal }),
    staleTime: 60_000,
  });
}

const NOTICES = ['signals', 'notices'];

/** What the person was told and has not yet acknowledged. */
export function useNotices() {
  return useQuery({
    queryKey: NOTICES,
    queryFn: ({ signal }) => api.get<{ notices: AlarmNotice[] }>('/api/signals/notices', { signal }),
    refetchInterval: 60_000,
  });
}

export function useAcknowledge() {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: (id: string) => api.post<{ notices: AlarmNotice[] }>(`/api/signals/notices/${id}/acknowledge`),
    onSuccess: (left) => {
      queries.setQueryData(NOTICES, left);
      void queries.invalidateQueries({ queryKey: ['signals', 'alarm'] });
    },
    onError: notice.failed,
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
  const definitionOf = useDefinitionOf();
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
