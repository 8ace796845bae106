import gates from '../../../../facts/cluster/relay.json' with { type: 'json' };
import {
  type GateRule,
  RELAY_STAGES,
  type RelayDecision,
  type RelayResource,
  type RelaySector,
  type RelayStage,
  type ResourceReason,
} from '../model.ts';

interface Gates {
  usualDays: Record<RelayStage, number>;
  items: { stage: RelayStage; sectors: RelaySector[]; id: string; en: string; zh: string; source: string }[];
  help: Record<RelayStage, { stages: string[]; kinds: string[]; words: string[] }>;
  sectorWords: Record<RelaySector, string[]>;
}
const GATES = gates as unknown as Gates;

/** The gates of a sector, in order. */
export function gatesOf(sector: RelaySector): GateRule[] {
  return RELAY_STAGES.map((stage) => ({
    stage,
    usualDays: GATES.usualDays[stage],
    items: GATES.items
      .filter((item) => item.stage === stage && item.sectors.includes(sector))
      .map(({ id, en, zh, source }) => ({ id, en, zh, source })),
  }));
}

/** Where a decision leads; undefined where it cannot be made. */
export function stageAfter(stage: RelayStage, decision: RelayDecision, isStopped: boolean): RelayStage | undefined {
  const at = RELAY_STAGES.indexOf(stage);
  if (decision === 'resume') return isStopped ? stage : undefined;
  if (isStopped) return undefined;
  if (decision === 'pass') return RELAY_STAGES[at + 1];
  if (decision === 'back') return RELAY_STAGES[at - 1];
  return stage;
}

/** A thing of the record as the matching sees it. */
export interface Candidate {
  id: string;
  name: string;
  nameZh: string | null;
  kind: string;
  example: boolean;
  relayStages: string[];
  /** Focus, features, descriptions, sectors: what is said in words. */
  words: string[];
  places: string[];
  /** Free space in m2 of a park. */
  freeM2: number;
}

/** For its stage, its field and its place: house weights. Alone for its kind or its place nothing is offered. */
const WEIGHTS: Readonly<Record<ResourceReason, number>> = { stage: 4, sector: 3, space: 2, kind: 1, place: 1 };
const MOST_OFFERED = 12;

/** What of the record can help a project in a stage, with the reasons, best first. */
export function matchResources(
  candidates: readonly Candidate[],
  { stage, sector, place }: { stage: RelayStage; sector: RelaySector; place: string | null },
): RelayResource[] {
  const { stages, kinds, words } = GATES.help[stage];
  const offered = candidates.flatMap((candidate): RelayResource[] => {
    const { id, name, nameZh, kind, example, freeM2 } = candidate;
    const said = [name, nameZh ?? '', ...candidate.words].join(' \n ').toLowerCase();
    const reasons: RelayResource['reasons'] = [];
    const stageFound = candidate.relayStages.find((each) => stages.includes(each));
    if (stageFound !== undefined) reasons.push({ why: 'stage', detail: stageFound });
    const field = GATES.sectorWords[sector].find((word) => said.includes(word.toLowerCase()));
    if (field !== undefined) reasons.push({ why: 'sector', detail: field });
    const task = words.find((word) => said.includes(word.toLowerCase()));
    if (kinds.includes(kind) && task !== undefined) reasons.push({ why: 'kind', detail: task });
    if (stage === 'making' && freeM2 > 0) reasons.push({ why: 'space', detail: String(Math.round(freeM2)) });
    const isHelp = reasons.some(({ why }) => why === 'stage' || why === 'kind' || why === 'space');
    if (!isHelp) return [];
    if (place !== null && candidate.places.includes(place)) reasons.push({ why: 'place', detail: place });
    const score = reasons.reduce((sum, { why }) => sum + WEIGHTS[why], 0);
    return [{ id, name, nameZh, kind, example, score, reasons }];
  });
  return offered
    .sort((one, two) => two.score - one.score || one.name.localeCompare(two.name) || one.id.localeCompare(two.id))
    .slice(0, MOST_OFFERED);
}
