import file from '../../../../facts/cluster/chains.json' with { type: 'json' };

export const STREAMS = ['upstream', 'midstream', 'downstream'] as const;
type Stream = (typeof STREAMS)[number];

export interface ChainLink {
  /** Its chain's id and its own: `cgt.storage`. */
  id: string;
  stream: Stream;
  en: string;
  zh: string;
  /** Links that go on from it. */
  to: readonly string[];
}

/** An industry chain: the platform's own structure, which no source states; who stands on it is said by statements. */
export interface Chain {
  id: string;
  /** The sector of the record that it belongs to. */
  sector: string;
  en: string;
  zh: string;
  links: readonly ChainLink[];
  /** The words of a source that name some of its links; `stages` are their ids. */
  basis: { source: string; quote: string; stages: readonly string[] } | null;
}

export const CHAINS: readonly Chain[] = file.chains.map(({ id, sector, en, zh, links, basis }) => ({
  id,
  sector,
  en,
  zh,
  basis: basis === undefined ? null : { ...basis, stages: basis.stages.map((stage) => `${id}.${stage}`) },
  links: links.map((link) => ({
    id: `${id}.${link.id}`,
    stream: link.stream as Stream,
    en: link.en,
    zh: link.zh,
    to: link.to.map((next) => `${id}.${next}`),
  })),
}));

/** Every link by its id. */
export const CHAIN_LINKS: ReadonlyMap<string, ChainLink> = new Map(
  CHAINS.flatMap(({ links }) => links.map((link) => [link.id, link])),
);
