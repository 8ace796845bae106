import { DownloadOutlined } from '@ant-design/icons';
import { Button, Select, Switch } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CHAINS,
  type Chain,
  type ChainLink,
  type ChainView,
  type OnLink,
  PROPERTIES,
  STREAMS,
} from '../../src/modules/cluster/model.ts';
import { Go, language, useAddressValues, useSession } from '../shell/index.ts';
import { Empty, Failure, Figures, Loading, Page, Panel, StatusTag, save, saveCsv } from '../ui/index.ts';
import { ChainPlot } from './chain-plot.tsx';
import { kindOf, nameOf, useRecordAct, useThings } from './record-ask.ts';
import { ThingLink } from './said.tsx';
import { ThingChoice } from './thing-forms.tsx';
import { useChains } from './views-ask.ts';
import './record.css';
import './views.css';

/** Who stands where on an industry chain, and where nobody does. */
export default function ChainPage() {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const of = (name: string) => String(values[name] ?? '');
  const chain = CHAINS.find(({ id }) => id === of('chain')) ?? CHAINS.find(({ basis }) => basis !== null) ?? CHAINS[0]!;
  const query = useChains(of('place'), of('examples'));
  const places = useThings({ kind: 'place', limit: 200 });
  return (
    <Page title={t('views.chain')} about={t('views.chainAbout')} trail={<Go to="/cluster">{t('record.title')}</Go>}>
      <div className="stack">
        <div className="row no-print map-filters">
          <Select
            aria-label={t('views.whichChain')}
            popupMatchSelectWidth={false}
            value={chain.id}
            onChange={(id) => set({ chain: id, link: '' })}
            options={CHAINS.map((each) => ({ value: each.id, label: each[language()] }))}
          />
          <Select
            aria-label={t('record.place')}
            placeholder={t('record.place')}
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            popupMatchSelectWidth={false}
            className="map-choice"
            {...(of('place') !== '' && { value: of('place') })}
            onChange={(value?: string) => set({ place: value ?? '' })}
            options={(places.data?.things ?? []).map((thing) => ({ value: thing.id, label: nameOf(thing) }))}
          />
          <label className="row" htmlFor="chain-examples">
            <Switch
              id="chain-examples"
              size="small"
              checked={of('examples') === 'yes'}
              onChange={(on) => set({ examples: on ? 'yes' : '' })}
            />
            {t('record.withExamples')}
          </label>
        </div>
        {query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        {query.isSuccess && <Shown key={chain.id} chain={chain} view={query.data} />}
      </div>
    </Page>
  );
}

function Shown({ chain, view }: { chain: Chain; view: ChainView }) {
  const { t } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const drawing = useRef<SVGSVGElement>(null);
  const on = Map.groupBy(view.placed, ({ link }) => link);
  const inside = (link: string) => (on.get(link) ?? []).filter((each) => each.inside);
  const link = chain.links.find(({ id }) => id === values['link']);
  const number = (id: string) => inside(id).length;
  const gaps = chain.links.filter(({ id }) => number(id) === 0);
  const choose = (id: string) => set({ link: id });
  return (
    <>
      <Figures
        figures={[
          { label: t('views.links'), value: chain.links.length },
          {
            label: t('views.gaps'),
            value: gaps.length,
            ...(gaps.length > 0 && { tone: 'danger' as const }),
          },
          { label: t('views.single'), value: chain.links.filter(({ id }) => number(id) === 1).length, tone: 'warning' },
          {
            label: t('views.placed'),
            value: new Set(chain.links.flatMap(({ id }) => inside(id).map((one) => one.id))).size,
          },
        ]}
      />
      {view.cut && <p className="quiet">{t('views.cut', { count: view.placed.length })}</p>}
      <div className="chain-pair">
        <Panel
          title={chain[language()]}
          actions={
            <>
              <Button size="small" icon={<DownloadOutlined />} onClick={() => exportSvg(chain, drawing.current)}>
                SVG
              </Button>
              <Button size="small" icon={<DownloadOutlined />} onClick={() => exportCsv(chain, on)}>
                CSV
              </Button>
            </>
          }
        >
          <div className="chain-wide">
            <ChainPlot ref={drawing} chain={chain} number={number} chosen={link?.id} choose={choose} />
          </div>
          <div className="chain-narrow">
            {STREAMS.map((stream) => (
              <section key={stream}>
                <h3>{t(`views.streams.${stream}`)}</h3>
                {chain.links
                  .filter((each) => each.stream === stream)
                  .map((each) => (
                    <details key={each.id}>
                      <summary>
                        {each[language()]} <Standing n={number(each.id)} />
                      </summary>
                      <Who link={each} on={on.get(each.id) ?? []} />
                    </details>
                  ))}
              </section>
            ))}
          </div>
          <p className="quiet">{t('views.structure')}</p>
          {chain.basis !== null && (
            <>
              <blockquote className="quote">{chain.basis.quote}</blockquote>
              <p className="quiet">
                {t('views.basis', {
                  links: chain.links
                    .filter(({ id }) => chain.basis?.stages.includes(id))
                    .map((each) => each[language()])
                    .join(language() === 'zh' ? '、' : ', '),
                })}{' '}
                <Go to="/cluster/facts">{t('record.facts')}</Go>
              </p>
            </>
          )}
        </Panel>
        <div className="chain-wide">
          <Panel title={link === undefined ? t('views.chooseLink') : link[language()]}>
            {link === undefined ? (
              <Empty title={t('views.chooseLink')}>{t('views.chooseLinkAbout')}</Empty>
            ) : (
              <Who link={link} on={on.get(link.id) ?? []} />
            )}
          </Panel>
        </div>
      </div>
    </>
  );
}

function Standing({ n }: { n: number }) {
  const { t } = useTranslation('cluster');
  if (n === 0) return <StatusTag tone="danger">{t('views.gap')}</StatusTag>;
  if (n === 1) return <StatusTag tone="warning">{t('views.onlyOne')}</StatusTag>;
  return <StatusTag tone="good">{String(n)}</StatusTag>;
}

function Who({ link, on }: { link: ChainLink; on: readonly OnLink[] }) {
  const { t } = useTranslation('cluster');
  const { may } = useSession();
  const [here, elsewhere] = [on.filter((each) => each.inside), on.filter((each) => !each.inside)];
  return (
    <div className="stack">
      {here.length === 0 && (
        <p>
          <StatusTag tone="danger">{t('views.gap')}</StatusTag> {t('views.nobody')}
        </p>
      )}
      <Names things={here} />
      {elsewhere.length > 0 && (
        <>
          <h3>{t('views.notHere')}</h3>
          <Names things={elsewhere} />
        </>
      )}
      {may('cluster.edit') && <Place link={link} />}
    </div>
  );
}

function Names({ things }: { things: readonly OnLink[] }) {
  const { t } = useTranslation('cluster');
  return (
    <ul className="chain-names">
      {things.map((thing) => (
        <li key={thing.id}>
          <ThingLink thing={thing} /> <small className="quiet">{kindOf(thing.kind)}</small>{' '}
          {thing.confidence !== null && (
            <StatusTag tone="warning">{t(`record.confidences.${thing.confidence}`)}</StatusTag>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Says that a thing stands on the link: a statement of who says it. */
function Place({ link }: { link: ChainLink }) {
  const { t } = useTranslation('cluster');
  const [thing, setThing] = useState('');
  const act = useRecordAct(() => setThing(''));
  return (
    <form
      className="row no-print"
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate({
          path: `/things/${encodeURIComponent(thing)}/statements`,
          body: { property: 'chain-link', value: link.id },
        });
      }}
    >
      <ThingChoice
        kinds={PROPERTIES['chain-link']?.kinds}
        label={t('views.whom', { link: link[language()] })}
        value={thing}
        onChange={setThing}
      />
      <Button htmlType="submit" disabled={thing === ''} loading={act.isPending}>
        {t('views.place')}
      </Button>
    </form>
  );
}

function exportSvg(chain: Chain, drawing: SVGSVGElement | null): void {
  if (drawing === null) return;
  const text = new XMLSerializer().serializeToString(drawing);
  save(`chain-${chain.id}.svg`, new Blob([text], { type: 'image/svg+xml' }));
}

function exportCsv(chain: Chain, on: ReadonlyMap<string, readonly OnLink[]>): void {
  saveCsv(
    `chain-${chain.id}`,
    ['link', 'stream', 'name', 'nameZh', 'thing', 'thingName', 'thingNameZh', 'inPlace', 'confidence'],
    chain.links.flatMap(({ id, stream, en, zh }) => {
      const own = on.get(id) ?? [];
      if (own.length === 0) return [[id, stream, en, zh]];
      return own.map((one) => [id, stream, en, zh, one.id, one.name, one.nameZh, one.inside, one.confidence]);
    }),
  );
}
