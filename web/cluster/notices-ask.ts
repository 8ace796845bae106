import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Notice, NoticePage } from '../../src/modules/cluster/model.ts';
import { api } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';
import { useBoth, useRoundYuan } from './policy-ask.ts';

const ROOT = '/api/cluster/notices';
/** The shell counts under the same key. */
const KEY = ['cluster', 'notices'] as const;

export function useNotices(query: Record<string, string | number>) {
  return useQuery({
    queryKey: [...KEY, query],
    queryFn: ({ signal }) => api.get<NoticePage>(ROOT, { query, signal }),
    placeholderData: (before) => before,
  });
}

/** An act on the own notices; list and count are read again. */
export function useNoticeAct<T>(act: (given: T) => Promise<unknown>, done: (given: T) => void = () => {}) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: act,
    // It is under way until what it changed is shown.
    onSuccess: (_, given) => {
      done(given);
      return queries.invalidateQueries({ queryKey: KEY });
    },
    onError: notice.failed,
  });
}

export const noticeActs = {
  mark: ({ ids, read }: { ids: readonly string[]; read: boolean }) =>
    api.post(`${ROOT}/read`, { ids, read: read ? 'yes' : 'no' }),
  quiet: (kinds: readonly string[]) => api.put(`${ROOT}/quiet`, { kinds }),
};

const STATES: Partial<Record<Notice['kind'], string>> = {
  'application-moved': 'applications.states',
  'introduction-moved': 'meeting.states',
  'booking-answered': 'booking.states',
};

/** A notice in one sentence. */
export function useNoticeWords(): (notice: Notice) => string {
  const { t } = useTranslation('cluster');
  const both = useBoth();
  const yuan = useRoundYuan();
  return ({ kind, facts }) => {
    const shown = Object.entries(facts).map(([name, value]) => {
      if (typeof value === 'object') return [name, both(value)] as const;
      if (name.endsWith('Fen')) return [name, yuan(Number(value))] as const;
      if (name === 'state') return [name, t(`${STATES[kind]}.${value}`)] as const;
      return [name, value] as const;
    });
    const { what, when } = facts;
    const variant = kind === 'application-due' ? `.${what}-${when}` : '';
    return t(`notices.words.${kind}${variant}`, {
      ...Object.fromEntries(shown),
      interpolation: { escapeValue: false },
    });
  };
}
