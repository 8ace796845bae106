import { Segmented } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Graph, KINDS, type ThingKind } from '../../src/modules/cluster/model.ts';
import { Go, useAddressValues } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, Panel, Plot, type PlotOption, Scroller } from '../ui/index.ts';
import { kindOf, nameOf, predicateName, useGraph } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import { ThingChoice } from './thing-forms.tsx';
import './record.css';

const HEIGHT_PX = 560;

/** What hangs together with a thing, and how two things are joined. */
export default function GraphPage() {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const of = (name: string, fallback = '') => String(values[name] ?? fallback);
  const [thing, to, steps] = [of('thing'), of('to'), of('steps', '1')];
  const query = useGraph(thing, to, steps);
  return (
    <Page title={t('record.graph')} about={t('record.graphAbout')} trail={<Go to="/cluster">{t('record.title')}</Go>}>
      <div className="stack">
        <div className="row no-print">
          <ThingChoice label={t('record.around')} value={thing} onChange={(id) => set({ thing: id, to: '' })} />
          <Segmented
            aria-label={t('record.steps')}
            value={steps}
            onChange={(value) => set({ steps: value })}
            options={['1', '2', '3'].map((value) => ({
              value,
              label: t('record.stepsAway', { count: Number(value) }),
            }))}
          />
          <ThingChoice label={t('record.wayTo')} value={to} onChange={(id) => set({ to: id })} />
          {to !== '' && (
            <button type="button" className="link" onClick={() => set({ to: '' })}>
              {t('record.noWayTo')}
            </button>
          )}
        </div>
        {thing === '' && <Empty title={t('record.chooseThing')}>{t('record.chooseThingAbout')}</Empty>}
        {thing !== '' && query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && query.data.nodes.length === 0 && <Empty title={t('record.noWay')} />}
        {query.isSuccess && query.data.nodes.length > 0 && (
          <Shown graph={query.data} choose={(id) => set({ thing: id, to: '' })} />
        )}
      </div>
    </Page>
  );
}

function Shown({ graph, choose }: { graph: Graph; choose: (id: string) => void }) {
  const { t, i18n } = useTranslation('cluster');
  // Made anew only when what it shows changes: the layout would begin again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names in it are of the language
  const option = useMemo(() => drawn(graph), [graph, i18n.language]);
  const names = new Map(graph.nodes.map((node) => [node.id, node]));
  const groups = Map.groupBy(graph.nodes, ({ step }) => step);
  return (
    <>
      {graph.cut && <p className="quiet">{t('record.cut', { count: graph.nodes.length })}</p>}
      <div className="graph-pair">
        <Panel title={t('record.graphOf', { name: nameOf(graph.nodes[0]!) })}>
          <Plot
            title={t('record.picture')}
            option={option}
            heightPx={HEIGHT_PX}
            pick={(data) => {
              const { id } = (data ?? {}) as { id?: string };
              if (id !== undefined && names.has(id)) choose(id);
            }}
            table={{
              columns: [t('record.thing'), t('record.predicate'), t('record.other')],
              rows: graph.edges.map(({ subject, predicate, object }) => [
                nameOf(names.get(subject)!),
                predicateName(predicate, 'out'),
                nameOf(names.get(object)!),
              ]),
            }}
          />
        </Panel>
        <Panel title={t('record.things', { count: graph.nodes.length })}>
          <Scroller label={t('record.byStep')} heightPx={HEIGHT_PX}>
            {[...groups].map(([step, nodes]) => (
              <section key={step}>
                <h3>{step === 0 ? t('record.here') : t('record.stepsAway', { count: step })}</h3>
                <ul className="graph-list">
                  {nodes.map((node) => (
                    <li key={node.id}>
                      <ThingLink thing={node} /> <span className="quiet">{kindOf(node.kind)}</span>{' '}
                      {step > 0 && <Go to={`/cluster/graph?thing=${node.id}`}>{t('record.goThere')}</Go>}
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </Scroller>
        </Panel>
      </div>
    </>
  );
}

const FEW = 40;

function drawn({ nodes, edges }: Graph): PlotOption {
  const kinds = [...new Set(nodes.map(({ kind }) => kind))] as ThingKind[];
  const all = Object.keys(KINDS) as ThingKind[];
  const joined = Map.groupBy(edges, ({ subject, object }) => `${subject} ${object}`);
  return {
    legend: { data: kinds.map(kindOf), type: 'scroll' },
    tooltip: {},
    series: [
      {
        type: 'graph',
        layout: 'force',
        roam: true,
        categories: kinds.map((kind) => ({
          name: kindOf(kind),
          itemStyle: { color: COLOURS[all.indexOf(kind) % COLOURS.length] },
        })),
        label: { show: nodes.length <= FEW, position: 'right', formatter: '{b}', width: 160, overflow: 'truncate' },
        emphasis: { focus: 'adjacency', label: { show: true } },
        force: {
          repulsion: nodes.length <= FEW ? 260 : 160,
          edgeLength: nodes.length <= FEW ? 110 : 70,
          layoutAnimation: false,
        },
        edgeSymbol: ['none', 'arrow'],
        edgeSymbolSize: 7,
        lineStyle: { opacity: 0.6, curveness: 0.05 },
        data: nodes.map((node) => ({
          id: node.id,
          name: nameOf(node),
          category: kinds.indexOf(node.kind),
          symbolSize: node.step === 0 ? 34 : Math.max(12, 24 - 4 * node.step),
        })),
        links: [...joined.values()].map((group) => ({
          source: group[0]!.subject,
          target: group[0]!.object,
          value: group.map(({ predicate }) => predicateName(predicate, 'out')).join(', '),
          tooltip: { formatter: group.map(({ predicate }) => predicateName(predicate, 'out')).join(', ') },
        })),
      },
    ],
  };
}

/** A colour for each kind, in the order of the kinds. */
const COLOURS = [
  '#1f7a6d',
  '#b35900',
  '#5b6ee1',
  '#2e8b57',
  '#8a6d3b',
  '#c2185b',
  '#00838f',
  '#6a4fb3',
  '#d17b0f',
  '#ad1457',
  '#33691e',
  '#7b1fa2',
  '#0277bd',
  '#5d4037',
  '#c62828',
  '#607d8b',
  '#00695c',
  '#827717',
  '#4527a0',
  '#9e9d24',
] as const;
