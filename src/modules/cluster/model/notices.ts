import type { BothWords } from './policies.ts';

/** What people are told of, with the acts of which one is needed to see it. */
export const NOTICE_KINDS = {
  'policy-found': ['cluster.policy.apply'],
  'policy-opens': ['cluster.policy.apply'],
  'policy-closes': ['cluster.policy.apply'],
  'application-moved': ['cluster.policy.apply', 'cluster.policy.decide'],
  'application-due': ['cluster.policy.apply', 'cluster.policy.decide'],
  'thing-due': ['cluster.edit'],
  'wish-matched': ['cluster.need'],
  'introduction-moved': ['cluster.need'],
  'target-asked': ['cluster.read'],
  'booking-asked': ['cluster.read'],
  'booking-answered': ['cluster.read'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type NoticeKind = keyof typeof NOTICE_KINDS;

/** What the words of a kind name. By the end of the name: `...Fen` is money, `...On` a day; texts come in both languages. */
export type NoticeFacts = Readonly<Record<string, string | number | BothWords>>;

export interface Notice {
  id: string;
  kind: NoticeKind;
  path: string;
  facts: NoticeFacts;
  at: string;
  readAt: string | null;
}

export interface NoticePage {
  notices: Notice[];
  /** There are older ones. */
  more: boolean;
  unread: number;
  /** Kinds that may reach the actor. */
  kinds: NoticeKind[];
  quiet: NoticeKind[];
}

/** Nobody counts further. */
export const MOST_UNREAD = 100;
