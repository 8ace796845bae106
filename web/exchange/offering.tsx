import { SafetyCertificateOutlined, ShoppingCartOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Cell, DefinedColumn, OfferingDetail, Quality, Sample } from '../../src/modules/exchange/model.ts';
import { Go, useGo, usePathValue, useVisitor } from '../shell/index.ts';
import { DataTable, Empty, Facts, Failure, Figures, Loading, Page, Panel, Plot, StatusTag, Time } from '../ui/index.ts';
import { partyName, STATE_TONES, said, useOffering, usePercent, usePriceWords } from './offering-ask.ts';
import { samplePlot } from './offering-plots.ts';
import { PolicyInWords } from './policy-in-words.tsx';
import './offering.css';

/** All that a buyer should know before a contract. */
export default function Offering() {
  const { t } = useTranslation('exchange');
  const id = usePathValue('id');
  const query = useOffering(id);
  const go = useGo();
  const may = useVisitor()?.may;
  const offering = query.data;
  return (
    <Page
      title={offering === undefined ? t('offering.one') : said(offering.title)}
      about={offering && said(offering.summary)}
      trail={<Go to="/exchange/catalogue">{t('catalogue.title')}</Go>}
      actions={
        offering?.state === 'listed' &&
        may?.('exchange.buy') && (
          <Button
            type="primary"
            icon={<ShoppingCartOutlined />}
            onClick={() => go(`/exchange/orders/new?offering=${id}`)}
          >
            {t('offering.order')}
          </Button>
        )
      }
    >
      {query.isPending && <Loading />}
      {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
      {offering !== undefined && <Detail offering={offering} />}
    </Page>
  );
}

function Detail({ offering }: { offering: OfferingDetail }) {
  const { t } = useTranslation('exchange');
  const may = useVisitor()?.may;
  const priceOf = usePriceWords();
  const plot = offering.sample && samplePlot(offering.columns, offering.sample);
  return (
    <div className="stack">
      {offering.demonstration && <p role="note">{t('offering.demonstrationAbout')}</p>}
      <div className="offering-pair">
        <Panel title={t('offering.facts')}>
          <Facts
            facts={[
              [
                t('offering.state'),
                <StatusTag key="state" tone={STATE_TONES[offering.state]}>
                  {t(`offering.states.${offering.state}`)}
                </StatusTag>,
              ],
              [t('offering.kind'), t(`offering.kinds.${offering.kind}`)],
              [t('offering.topic'), t(`offering.topics.${offering.topic}`)],
              [t('offering.holder'), partyName(offering.holder)],
              [t('offering.version'), offering.version],
              [t('offering.content'), offering.rows !== null && t('offering.rows', { count: offering.rows })],
              [t('offering.refreshed'), offering.refreshedAt && <Time key="time" at={offering.refreshedAt} />],
              [t('offering.refresh'), t(`offering.refreshes.${offering.refresh}`)],
              [t('offering.ways'), offering.ways.map((way) => t(`offering.way.${way}`)).join(', ')],
              [t('offering.keywords'), offering.keywords.join(', ')],
            ]}
          />
        </Panel>
        <Panel title={t('offering.pricesTitle')}>
          <ul className="offering-list">
            {offering.prices.map((price) => (
              <li key={JSON.stringify(price)}>{priceOf(price)}</li>
            ))}
          </ul>
          <p className="quiet">{said(offering.pricingBasis)}</p>
          <Facts
            facts={[
              [t('offering.venue'), offering.venues.map((venue) => t(`offering.venues.${venue}`)).join(', ')],
              [
                t('offering.certificates'),
                offering.certificates.length > 0 && (
                  <span key="certificates" className="row">
                    {offering.certificates.map((certificate) => (
                      <Go key={certificate.id} to={`/verify/${certificate.id}`}>
                        <SafetyCertificateOutlined aria-hidden /> {t(`offering.certificate.${certificate.kind}`)}
                      </Go>
                    ))}
                  </span>
                ),
              ],
            ]}
          />
        </Panel>
      </div>
      <Panel
        title={t('offering.policy')}
        actions={
          offering.state === 'listed' &&
          may?.('exchange.negotiate') && (
            <Go to={`/exchange/negotiations/new?offering=${offering.id}`}>{t('negotiation.new')}</Go>
          )
        }
      >
        <PolicyInWords policy={offering.policy} />
      </Panel>
      <Dictionary columns={offering.columns} />
      {offering.sample === null ? (
        <Panel title={t('offering.sample')}>
          <Empty title={t('offering.noSample')} />
        </Panel>
      ) : (
        <SampleTable sample={offering.sample} columns={offering.columns} />
      )}
      {plot && (
        <Panel>
          <Plot
            title={t('offering.picture', plot.words)}
            option={plot.option}
            table={plot.table}
            note={t('offering.pictureAbout')}
          />
        </Panel>
      )}
      {offering.quality !== null && <QualityPanel quality={offering.quality} />}
      <Panel title={t('offering.lineage')}>
        <Facts
          facts={[
            [
              t('offering.views'),
              <ol key="views" className="offering-list">
                {offering.views.map((view) => (
                  <li key={view}>
                    <code>{view}</code>
                  </li>
                ))}
                <li>{t('offering.throughQuery')}</li>
                <li>{t('offering.throughGate')}</li>
              </ol>,
            ],
            [
              t('offering.sources'),
              offering.sources.map(({ party, share }) => `${partyName(party)} (${share / 100} %)`).join(', '),
            ],
          ]}
        />
        <h3>{t('offering.releases')}</h3>
        <ul className="offering-list">
          {offering.releases.map((release) => (
            <li key={release.releaseId}>
              {t('offering.versionContent', { version: release.version, number: release.number })},{' '}
              {t('offering.rows', { count: release.rows })}, <Time at={release.at} form="date" />
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

/** What each column means. */
export function Dictionary({ columns }: { columns: readonly DefinedColumn[] }) {
  const { t } = useTranslation('exchange');
  return (
    <section className="offering-table">
      <h2>{t('offering.dictionary')}</h2>
      <DataTable<DefinedColumn>
        name="dictionary"
        label={t('offering.dictionary')}
        rowKey={({ name }) => name}
        source={{ rows: columns }}
        searchable={columns.length > 12}
        columns={[
          {
            key: 'name',
            title: t('offering.column'),
            value: ({ name }) => name,
            render: ({ name }) => <code>{name}</code>,
            phoneTitle: true,
          },
          { key: 'label', title: t('offering.label'), value: ({ label }) => said(label) },
          { key: 'meaning', title: t('offering.meaning'), value: ({ meaning }) => said(meaning) },
          { key: 'type', title: t('offering.type'), value: ({ type }) => t(`offering.types.${type}`) },
          { key: 'role', title: t('offering.role'), value: ({ role }) => t(`offering.roles.${role}`) },
          { key: 'unit', title: t('offering.unit'), value: ({ unit }) => unit ?? '' },
          {
            key: 'codes',
            title: t('offering.codes'),
            value: ({ codes = [] }) => codes.map(({ code, label }) => `${code}: ${said(label)}`).join('; '),
          },
        ]}
      />
    </section>
  );
}

/** Some rows of what has passed the gate. */
export function SampleTable({ sample, columns }: { sample: Sample; columns: readonly DefinedColumn[] }) {
  const { t } = useTranslation('exchange');
  return (
    <section className="offering-table">
      <h2>{t('offering.sample')}</h2>
      <p className="quiet">{t('offering.sampleAbout')}</p>
      <DataTable<{ at: number; row: Cell[] }>
        name="sample"
        label={t('offering.sample')}
        rowKey={({ at }) => String(at)}
        source={{ rows: sample.rows.map((row, at) => ({ at, row })) }}
        searchable={false}
        columns={sample.columns.map((name, at) => {
          const column = columns.find((each) => each.name === name);
          return {
            key: name,
            title: column === undefined ? name : said(column.label),
            value: ({ row }) => {
              const value = row[at] ?? null;
              const code = column?.codes?.find((each) => each.code === String(value));
              return code === undefined ? value : said(code.label);
            },
            end: column?.type === 'integer' || column?.type === 'decimal',
            phoneTitle: at === 0,
          };
        })}
      />
    </section>
  );
}

/** What was measured, with what each number means. */
export function QualityPanel({ quality }: { quality: Quality }) {
  const { t } = useTranslation('exchange');
  const percent = usePercent();
  const { timeliness } = quality;
  const isLate = timeliness?.freshDays != null && timeliness.ageDays > timeliness.freshDays;
  return (
    <Panel title={t('offering.quality')}>
      <Figures
        figures={[
          { label: t('offering.completeness'), value: percent(quality.completeness) },
          { label: t('offering.validity'), value: percent(quality.validity) },
          { label: t('offering.uniqueness'), value: percent(quality.uniqueness) },
          ...(timeliness === null
            ? []
            : [
                {
                  label: t('offering.age'),
                  value: t('offering.days', { count: timeliness.ageDays }),
                  ...(isLate && { tone: 'warning' as const }),
                },
              ]),
        ]}
      />
      <p className="quiet">
        {t('offering.qualityAbout')}
        {timeliness !== null && ` ${t('offering.span', { from: timeliness.oldest, to: timeliness.newest })}`}
      </p>
    </Panel>
  );
}
