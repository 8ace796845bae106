import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type {
  Answers,
  AssessmentLine,
  CandidatePreview,
  CompliancePage,
  Facets,
  GateTrial,
  NoticeLine,
  Objection,
  OfferingCard,
  OfferingDefinition,
  OfferingDetail,
  OfferingLine,
  Party,
  PriceModel,
  StudioPage,
  Venue,
  VenueEvent,
  VenueListing,
  VenueState,
  Verdict,
  VersionState,
  Words,
} from '../../src/modules/exchange/model.ts';
import { api, language } from '../shell/index.ts';
import { base64Of, type Tone, useNotice } from '../ui/index.ts';

const ROOT = '/api/exchange';
const WAIT_MS = 3_000;
/** Names stay short on a phone. */
export const STATE_TONES: Readonly<Record<VersionState, Tone>> = {
  draft: 'neutral',
  'in-review': 'info',
  returned: 'danger',
  registered: 'info',
  'in-notice': 'info',
  objected: 'warning',
  certified: 'good',
  listing: 'info',
  listed: 'good',
  suspended: 'warning',
  delisted: 'neutral',
  superseded: 'neutral',
};
export const VENUE_TONES: Readonly<Record<VenueState, Tone>> = {
  unsent: 'neutral',
  received: 'info',
  reviewing: 'info',
  listed: 'good',
  refused: 'danger',
  suspended: 'warning',
  withdrawn: 'neutral',
};

/** A text in the person's language. */
export function said(words: Words): string {
  return words[language()] || words.en || words.zh;
}

export function partyName({ name, nameZh }: Party): string {
  return language() === 'zh' ? (nameZh ?? name) : name;
}

export function useCatalogue(query: Record<string, string>) {
  return useQuery({
    queryKey: ['exchange', 'catalogue', query],
    queryFn: ({ signal }) =>
      api.get<{ offerings: OfferingCard[]; total: number; facets: Facets }>(`${ROOT}/catalogue`, { query, signal }),
    placeholderData: (before) => before,
  });
}

export function useOffering(id: string) {
  return useQuery({
    queryKey: ['exchange', 'offering', id],
    queryFn: ({ signal }) => api.get<OfferingDetail>(`${ROOT}/catalogue/${id}`, { signal }),
  });
}

export function useStudioList() {
  return useQuery({
    queryKey: ['exchange', 'studio'],
    queryFn: ({ signal }) => api.get<{ offerings: OfferingLine[] }>(`${ROOT}/offerings`, { signal }),
  });
}

/** Whether something of it goes on by itself. */
function isMoving({ contents, state }: StudioPage): boolean {
  return contents.some((content) => content.state === 'waiting') || state === 'listing';
}

export function useStudio(id: string, version?: string) {
  return useQuery({
    queryKey: ['exchange', 'studio', id, version ?? ''],
    queryFn: ({ signal }) =>
      api.get<StudioPage>(`${ROOT}/offerings/${id}`, { query: version === undefined ? {} : { version }, signal }),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isMoving(data) ? WAIT_MS : false),
  });
}

export function useCompliance(id: string, version?: number) {
  return useQuery({
    queryKey: ['exchange', 'compliance', id, version ?? ''],
    queryFn: ({ signal }) =>
      api.get<CompliancePage>(`${ROOT}/compliance/${id}`, { query: version === undefined ? {} : { version }, signal }),
  });
}

export function useAssessments(state: string) {
  return useQuery({
    queryKey: ['exchange', 'assessments', state],
    queryFn: ({ signal }) =>
      api.get<{ assessments: AssessmentLine[] }>(`${ROOT}/assessments`, { query: { state }, signal }),
  });
}

export function useNotices(open: string) {
  return useQuery({
    queryKey: ['exchange', 'notices', open],
    queryFn: ({ signal }) => api.get<{ notices: NoticeLine[] }>(`${ROOT}/notices`, { query: { open }, signal }),
  });
}

export interface NoticePage {
  notice: NoticeLine;
  objections: Objection[];
}

export function useNoticePage(id: string, version: string) {
  return useQuery({
    queryKey: ['exchange', 'notice', id, version],
    queryFn: ({ signal }) => api.get<NoticePage>(`${ROOT}/notices/${id}/${version}`, { signal }),
  });
}

export function useBoard() {
  return useQuery({
    queryKey: ['exchange', 'venues'],
    queryFn: ({ signal }) => api.get<{ venues: Venue[]; listings: VenueListing[] }>(`${ROOT}/venues`, { signal }),
    refetchInterval: WAIT_MS,
  });
}

export function useListing(id: string | undefined) {
  return useQuery({
    queryKey: ['exchange', 'listing', id],
    queryFn: ({ signal }) =>
      api.get<{ listing: VenueListing; events: VenueEvent[] }>(`${ROOT}/listings/${id}`, { signal }),
    enabled: id !== undefined,
  });
}

/** An act, after which everything of the exchange that is on screen is read again. */
export function useAct<Given, Answer>(
  act: (given: Given) => Promise<Answer>,
  done: (answer: Answer) => void = () => {},
) {
  const queries = useQueryClient();
  const notice = useNotice();
  return useMutation({
    mutationFn: act,
    onSuccess: async (answer) => {
      await queries.invalidateQueries({ queryKey: ['exchange'] });
      done(answer);
    },
    onError: notice.failed,
  });
}

export const exchange = {
  make: (definition: OfferingDefinition) => api.post<StudioPage>(`${ROOT}/offerings`, { definition }),
  change: (id: string, definition: OfferingDefinition, revision: number) =>
    api.put<StudioPage>(`${ROOT}/offerings/${id}`, { definition, revision }),
  openVersion: (id: string) => api.post<StudioPage>(`${ROOT}/offerings/${id}/versions`),
  preview: ({ query, columns, quality }: OfferingDefinition) =>
    api.post<CandidatePreview>(`${ROOT}/preview`, { query, columns, quality }),
  tryGate: (id: string) => api.post<GateTrial>(`${ROOT}/offerings/${id}/gate-trial`),
  askContent: (id: string) => api.post<StudioPage>(`${ROOT}/offerings/${id}/content`),
  submit: (id: string, revision: number) => api.post<StudioPage>(`${ROOT}/offerings/${id}/submit`, { revision }),
  list: (id: string, venues: { venue: string; fields: Record<string, string> }[]) =>
    api.post<StudioPage>(`${ROOT}/offerings/${id}/listings`, { venues }),
  turn: (id: string, verb: 'suspend' | 'resume' | 'delist', words: string) =>
    api.post<StudioPage>(`${ROOT}/offerings/${id}/${verb}`, { words }),
  withdraw: (listing: string) => api.post<StudioPage>(`${ROOT}/listings/${listing}/withdraw`),
  answer: (id: string, answers: Answers, revision: number) =>
    api.put<CompliancePage>(`${ROOT}/compliance/${id}`, { answers, revision }),
  prove: async (id: string, item: string, file: File) =>
    api.post<CompliancePage>(`${ROOT}/compliance/${id}/evidence`, {
      item,
      name: file.name.slice(0, 200),
      media: /^[a-z]+\/[A-Za-z0-9.+-]{1,100}$/.test(file.type) ? file.type : 'application/octet-stream',
      base64: await base64Of(file),
    }),
  unprove: (id: string, file: string) => api.remove<CompliancePage>(`${ROOT}/compliance/${id}/evidence/${file}`),
  evidence: (id: string, file: string) => api.file(`${ROOT}/compliance/${id}/evidence/${file}`),
  judge: (id: string, verdicts: Record<string, { verdict: Verdict; words: string }>, revision: number) =>
    api.post<CompliancePage>(`${ROOT}/compliance/${id}/verdicts`, { verdicts, revision }),
  approve: (id: string, words: string, revision: number) =>
    api.post<CompliancePage>(`${ROOT}/compliance/${id}/approve`, { words, revision }),
  giveBack: (id: string, words: string, revision: number) =>
    api.post<CompliancePage>(`${ROOT}/compliance/${id}/return`, { words, revision }),
  object: (id: string, version: number, grounds: string) =>
    api.post<NoticePage>(`${ROOT}/notices/${id}/objections`, { version, grounds }),
  settle: (objection: string, state: 'upheld' | 'rejected', words: string) =>
    api.post<NoticePage>(`${ROOT}/objections/${objection}`, { state, words }),
};

/** Amounts as people of this language write them. */
export function useMoney(): (fen: number) => string {
  const { i18n } = useTranslation();
  return (fen) =>
    new Intl.NumberFormat(i18n.language, {
      style: 'currency',
      currency: 'CNY',
      currencyDisplay: 'narrowSymbol',
      maximumFractionDigits: 4,
    }).format(fen / 100);
}

/** What a contract costs, in one line. */
export function usePriceWords(): (price: PriceModel) => string {
  const { t } = useTranslation('exchange');
  const money = useMoney();
  return (price) => {
    switch (price.kind) {
      case 'flat':
        return t('offering.price.flat', { amount: money(price.fen) });
      case 'subscription':
        return t(price.every === 'month' ? 'offering.price.month' : 'offering.price.year', {
          amount: money(price.fen),
        });
      case 'per-call':
        return t('offering.price.call', { amount: money(price.fenPerTenThousand / 10_000) });
      case 'tiered':
        return t('offering.price.tiered', { amount: money((price.tiers[0]?.fenPerTenThousand ?? 0) / 10_000) });
      case 'revenue-share':
        return t('offering.price.share', { percent: price.basisPoints / 100 });
      case 'free-research':
        return t('offering.price.free');
    }
  };
}

export function usePercent(): (share: number | null | undefined) => string {
  const { i18n } = useTranslation();
  return (share) =>
    share === null || share === undefined
      ? '–'
      : new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 }).format(share);
}
