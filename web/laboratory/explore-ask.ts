import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IntervalAnswer, Reach, TestKind } from '../../src/modules/laboratory/model.ts';
import { api, language, useAddressValues } from '../shell/index.ts';

/** The filters as they stand in the page's address: a link holds the whole question. */
const FILTER_NAMES = [
  'reach',
  'sex',
  'ageFrom',
  'ageTo',
  'district',
  'organization',
  'since',
  'until',
  'first',
  'outliers',
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type Filter = Partial<Record<FilterName | 'code' | 'unit', string>>;

export interface Choices {
  tests: TestKind[];
  districts: string[];
  organizations: string[];
  reaches: Reach[];
}

/** The tests and places there are. */
export function useChoices(reach: string) {
  return useQuery({
    queryKey: ['laboratory', 'tests', reach],
    queryFn: ({ signal }) => api.get<Choices>('/api/laboratory/tests', { query: { reach }, signal }),
    staleTime: 60_000,
  });
}

/** One part of the page; a newer filter takes the place of the older question, which ends in the engine too. */
export function usePart<T>(path: string, filter: Filter, isEnabled = true) {
  return useQuery({
    queryKey: ['laboratory', path, filter],
    queryFn: ({ signal }) => api.get<T>(`/api/laboratory/${path}`, { query: filter, signal }),
    enabled: isEnabled,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

const POLL_MS = 400;

/** Reference intervals with their progress. Leaving the page or changing a filter ends the work. */
export function useIntervals(filter: Filter, isEnabled: boolean) {
  const [progress, setProgress] = useState<IntervalAnswer>();
  const query = useQuery({
    queryKey: ['laboratory', 'intervals', filter],
    queryFn: async ({ signal }) => {
      setProgress(undefined);
      let answer = await api.post<IntervalAnswer>('/api/laboratory/explore/intervals', undefined, {
        query: filter,
        signal,
      });
      const path = `/api/laboratory/explore/intervals/${answer.id}`;
      while (answer.state === 'waiting' || answer.state === 'running') {
        setProgress(answer);
        await new Promise((done) => setTimeout(done, POLL_MS));
        if (signal.aborted) {
          // Nobody waits any more. Should this not arrive, the server forgets the work by itself in seconds.
          api.remove(path).catch(() => undefined);
          throw signal.reason;
        }
        answer = await api.get<IntervalAnswer>(path, { signal });
      }
      return answer;
    },
    enabled: isEnabled,
    staleTime: 5 * 60_000,
    retry: false,
  });
  return { query, progress };
}

/** Every filter of the address with its setter. */
export function useFilters(): { filter: Filter; set: (name: FilterName, value: string) => void } {
  const { values, set } = useAddressValues();
  return {
    filter: Object.fromEntries(
      FILTER_NAMES.flatMap((name) => (values[name] === undefined ? [] : [[name, String(values[name])]])),
    ),
    set: (name, value) => set({ [name]: value }),
  };
}

/** Numbers as people of this language write them, with as many digits as a laboratory means. */
export function useNumber(): (value: number | undefined | null, digits?: number) => string {
  const { i18n } = useTranslation();
  return (value, digits = 4) =>
    value === undefined || value === null || !Number.isFinite(value)
      ? ''
      : new Intl.NumberFormat(i18n.language, {
          maximumSignificantDigits: Math.abs(value) >= 10 ** digits && Number.isInteger(value) ? 15 : digits,
        }).format(value);
}

export function nameOf({ name }: { name: { en: string; zh: string } }): string {
  return name[language()];
}
