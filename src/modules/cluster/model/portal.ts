export const REQUEST_KINDS = ['maintenance', 'energy', 'permit', 'expansion', 'other'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];
export type RequestState = 'open' | 'answered' | 'closed';

/** Days within which the park answers: a house rule, shown with the request. */
export const ANSWER_DAYS: Readonly<Record<RequestKind, number>> = {
  maintenance: 3,
  energy: 5,
  permit: 10,
  expansion: 15,
  other: 7,
};

export interface TenantRequest {
  id: string;
  park: string;
  parkName: string;
  parkNameZh: string | null;
  tenant: string;
  tenantName: string;
  tenantNameZh: string | null;
  kind: RequestKind;
  title: string;
  state: RequestState;
  /** The clock of the side whose turn it is; none once it is closed. */
  dueAt: string | null;
  late: boolean;
  /** From 1 to 5, of the tenant when it closes. */
  mark: number | null;
  madeAt: string;
  revision: number;
}

export interface RequestMessage {
  n: number;
  side: 'tenant' | 'park';
  words: string;
  by: string;
  at: string;
}

export interface TenantRequestPage {
  request: TenantRequest;
  messages: RequestMessage[];
  side: 'tenant' | 'park' | 'both';
}

export interface ParkNotice {
  id: string;
  park: string;
  parkName: string;
  parkNameZh: string | null;
  title: string;
  words: string;
  at: string;
  until: string | null;
}

/** What an enterprise gives back of a quarter. */
export interface QuarterFigures {
  /** `2026Q3`. */
  quarter: string;
  revenueFen: number;
  jobs: number;
  rdFen: number;
}
export interface GivenFigures extends QuarterFigures {
  tenant: string;
  tenantName: string;
  tenantNameZh: string | null;
  at: string;
  by: string;
}

export interface Portal {
  /** Whom the visitor speaks for, of those who may be tenants. */
  tenants: { id: string; name: string; nameZh: string | null; example: boolean }[];
  leases: import('./space.ts').Lease[];
  reservations: (import('./space.ts').UnitReservation & {
    unitName: string;
    parkName: string;
    parkNameZh: string | null;
  })[];
  requests: TenantRequest[];
  notices: ParkNotice[];
  figures: GivenFigures[];
  /** The quarters that are asked for and not given yet. */
  missing: { tenant: string; quarter: string }[];
}
