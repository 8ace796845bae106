import type { AgentDescription, ProductDescription, QualityMeasurement } from '#standards/data-catalogue';
import type { OfferingDetail, Party, Topic, Words } from '../model.ts';

/** Ids of parties, views and topics stand below this address. */
const IDS = 'https://banyan.health/id';

const TOPIC_WORDS: Record<Topic, Words> = {
  oncology: { en: 'Oncology', zh: '肿瘤' },
  infection: { en: 'Infection', zh: '感染' },
  'chronic-disease': { en: 'Chronic disease', zh: '慢性病' },
  'maternal-child': { en: 'Mother and child', zh: '妇幼健康' },
  genetics: { en: 'Genetics', zh: '遗传' },
  pathology: { en: 'Pathology', zh: '病理' },
  medicines: { en: 'Medicines', zh: '药物' },
  'health-services': { en: 'Health services', zh: '卫生服务' },
  population: { en: 'Population', zh: '人群' },
  other: { en: 'Other', zh: '其他' },
};

const METRICS = {
  completeness: { en: 'Cells that hold a value', zh: '非空单元格比例' },
  validity: { en: 'Values of their type, codes and range', zh: '有效取值比例' },
  uniqueness: { en: 'Rows unlike every other', zh: '唯一行比例' },
} as const;

const TERMS: Words = {
  en: 'Use under a contract; its purposes, counts, times and duties are in the policy of the offering.',
  zh: '依合同使用；用途、次数、期限与义务见该产品的使用政策。',
};
const PROVENANCE: Words = {
  en: 'Computed from views of the regional data lake; every content passed the release gate before anybody outside could see it.',
  zh: '由区域数据湖的视图计算而成；每份内容在对外可见前均通过发布闸门。',
};
const VIEW: Words = {
  en: 'A view of the regional data lake; its rows are not public.',
  zh: '区域数据湖的视图，其记录不公开。',
};

/** An offering as the public standards describe it: nothing that its page in the catalogue does not tell. */
export function describeOffering(detail: OfferingDetail, publicUrl: string): ProductDescription {
  const { id, kind, version, title, summary, topic, keywords, holder, refresh, columns, views, quality, ways } = detail;
  const page = `${publicUrl}/exchange/catalogue/${id}`;
  const [flat] = detail.prices.flatMap((price) => (price.kind === 'flat' ? [price.fen] : []));
  const releases = detail.releases.filter((release) => release.version === version);
  const time = quality?.timeliness;
  return {
    iri: `${publicUrl}/api/exchange/catalogue/${id}`,
    page,
    id,
    kind,
    version,
    title,
    summary,
    keywords,
    refresh,
    ways,
    topic: { id: topic, label: TOPIC_WORDS[topic] },
    holder: agentOf(holder, page),
    operator: operatorOf(publicUrl),
    issued: iso(detail.listedAt),
    modified: iso(detail.refreshedAt ?? detail.listedAt),
    access: 'restricted',
    terms: TERMS,
    policy: `${publicUrl}/api/exchange/catalogue/${id}#policy`,
    provenance: PROVENANCE,
    columns: columns.map(({ name, label, meaning, type, unit, codes }) => ({
      name,
      label,
      meaning,
      type,
      ...(unit !== undefined && { unit }),
      ...(codes !== undefined && { codes }),
    })),
    sources: views.map((view) => ({
      iri: `${IDS}/view/${encodeURIComponent(view)}`,
      title: { en: view, zh: view },
      about: VIEW,
    })),
    releases: releases
      .map(({ releaseId, at, rows }) => ({ id: releaseId, at: iso(at), rows }))
      .toSorted((one, two) => one.at.localeCompare(two.at)),
    quality: quality === null ? [] : measurements(quality),
    ...(time != null && isDay(time.oldest) && isDay(time.newest) && { period: { from: time.oldest, to: time.newest } }),
    ...(flat !== undefined && { priceFen: flat }),
    earlier: detail.versions
      .filter((line) => line.version < version)
      .map((line) => ({ version: line.version, issued: iso(line.madeAt) }))
      .toSorted((one, two) => one.version - two.version),
  };
}

/** Who runs the exchange. */
export function operatorOf(publicUrl: string): AgentDescription {
  return {
    iri: `${publicUrl}/#operator`,
    name: { en: 'Banyan, the platform of the region', zh: 'Banyan 区域平台' },
    page: `${publicUrl}/`,
  };
}

function agentOf({ id, name, nameZh }: Party, page: string): AgentDescription {
  return { iri: `${IDS}/${id}`, name: { en: name, zh: nameZh ?? name }, page };
}

function measurements(quality: NonNullable<OfferingDetail['quality']>): QualityMeasurement[] {
  return (['completeness', 'validity', 'uniqueness'] as const).map((id) => ({
    metric: { id, label: METRICS[id] },
    value: quality[id],
  }));
}

const iso = (at: string): string => new Date(at).toISOString();
const isDay = (value: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(value);
