import { useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  DueLine,
  DueRule,
  PossiblePair,
  ReportLine,
  ReportPage,
  ReportQuery,
} from '../../src/modules/signals/model.ts';
import { api, language, Refusal } from '../shell/index.ts';

const PATH = '/api/signals/reports';

export const addressOf = (id: string): string => `/signals/reports/${encodeURIComponent(id)}`;
export const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

export function loadReports(
  query: Partial<Record<keyof ReportQuery, string | number | undefined>>,
  signal: AbortSignal,
): Promise<{ reports: ReportLine[]; next?: string }> {
  return api.get(PATH, { query, signal });
}

export function useReport(id: string, version: string) {
  return useQuery({
    queryKey: ['signals', 'report', id, version],
    queryFn: ({ signal }) => api.get<ReportPage>(pathOf(id), { query: { version }, signal }),
    // What is being typed must not be overwritten by what the server last knew.
    refetchOnWindowFocus: false,
  });
}

export function useDue() {
  return useQuery({
    queryKey: ['signals', 'reports-due'],
    queryFn: ({ signal }) => api.get<{ due: DueLine[]; rules: DueRule[]; today: string }>(`${PATH}/due`, { signal }),
  });
}

export function useDuplicates(id: string) {
  return useQuery({
    queryKey: ['signals', 'report-duplicates', id],
    queryFn: ({ signal }) =>
      api.get<{ pairs: PossiblePair[]; compared: number; expectedShare: number; source: string }>(
        `${pathOf(id)}/duplicates`,
        { signal },
      ),
  });
}

/** After an act everything about reports is asked again. */
export function useForget(): () => Promise<void> {
  const queries = useQueryClient();
  return () =>
    queries.invalidateQueries({
      predicate: ({ queryKey: [module, about] }) => module === 'signals' && String(about).startsWith('report'),
    });
}

/** Sends a file as it is; the answer is the acknowledgement as XML. @throws Refusal */
export async function sendBatch(file: Blob): Promise<string> {
  const response = await fetch(`${PATH}/e2b`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/xml', 'accept-language': language(), 'x-banyan': 'app' },
    body: file,
  });
  if (response.ok) return response.text();
  const told = (await response.json().catch(() => undefined)) as
    | { error?: { kind: string; message: string } }
    | undefined;
  throw new Refusal({
    status: response.status,
    kind: told?.error?.kind ?? 'unknown',
    message: told?.error?.message ?? response.statusText,
  });
}
