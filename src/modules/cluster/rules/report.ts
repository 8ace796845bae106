import type { Block, PrintedDocument } from '#kernel/document';
import type { Sheet } from '../intake/index.ts';
import type {
  FundFigure,
  FundLine,
  Lack,
  LadderPage,
  Op,
  PipelineFunnel,
  QuarterlyReport,
  ReportSection,
  TargetLine,
  TargetState,
  ThingName,
} from '../model.ts';

type Language = 'en' | 'zh';
type Words = { en: string; zh: string };
const say = (en: string, zh: string): Words => ({ en, zh });

const UNKNOWN = say('unknown', '未知');
const STATES: Record<TargetState, Words> = {
  reached: say('reached', '已达成'),
  'on-track': say('on track', '进度正常'),
  behind: say('behind', '滞后'),
  missed: say('missed', '未达成'),
  'over-unknown': say('over, no value on file', '已到期，无数据'),
  unknown: say('not known', '未知'),
};
const LACKS: Record<Lack, Words> = {
  books: say('no books on file', '无账目'),
  commitments: say('no commitments', '缺认缴'),
  calls: say('no calls', '缺缴款'),
  value: say('no net asset value', '缺净值'),
  holdings: say('no holdings', '缺持仓'),
  'holding-values': say('holdings without a value', '持仓缺估值'),
  index: say('no index chosen', '未选指数'),
  'index-days': say('the index begins later', '指数起始较晚'),
  'sign-changes': say('flows turn too often', '现金流变号过多'),
  'no-rate': say('no rate fits the flows', '现金流无内部收益率'),
};
const STAGES: Record<string, Words> = {
  reserved: say('reserved', '储备'),
  negotiating: say('negotiating', '洽谈'),
  key: say('key', '重点'),
  signed: say('signed', '签约'),
  building: say('building', '建设'),
  producing: say('producing', '投产'),
  lost: say('lost', '流失'),
};

export interface ReportParts {
  targets: readonly TargetLine[];
  ladder: LadderPage;
  funds: readonly FundLine[];
  funnel: PipelineFunnel;
  conflicts: readonly { thing: ThingName; property: string; since: string }[];
  properties: (name: string) => Words | undefined;
}

/** The report's rows in one language. Money in yuan; what is not known says so. */
export function reportSections(parts: ReportParts, language: Language): ReportSection[] {
  const t = (words: Words): string => words[language];
  const nameOf = ({ name, nameZh }: Pick<ThingName, 'name' | 'nameZh'>): string =>
    language === 'zh' ? (nameZh ?? name) : name;
  const unknown = t(UNKNOWN);
  const head = (...titles: [Words, boolean?][]) => titles.map(([words, isEnd = false]) => ({ title: t(words), isEnd }));
  const amount = (value: number | null | undefined, unit = '1'): string | number =>
    value === null || value === undefined ? unknown : unit === 'fen' ? value / 100 : unit === '%' ? `${value}%` : value;
  const bound = (op: Op | null, value: string | number): string | number =>
    op === null || typeof value === 'string' ? value : `${op} ${NUMBER[language].format(value)}`;
  const figure = (found: FundFigure): string | number => {
    if ('value' in found) return round(found.value);
    if ('several' in found) return found.several.map(round).join('; ');
    return `${unknown}: ${found.lacks.map((lack) => t(LACKS[lack])).join(', ')}`;
  };
  return [
    {
      key: 'targets',
      title: t(say('Targets', '目标')),
      about: t(
        say(
          'Money in yuan. Needed a year: what is left over the years that are left.',
          '金额单位为元。每年所需：剩余差额除以剩余年数。',
        ),
      ),
      columns: head(
        [say('Target', '指标')],
        [say('Goal', '目标值'), true],
        [say('Year', '年份'), true],
        [say('Last value', '最新值'), true],
        [say('Of', '所属年'), true],
        [say('State', '状态')],
        [say('Needed a year', '每年所需'), true],
        [say('Lead', '牵头')],
        [say('Source of the last value', '最新值来源')],
      ),
      rows: parts.targets.map((target) => [
        nameOf(target),
        bound(target.op, amount(target.value, target.unit)),
        target.year,
        bound(target.last?.op ?? null, amount(target.last?.value, target.unit)),
        target.last?.year ?? null,
        t(STATES[target.state]),
        target.neededAYear === null ? null : round(Number(amount(target.neededAYear, target.unit))),
        target.leads.map(nameOf).join('; '),
        target.last?.source ?? '',
      ]),
    },
    {
      key: 'ladder',
      title: t(say('Enterprise ladder', '企业梯度')),
      about: t(
        say(
          `Over ${parts.ladder.enterprises} enterprises on file; unknown where the record does not say.`,
          `档案中 ${parts.ladder.enterprises} 家企业；档案未载明者为未知。`,
        ),
      ),
      columns: head(
        [say('Rung', '层级')],
        [say('Met', '符合'), true],
        [say('Not met', '不符合'), true],
        [say('Unknown', '未知'), true],
        [say('Source of the rule', '规则来源')],
      ),
      rows: parts.ladder.rungs.map((rung) => {
        const { yes, no, unknown: open } = parts.ladder.counts[rung.id]!;
        return [rung[language], yes, no, open, [rung.source.title, rung.source.reference].filter(Boolean).join(', ')];
      }),
    },
    {
      key: 'funds',
      title: t(say('Funds', '基金')),
      about: t(
        say(
          'Multiples and rates from the books up to today; a fund without books has none.',
          '倍数与收益率据账目计算至今日；无账目的基金不计算。',
        ),
      ),
      columns: head(
        [say('Fund', '基金')],
        [say('Stated size', '公布规模'), true],
        [say('Books kept by', '账目管理方')],
        [{ en: 'PIC', zh: 'PIC' }, true],
        [{ en: 'DPI', zh: 'DPI' }, true],
        [{ en: 'TVPI', zh: 'TVPI' }, true],
        [say('Net rate a year', '净年化收益率'), true],
      ),
      rows: parts.funds.map((fund) => [
        nameOf(fund),
        amount(fund.size, 'fen'),
        fund.keeperName ?? '–',
        ...[fund.ratios.pic, fund.ratios.dpi, fund.ratios.tvpi, fund.ratios.netRate].map(figure),
      ]),
    },
    {
      key: 'projects',
      title: t(say('Projects by stage', '项目阶段')),
      about: t(say('Counted on the record, without examples.', '据档案统计，不含示例。')),
      columns: head(
        [say('Stage', '阶段')],
        [say('Projects', '项目数'), true],
        [say('Investment, as far as known', '已知投资额'), true],
        [say('Without an amount', '金额未知'), true],
      ),
      rows: parts.funnel.counts.map(({ stage, projects, investmentFen, unknown: open }) => [
        t(STAGES[stage] ?? say(stage, stage)),
        projects,
        amount(investmentFen, 'fen'),
        open,
      ]),
    },
    {
      key: 'conflicts',
      title: t(say('Conflicts of sources', '来源冲突')),
      about: t(say('Sources that cannot both be right; shown, not settled.', '不能同时成立的说法；仅列示，不作裁定。')),
      columns: head([say('Thing', '对象')], [say('Property', '属性')], [say('Since', '起始')]),
      rows: parts.conflicts.map(({ thing, property, since }) => [
        nameOf(thing),
        parts.properties(property)?.[language] ?? property,
        since.slice(0, 10),
      ]),
    },
  ];
}

const round = (value: number): number => Number(value.toPrecision(6));

const NUMBER = {
  en: new Intl.NumberFormat('en', { maximumSignificantDigits: 8 }),
  zh: new Intl.NumberFormat('zh', { maximumSignificantDigits: 8 }),
};

export function reportDocument(
  report: QuarterlyReport,
  { language, at }: { language: Language; at: Date },
): PrintedDocument {
  const isYear = (title: string): boolean => ['Year', 'Of', '年份', '所属年'].includes(title);
  return {
    title: say(`Quarterly report ${report.quarter}`, `季度报告 ${report.quarter}`)[language],
    about: say(`Industry cluster, to ${report.to}`, `产业集群，截至 ${report.to}`)[language],
    language,
    at,
    blocks: report.sections.flatMap(({ title, about, columns, rows }): Block[] => [
      { kind: 'heading', text: title },
      { kind: 'text', text: about, isQuiet: true },
      {
        kind: 'table',
        columns: columns.map(({ title: head, isEnd }, place) => ({ title: head, isEnd, share: place === 0 ? 2.4 : 1 })),
        rows: rows.map((row) =>
          row.map((cell, place) =>
            typeof cell === 'number' && !isYear(columns[place]?.title ?? '')
              ? NUMBER[language].format(cell)
              : String(cell ?? ''),
          ),
        ),
        empty: say('Nothing on file.', '暂无。')[language],
      },
    ]),
  };
}

export function reportSheets({ sections }: QuarterlyReport): Sheet[] {
  return sections.map(({ title, columns, rows }) => ({
    name: title,
    widths: columns.map((_, place) => (place === 0 ? 46 : 18)),
    rows: [columns.map((column) => column.title), ...rows],
  }));
}
