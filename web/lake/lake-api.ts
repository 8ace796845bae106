import { useQuery } from '@tanstack/react-query';
import { api } from '../shell/index.ts';

/** What the lake's doors answer: src/kernel/lake/catalogue.ts, page-routes.ts, operations/. */
export interface Column {
  name: string;
  type: string;
  sqlType: string;
  path?: string;
  description?: string;
}

export interface View {
  id: string;
  version: number;
  updated: string;
  url?: string;
  name: string;
  title?: string;
  description?: string;
  status: string;
  edition?: string;
  resource: string;
  builtIn: boolean;
  columns: readonly Column[];
  kept: 'no' | 'asked' | 'building' | 'current' | 'refused';
  reason?: string;
  reach: readonly ('rows' | 'population')[];
}

/** A table of a module, kept in the lake beside the views of the record. */
export interface ModuleTable {
  name: string;
  title: string;
  description: string;
  columns: readonly { name: string; type: string; description?: string }[];
  /** Whether the person sees rows of it. */
  isSeen: boolean;
}

/** Whether the person may see its rows one by one now. */
export function isReadable({ reach, status }: View): boolean {
  return reach.includes('rows') && status === 'active';
}

/** A resource as JSON. */
export type Json = Record<string, unknown>;

export const FORMATS = ['csv', 'ndjson', 'parquet', 'arrow'] as const;
export type Format = (typeof FORMATS)[number];
export const EXTENSIONS: Record<Format, string> = { csv: 'csv', ndjson: 'ndjson', parquet: 'parquet', arrow: 'arrows' };

export const VIEWS = ['lake', 'views'] as const;

interface Catalogue {
  views: View[];
  tables: ModuleTable[];
  /** Whether the person may keep questions under a name. */
  mayKeep: boolean;
}

export function useViews() {
  return useCatalogue(({ views }) => views);
}

/** The modules' tables of which the person sees rows. */
export function useModuleTables() {
  return useCatalogue(({ tables }) => tables.filter(({ isSeen }) => isSeen));
}

export function useMayKeep(): boolean {
  return useCatalogue(({ mayKeep }) => mayKeep).data ?? false;
}

function useCatalogue<T>(select: (catalogue: Catalogue) => T) {
  return useQuery({
    queryKey: VIEWS,
    queryFn: ({ signal }) => api.get<Catalogue>('/api/lake/views', { signal }),
    staleTime: 30_000,
    select,
  });
}

export interface Answer {
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly unknown[])[];
  /** There are more than were asked for. */
  more: boolean;
  ms: number;
  /** The views that were read, by their names in the SQL. */
  views: readonly { name: string; address: string }[];
}

export interface Given {
  name: string;
  type: string;
  value: unknown;
}

/** 12.3 MB: powers of ten, as disks are sold. */
export function showBytes(bytes: number, language: string): string {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log10(bytes) / 3));
  const digits = step === 0 ? 0 : 1;
  const number = (bytes / 1000 ** step).toLocaleString(language, { maximumFractionDigits: digits });
  return `${number} ${steps[step]}`;
}
