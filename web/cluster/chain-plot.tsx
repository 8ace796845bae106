import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { type Chain, type ChainLink, STREAMS } from '../../src/modules/cluster/model.ts';
import { language } from '../shell/index.ts';
import { useLook } from '../ui/index.ts';

const BOX = { width: 240, height: 50, across: 96, between: 16, top: 44, edge: 12, arc: 44 } as const;
const INK = {
  light: {
    ground: '#ffffff',
    ink: '#16211f',
    quiet: '#53635f',
    line: '#8ba39b',
    fill: '#e3f1ec',
    bar: '#0b6b60',
    gap: '#b42318',
    one: '#8a5a00',
  },
  dark: {
    ground: '#121d1b',
    ink: '#e6efec',
    quiet: '#9cb0ab',
    line: '#4d6b64',
    fill: '#17302b',
    bar: '#3fbfa9',
    gap: '#ff8a7d',
    one: '#f2b632',
  },
} as const;

interface PlotProps {
  ref: Ref<SVGSVGElement>;
  chain: Chain;
  /** How many stand on a link. */
  number: (link: string) => number;
  chosen: string | undefined;
  choose: (link: string) => void;
}

/** The chain from left to right: a flow is as thick as its weaker end, a link with nobody is drawn as a gap. Colours are its own, so that it can be saved. */
export function ChainPlot({ ref, chain, number, chosen, choose }: PlotProps) {
  const { t } = useTranslation('cluster');
  const ink = INK[useLook()];
  const columns = STREAMS.map((stream) => chain.links.filter((link) => link.stream === stream));
  const rows = Math.max(...columns.map((column) => column.length));
  const at = new Map<string, { x: number; y: number; column: number }>();
  for (const [column, links] of columns.entries()) {
    const empty = ((rows - links.length) * (BOX.height + BOX.between)) / 2;
    for (const [row, { id }] of links.entries())
      at.set(id, {
        x: BOX.edge + column * (BOX.width + BOX.across),
        y: BOX.top + empty + row * (BOX.height + BOX.between),
        column,
      });
  }
  const width = 2 * BOX.edge + 3 * BOX.width + 2 * BOX.across + BOX.arc;
  const height = BOX.top + rows * (BOX.height + BOX.between);
  return (
    <svg
      ref={ref}
      viewBox={`0 0 ${width} ${height}`}
      className="chain-plot"
      xmlns="http://www.w3.org/2000/svg"
      fontFamily="system-ui, 'Noto Sans CJK SC', 'PingFang SC', sans-serif"
    >
      <title>{t('views.chainOf', { name: chain[language()] })}</title>
      <rect width={width} height={height} fill={ink.ground} />
      {STREAMS.map((stream, column) => (
        <text
          key={stream}
          x={BOX.edge + column * (BOX.width + BOX.across) + BOX.width / 2}
          y={24}
          textAnchor="middle"
          fontSize={14}
          fontWeight={600}
          fill={ink.quiet}
        >
          {t(`views.streams.${stream}`)}
        </text>
      ))}
      {chain.links.flatMap(({ id, to }) =>
        to.map((next) => {
          const least = Math.min(number(id), number(next));
          return (
            <path
              key={`${id} ${next}`}
              d={wayOf(at.get(id)!, at.get(next)!)}
              fill="none"
              stroke={least === 0 ? ink.gap : ink.line}
              strokeOpacity={least === 0 ? 0.55 : 0.85}
              strokeWidth={thicknessOf(least)}
              {...(least === 0 && { strokeDasharray: '5 5' })}
            />
          );
        }),
      )}
      {chain.links.map((link) => (
        <Box
          key={link.id}
          link={link}
          n={number(link.id)}
          at={at.get(link.id)!}
          isChosen={chosen === link.id}
          choose={choose}
          ink={ink}
        />
      ))}
    </svg>
  );
}

function Box(props: {
  link: ChainLink;
  n: number;
  at: { x: number; y: number };
  isChosen: boolean;
  choose: (link: string) => void;
  ink: (typeof INK)[keyof typeof INK];
}) {
  const { link, n, at, isChosen, choose, ink } = props;
  const { t } = useTranslation('cluster');
  const tone = n === 0 ? ink.gap : n === 1 ? ink.one : ink.bar;
  const words = n === 0 ? t('views.gap') : n === 1 ? t('views.onlyOne') : String(n);
  return (
    <a
      href={`?link=${link.id}`}
      onClick={(event) => {
        event.preventDefault();
        choose(link.id);
      }}
    >
      <rect
        x={at.x}
        y={at.y}
        width={BOX.width}
        height={BOX.height}
        rx={7}
        fill={n === 0 ? ink.ground : ink.fill}
        stroke={isChosen ? ink.ink : tone}
        strokeWidth={isChosen ? 3 : 1.4}
        {...(n === 0 && { strokeDasharray: '6 4' })}
      />
      {n > 0 && <rect x={at.x} y={at.y} width={3 + thicknessOf(n)} height={BOX.height} rx={3} fill={tone} />}
      <text x={at.x + 24} y={at.y + 22} fontSize={13.5} fontWeight={600} fill={ink.ink}>
        {link[language()]}
      </text>{' '}
      <text x={at.x + 24} y={at.y + 40} fontSize={12.5} fill={tone}>
        {n === 0 || n === 1 ? words : t('views.stand', { count: n })}
      </text>
    </a>
  );
}

/** Grows with the root: four times as many are twice as thick. */
function thicknessOf(n: number): number {
  return n === 0 ? 1.5 : Math.min(16, 2.5 * Math.sqrt(n));
}

interface At {
  x: number;
  y: number;
  column: number;
}

/** From the right side of a box to the left side of one further on; around the right within a column. */
function wayOf(from: At, to: At): string {
  const [y, end] = [from.y + BOX.height / 2, to.y + BOX.height / 2];
  const right = from.x + BOX.width;
  if (from.column === to.column)
    return `M${right},${y} C${right + BOX.arc},${y} ${right + BOX.arc},${end} ${right},${end}`;
  const middle = (right + to.x) / 2;
  return `M${right},${y} C${middle},${y} ${middle},${end} ${to.x},${end}`;
}
