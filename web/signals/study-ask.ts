import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type {
  DataSummary,
  StudyLine,
  StudyPage,
  StudyProtocol,
  StudyReport,
  StudyRun,
  StudyVersion,
} from '../../src/modules/signals/model.ts';
import { api, useGo } from '../shell/index.ts';
import { useNotice } from '../ui/index.ts';

const ROOT = '/api/signals/studies';
const POLL_MS = 1_000;

export function useStudies() {
  return useQuery({
    queryKey: ['signals', 'studies'],
    queryFn: ({ signal }) => api.get<{ studies: StudyLine[]; mayWrite: boolean }>(ROOT, { signal }),
  });
}

export function useStudy(id: string) {
  return useQuery({
    queryKey: ['signals', 'study', id],
    queryFn: ({ signal }) => api.get<StudyPage>(`${ROOT}/${id}`, { signal }),
    // Its analyses go on.
    refetchInterval: ({ state: { data } }) => (data?.runs.some(isOpen) ? 2 * POLL_MS : false),
  });
}

export function isOpen({ state }: Pick<StudyRun, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

export interface RunPage {
  run: StudyRun;
  protocol: StudyProtocol;
  data: DataSummary | null;
  report: StudyReport | null;
  course: StudyVersion[];
}

export function useRun(study: string, run: string) {
  return useQuery({
    queryKey: ['signals', 'study', study, 'run', run],
    queryFn: ({ signal }) => api.get<RunPage>(`${ROOT}/${study}/runs/${run}`, { signal }),
    refetchInterval: ({ state: { data } }) => (data === undefined || isOpen(data.run) ? POLL_MS : false),
  });
}

/** An act on a study, whose answer is the study as it then is. */
export function useStudyAct<T>(act: (given: T) => Promise<StudyPage>, done: (page: StudyPage) => void = () => {}) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: act,
    onSuccess: (page) => {
      queries.setQueryData(['signals', 'study', page.id], page);
      void queries.invalidateQueries({ queryKey: ['signals', 'studies'] });
      done(page);
    },
    onError: notice.failed,
  });
}

export const study = {
  make: (protocol: StudyProtocol) => api.post<StudyPage>(ROOT, { protocol }),
  example: () => api.post<StudyPage>(`${ROOT}/example`),
  change: (id: string, protocol: StudyProtocol, version: number, why: string) =>
    api.put<StudyPage>(`${ROOT}/${id}`, { protocol, version, why }),
  sign: (id: string, version: number) => api.post<StudyPage>(`${ROOT}/${id}/sign-off`, { version }),
  upload: (id: string, csv: string, file: string) => api.post<StudyPage>(`${ROOT}/${id}/data`, { csv, file }),
  fromLake: (id: string) => api.post<StudyPage>(`${ROOT}/${id}/data/lake`),
  bundle: (id: string, run: string) => api.get<object>(`${ROOT}/${id}/runs/${run}/bundle`),
};

/** Asks for an analysis and goes to its report. */
export function useAnalyse(id: string) {
  const go = useGo();
  const notice = useNotice();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<{ run: string }>(`${ROOT}/${id}/runs`),
    onSuccess: ({ run }) => {
      void queries.invalidateQueries({ queryKey: ['signals', 'study', id] });
      go(`/signals/studies/${id}/${run}`);
    },
    onError: notice.failed,
  });
}

/** Numbers as people of this language write them. */
export function useFigure(): (value: number | null | undefined, digits?: number) => string {
  const { i18n } = useTranslation();
  return (value, digits = 3) =>
    value === null || value === undefined || !Number.isFinite(value)
      ? '–'
      : new Intl.NumberFormat(i18n.language, { maximumSignificantDigits: Math.abs(value) >= 100 ? 6 : digits }).format(
          Math.abs(value) < 1e-9 ? 0 : value,
        );
}

/** A p-value; below 0.001 no more is told. */
export function useP(): (p: number | null | undefined) => string {
  const figure = useFigure();
  return (p) => (p === null || p === undefined ? '–' : p < 0.001 ? '< 0.001' : figure(p, p < 0.1 ? 2 : 3));
}
