import { DeleteOutlined, PlayCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type CandidatePreview,
  type Cell,
  COLUMN_ROLES,
  COLUMN_TYPES,
  DELIVERY_WAYS,
  type DefinedColumn,
  OFFERING_KINDS,
  type OfferingDefinition,
  PRICE_KINDS,
  type PriceModel,
  PURPOSES,
  TOPICS,
  type Words,
} from '../../src/modules/exchange/model.ts';
import { DataTable, Panel } from '../ui/index.ts';
import { QualityPanel } from './offering.tsx';
import { exchange, useAct } from './offering-ask.ts';
import { StudioQuestion } from './studio-question.tsx';

type RangePlan = OfferingDefinition['quality']['ranges'][number];

interface Edited {
  definition: OfferingDefinition;
  change: (changes: Partial<OfferingDefinition>) => void;
  isDraft: boolean;
}

function Field({ label, wide, children }: { label: string; wide?: boolean; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={`offering-field ${wide === true ? 'offering-wide' : ''}`}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
}

/** A text in both languages. */
function BothWords(props: {
  label: string;
  words: Words;
  isDraft: boolean;
  rows?: number;
  set: (words: Words) => void;
}) {
  const { t } = useTranslation('exchange');
  const { label, words, isDraft, rows = 1, set } = props;
  return (
    <>
      {(['en', 'zh'] as const).map((one) => (
        <Field key={one} label={`${label} (${t(`studio.languages.${one}`)})`} wide={rows > 1}>
          {(id) =>
            rows > 1 ? (
              <Input.TextArea
                id={id}
                rows={rows}
                maxLength={4_000}
                disabled={!isDraft}
                value={words[one]}
                onChange={({ target }) => set({ ...words, [one]: target.value })}
              />
            ) : (
              <Input
                id={id}
                maxLength={400}
                disabled={!isDraft}
                value={words[one]}
                onChange={({ target }) => set({ ...words, [one]: target.value })}
              />
            )
          }
        </Field>
      ))}
    </>
  );
}

export function AboutPart({ definition, change, isDraft }: Edited) {
  const { t } = useTranslation('exchange');
  return (
    <Panel>
      <div className="offering-grid">
        <Field label={t('offering.kind')}>
          {(id) => (
            <Select
              id={id}
              disabled={!isDraft}
              value={definition.kind}
              onChange={(kind) => change({ kind })}
              options={OFFERING_KINDS.map((value) => ({ value, label: t(`offering.kinds.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t('offering.topic')}>
          {(id) => (
            <Select
              id={id}
              disabled={!isDraft}
              value={definition.topic}
              onChange={(topic) => change({ topic })}
              options={TOPICS.map((value) => ({ value, label: t(`offering.topics.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t('offering.keywords')}>
          {(id) => (
            <Select
              id={id}
              mode="tags"
              disabled={!isDraft}
              tokenSeparators={[',', '，', ';']}
              value={definition.keywords}
              onChange={(keywords: string[]) => change({ keywords: keywords.slice(0, 30) })}
            />
          )}
        </Field>
        <Field label={t('offering.refresh')}>
          {(id) => (
            <Select
              id={id}
              disabled={!isDraft}
              value={definition.refresh}
              onChange={(refresh) => change({ refresh })}
              options={(['never', 'daily', 'weekly', 'monthly', 'quarterly'] as const).map((value) => ({
                value,
                label: t(`offering.refreshes.${value}`),
              }))}
            />
          )}
        </Field>
        <BothWords
          label={t('studio.name')}
          words={definition.title}
          isDraft={isDraft}
          rows={2}
          set={(title) => change({ title })}
        />
        <BothWords
          label={t('studio.summary')}
          words={definition.summary}
          isDraft={isDraft}
          rows={3}
          set={(summary) => change({ summary })}
        />
      </div>
    </Panel>
  );
}

/** The question to the lake, and what it answers now. */
export function DataPart({ definition, change, isDraft }: Edited) {
  const { t } = useTranslation('exchange');
  const preview = useAct(() => exchange.preview(definition));
  const found = preview.data;
  return (
    <div className="stack">
      <Panel title={t('studio.question')}>
        <p className="quiet">{t('studio.questionAbout')}</p>
        <StudioQuestion
          query={definition.query}
          change={(query) => change({ query })}
          isDraft={isDraft}
          run={() => preview.mutate(undefined)}
        />
        {isDraft && (
          <p className="row">
            <Button
              icon={<PlayCircleOutlined />}
              loading={preview.isPending}
              disabled={definition.query.sql.trim() === ''}
              onClick={() => preview.mutate(undefined)}
            >
              {t('studio.try')}
            </Button>
            {found !== undefined && (
              <span className="quiet">
                {t(found.more ? 'studio.triedMore' : 'studio.tried', { count: found.total, ms: found.ms })}{' '}
                {t('studio.reads', { views: found.views.join(', ') })}
              </span>
            )}
          </p>
        )}
      </Panel>
      {found !== undefined && <Found found={found} definition={definition} change={change} />}
    </div>
  );
}

function Found({ found, definition, change }: { found: CandidatePreview } & Pick<Edited, 'definition' | 'change'>) {
  const { t } = useTranslation('exchange');
  const fresh = found.columns.filter(({ name }) => !definition.columns.some((column) => column.name === name));
  return (
    <>
      {fresh.length > 0 && (
        <Panel title={t('studio.fresh')}>
          <p>{fresh.map(({ name, type }) => `${name} (${type})`).join(', ')}</p>
          <Button
            icon={<PlusOutlined />}
            onClick={() => change({ columns: [...definition.columns, ...fresh.map(columnOf)] })}
          >
            {t('studio.takeColumns', { count: fresh.length })}
          </Button>
        </Panel>
      )}
      {found.rows.length > 0 && definition.columns.length > 0 && (
        <DataTable<{ at: number; row: Cell[] }>
          name="candidate"
          label={t('studio.candidate')}
          rowKey={({ at }) => String(at)}
          few={20}
          source={{ rows: found.rows.map((row, at) => ({ at, row })) }}
          columns={definition.columns.slice(0, found.rows[0]?.length ?? 0).map(({ name }, at) => ({
            key: name,
            title: name,
            value: ({ row }: { row: Cell[] }) => row[at] ?? null,
            phoneTitle: at === 0,
          }))}
        />
      )}
      {found.quality !== null && <QualityPanel quality={found.quality} />}
    </>
  );
}

/** The engine's type tells most of it. */
function columnOf({ name, type }: { name: string; type: string }): DefinedColumn {
  const none = { en: '', zh: '' };
  const isWhole = /^(?:Nullable\()?U?Int/.test(type);
  const kind = isWhole ? 'integer' : /Float|Decimal/.test(type) ? 'decimal' : /Date/.test(type) ? 'date' : 'text';
  return { name, label: none, meaning: none, type: kind, role: 'quasi' };
}

/** The dictionary. */
export function ColumnsPart({ definition, change, isDraft }: Edited) {
  const { t } = useTranslation('exchange');
  const { columns } = definition;
  const set = (at: number, changes: Partial<DefinedColumn>) =>
    change({ columns: columns.map((column, each) => (each === at ? { ...column, ...changes } : column)) });
  return (
    <Panel>
      <div className="stack">
        <p className="quiet">{t('studio.columnsAbout')}</p>
        {columns.length === 0 && <p>{t('studio.noColumns')}</p>}
        {columns.map((column, at) => (
          <section key={column.name} className="offering-entry" aria-label={column.name}>
            <header>
              <h3>
                <code>{column.name}</code>
              </h3>
              {isDraft && (
                <Button
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t('studio.removeColumn', { name: column.name })}
                  onClick={() => change({ columns: columns.filter((_, each) => each !== at) })}
                />
              )}
            </header>
            <div className="offering-grid">
              <BothWords
                label={t('offering.label')}
                words={column.label}
                isDraft={isDraft}
                set={(label) => set(at, { label })}
              />
              <BothWords
                label={t('offering.meaning')}
                words={column.meaning}
                isDraft={isDraft}
                set={(meaning) => set(at, { meaning })}
              />
              <Field label={t('offering.type')}>
                {(id) => (
                  <Select
                    id={id}
                    disabled={!isDraft}
                    value={column.type}
                    onChange={(type) => set(at, { type })}
                    options={COLUMN_TYPES.map((value) => ({ value, label: t(`offering.types.${value}`) }))}
                  />
                )}
              </Field>
              <Field label={t('offering.role')}>
                {(id) => (
                  <Select
                    id={id}
                    disabled={!isDraft}
                    value={column.role}
                    onChange={(role) => set(at, { role })}
                    options={COLUMN_ROLES.map((value) => ({ value, label: t(`offering.roles.${value}`) }))}
                  />
                )}
              </Field>
              <Field label={t('offering.unit')}>
                {(id) => (
                  <Input
                    id={id}
                    maxLength={64}
                    disabled={!isDraft}
                    value={column.unit ?? ''}
                    onChange={({ target }) => {
                      const { unit: _, ...rest } = column;
                      const next = target.value === '' ? rest : { ...rest, unit: target.value };
                      change({ columns: columns.map((each, place) => (place === at ? next : each)) });
                    }}
                  />
                )}
              </Field>
              {column.type === 'code' && (
                <Field label={t('studio.codes')} wide>
                  {(id) => (
                    <Input.TextArea
                      id={id}
                      rows={4}
                      disabled={!isDraft}
                      placeholder={t('studio.codesAbout')}
                      defaultValue={(column.codes ?? [])
                        .map(({ code, label }) => `${code} = ${label.en} = ${label.zh}`)
                        .join('\n')}
                      onBlur={({ target }) => set(at, { codes: codesOf(target.value) })}
                    />
                  )}
                </Field>
              )}
            </div>
          </section>
        ))}
      </div>
    </Panel>
  );
}

/** A line each: code = English = Chinese. */
function codesOf(text: string): NonNullable<DefinedColumn['codes']> {
  return text.split('\n').flatMap((line) => {
    const [code = '', en = '', zh = ''] = line.split('=').map((part) => part.trim());
    return code === '' ? [] : [{ code, label: { en: en || code, zh: zh || en || code } }];
  });
}

export function QualityPart({ definition, change, isDraft }: Edited) {
  const { t } = useTranslation('exchange');
  const { quality, columns } = definition;
  const numbers = columns.filter(({ type }) => type === 'integer' || type === 'decimal');
  const setRange = (column: string, end: 'low' | 'high', value: number | null) => {
    const known: RangePlan = quality.ranges.find((range) => range.column === column) ?? { column };
    const { [end]: _, ...rest } = known;
    const next: RangePlan = { ...rest, ...(value !== null && { [end]: value }) };
    const others = quality.ranges.filter((range) => range.column !== column);
    const isEmpty = next.low === undefined && next.high === undefined;
    change({ quality: { ...quality, ranges: isEmpty ? others : [...others, next] } });
  };
  const { time: _, freshDays: __, ...plain } = quality;
  return (
    <Panel>
      <p className="quiet">{t('studio.qualityAbout')}</p>
      <div className="offering-grid">
        <Field label={t('studio.timeColumn')}>
          {(id) => (
            <Select
              id={id}
              allowClear
              disabled={!isDraft}
              {...(quality.time !== undefined && { value: quality.time })}
              onChange={(time?: string) =>
                change({
                  quality: {
                    ...plain,
                    ...(quality.freshDays !== undefined && { freshDays: quality.freshDays }),
                    ...(time !== undefined && { time }),
                  },
                })
              }
              options={columns.map(({ name }) => ({ value: name, label: name }))}
            />
          )}
        </Field>
        <Field label={t('studio.freshDays')}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={100_000}
              disabled={!isDraft}
              value={quality.freshDays ?? null}
              onChange={(days) =>
                change({
                  quality: {
                    ...plain,
                    ...(quality.time !== undefined && { time: quality.time }),
                    ...(days !== null && { freshDays: days }),
                  },
                })
              }
            />
          )}
        </Field>
        {numbers.map(({ name }) =>
          (['low', 'high'] as const).map((end) => (
            <Field key={`${name}-${end}`} label={t(`studio.${end}`, { column: name })}>
              {(id) => (
                <InputNumber
                  id={id}
                  disabled={!isDraft}
                  value={quality.ranges.find(({ column }) => column === name)?.[end] ?? null}
                  onChange={(value) => setRange(name, end, value)}
                />
              )}
            </Field>
          )),
        )}
      </div>
    </Panel>
  );
}

/** Price, terms, ways, who shares the revenue. */
export function MarketPart({ definition, change, isDraft }: Edited) {
  const { t } = useTranslation('exchange');
  const { prices, terms, sources, ways } = definition;
  const { days, mostUses, ...others } = terms;
  return (
    <div className="stack">
      <Panel title={t('offering.pricesTitle')}>
        <div className="stack">
          {prices.map((price, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two equal prices are told apart by nothing else
            <section key={at} className="offering-entry" aria-label={t(`offering.prices.${price.kind}`)}>
              <header>
                <h3>{t(`offering.prices.${price.kind}`)}</h3>
                {isDraft && (
                  <Button
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={t('studio.removePrice', { name: t(`offering.prices.${price.kind}`) })}
                    onClick={() => change({ prices: prices.filter((_, each) => each !== at) })}
                  />
                )}
              </header>
              <PriceFields
                price={price}
                isDraft={isDraft}
                set={(next) => change({ prices: prices.map((each, place) => (place === at ? next : each)) })}
              />
            </section>
          ))}
          {isDraft && (
            <Select
              aria-label={t('studio.addPrice')}
              placeholder={t('studio.addPrice')}
              value={null}
              onChange={(kind: PriceModel['kind'] | null) =>
                kind !== null && change({ prices: [...prices, newPrice(kind)] })
              }
              options={PRICE_KINDS.map((value) => ({ value, label: t(`offering.prices.${value}`) }))}
            />
          )}
          <div className="offering-grid">
            <BothWords
              label={t('studio.basis')}
              words={definition.pricingBasis}
              isDraft={isDraft}
              rows={2}
              set={(pricingBasis) => change({ pricingBasis })}
            />
          </div>
        </div>
      </Panel>
      <Panel title={t('studio.terms')}>
        <div className="offering-grid">
          <Field label={t('studio.purposes')} wide>
            {(id) => (
              <Select
                id={id}
                mode="multiple"
                disabled={!isDraft}
                value={terms.purposes}
                onChange={(purposes: string[]) => change({ terms: { ...terms, purposes } })}
                options={PURPOSES.map((value) => ({ value, label: t(`offering.purposes.${value}`) }))}
              />
            )}
          </Field>
          <Field label={t('studio.days')}>
            {(id) => (
              <InputNumber
                id={id}
                min={1}
                max={36_500}
                disabled={!isDraft}
                value={days ?? null}
                onChange={(value) =>
                  change({
                    terms: {
                      ...others,
                      ...(mostUses !== undefined && { mostUses }),
                      ...(value !== null && { days: value }),
                    },
                  })
                }
              />
            )}
          </Field>
          <Field label={t('studio.mostUses')}>
            {(id) => (
              <InputNumber
                id={id}
                min={1}
                max={1_000_000_000}
                disabled={!isDraft}
                value={mostUses ?? null}
                onChange={(value) =>
                  change({
                    terms: {
                      ...others,
                      ...(days !== undefined && { days }),
                      ...(value !== null && { mostUses: value }),
                    },
                  })
                }
              />
            )}
          </Field>
          <Field label={t('offering.ways')}>
            {(id) => (
              <Select
                id={id}
                mode="multiple"
                disabled={!isDraft}
                value={ways}
                onChange={(chosen: OfferingDefinition['ways']) => change({ ways: chosen })}
                options={DELIVERY_WAYS.map((value) => ({ value, label: t(`offering.way.${value}`) }))}
              />
            )}
          </Field>
          <div className="offering-field offering-wide">
            {(['attribution', 'deleteAfter', 'mayPassOn'] as const).map((term) => (
              <Checkbox
                key={term}
                disabled={!isDraft}
                checked={terms[term]}
                onChange={({ target }) => change({ terms: { ...terms, [term]: target.checked } })}
              >
                {t(`studio.term.${term}`)}
              </Checkbox>
            ))}
            <span className="quiet">{t('studio.term.always')}</span>
          </div>
        </div>
      </Panel>
      <Panel title={t('studio.shares')}>
        <p className="quiet">{t('studio.sharesAbout')}</p>
        <div className="stack">
          {sources.map(({ party, share }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a source that is being typed has no name yet
            <div key={at} className="offering-grid">
              <Field label={t('studio.sourceName')}>
                {(id) => (
                  <Input
                    id={id}
                    disabled={!isDraft}
                    maxLength={200}
                    value={party.name}
                    onChange={({ target }) =>
                      change({ sources: withSource(sources, at, { party: { ...party, name: target.value }, share }) })
                    }
                  />
                )}
              </Field>
              <Field label={t('studio.sourceId')}>
                {(id) => (
                  <Input
                    id={id}
                    disabled={!isDraft}
                    maxLength={200}
                    value={party.id}
                    onChange={({ target }) =>
                      change({ sources: withSource(sources, at, { party: { ...party, id: target.value }, share }) })
                    }
                  />
                )}
              </Field>
              <Field label={t('studio.share')}>
                {(id) => (
                  <InputNumber
                    id={id}
                    min={0}
                    max={100}
                    step={0.01}
                    disabled={!isDraft}
                    value={share / 100}
                    onChange={(percent) =>
                      change({ sources: withSource(sources, at, { party, share: Math.round((percent ?? 0) * 100) }) })
                    }
                  />
                )}
              </Field>
              {isDraft && sources.length > 1 && (
                <Button
                  icon={<DeleteOutlined />}
                  aria-label={t('studio.removeSource', { name: party.name })}
                  onClick={() => change({ sources: sources.filter((_, each) => each !== at) })}
                />
              )}
            </div>
          ))}
          {isDraft && (
            <Button
              icon={<PlusOutlined />}
              onClick={() => change({ sources: [...sources, { party: { id: 'Organization/', name: '' }, share: 0 }] })}
            >
              {t('studio.addSource')}
            </Button>
          )}
        </div>
      </Panel>
    </div>
  );
}

function withSource(sources: OfferingDefinition['sources'], at: number, next: OfferingDefinition['sources'][number]) {
  return sources.map((source, each) => (each === at ? next : source));
}

function newPrice(kind: PriceModel['kind']): PriceModel {
  switch (kind) {
    case 'flat':
      return { kind, fen: 0 };
    case 'subscription':
      return { kind, fen: 0, every: 'month' };
    case 'per-call':
      return { kind, fenPerTenThousand: 0 };
    case 'tiered':
      return { kind, tiers: [{ upToCalls: null, fenPerTenThousand: 0 }] };
    case 'revenue-share':
      return { kind, basisPoints: 1_000 };
    case 'free-research':
      return { kind };
  }
}

/** Amounts are typed in yuan and kept in fen. */
function PriceFields({
  price,
  isDraft,
  set,
}: {
  price: PriceModel;
  isDraft: boolean;
  set: (price: PriceModel) => void;
}) {
  const { t } = useTranslation('exchange');
  const amount = (label: string, fen: number, change: (fen: number) => void, digits = 2) => (
    <Field label={label}>
      {(id) => (
        <InputNumber
          id={id}
          min={0}
          max={10_000_000_000}
          precision={digits}
          disabled={!isDraft}
          value={fen / 100}
          onChange={(yuan) => change(Math.round((yuan ?? 0) * 100))}
        />
      )}
    </Field>
  );
  switch (price.kind) {
    case 'flat':
      return (
        <div className="offering-grid">{amount(t('studio.yuan'), price.fen, (fen) => set({ ...price, fen }))}</div>
      );
    case 'subscription':
      return (
        <div className="offering-grid">
          {amount(t('studio.yuan'), price.fen, (fen) => set({ ...price, fen }))}
          <Field label={t('studio.every')}>
            {(id) => (
              <Select
                id={id}
                disabled={!isDraft}
                value={price.every}
                onChange={(every) => set({ ...price, every })}
                options={(['month', 'year'] as const).map((value) => ({ value, label: t(`studio.period.${value}`) }))}
              />
            )}
          </Field>
        </div>
      );
    case 'per-call':
      return (
        <div className="offering-grid">
          {amount(t('studio.yuanCalls'), price.fenPerTenThousand, (fenPerTenThousand) =>
            set({ ...price, fenPerTenThousand }),
          )}
        </div>
      );
    case 'tiered':
      return (
        <div className="stack">
          {price.tiers.map((tier, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a tier is its place
            <div key={at} className="offering-grid">
              <Field label={t('studio.upTo')}>
                {(id) => (
                  <InputNumber
                    id={id}
                    min={1}
                    disabled={!isDraft || at === price.tiers.length - 1}
                    value={tier.upToCalls}
                    placeholder={t('studio.noEnd')}
                    onChange={(upToCalls) =>
                      set({
                        ...price,
                        tiers: price.tiers.map((each, place) => (place === at ? { ...tier, upToCalls } : each)),
                      })
                    }
                  />
                )}
              </Field>
              {amount(t('studio.yuanCalls'), tier.fenPerTenThousand, (fenPerTenThousand) =>
                set({
                  ...price,
                  tiers: price.tiers.map((each, place) => (place === at ? { ...tier, fenPerTenThousand } : each)),
                }),
              )}
            </div>
          ))}
          {isDraft && (
            <Button
              icon={<PlusOutlined />}
              onClick={() => set({ ...price, tiers: [{ upToCalls: 10_000, fenPerTenThousand: 0 }, ...price.tiers] })}
            >
              {t('studio.addTier')}
            </Button>
          )}
        </div>
      );
    case 'revenue-share':
      return (
        <div className="offering-grid">
          <Field label={t('studio.share')}>
            {(id) => (
              <InputNumber
                id={id}
                min={0.01}
                max={100}
                disabled={!isDraft}
                value={price.basisPoints / 100}
                onChange={(percent) => set({ ...price, basisPoints: Math.max(1, Math.round((percent ?? 0) * 100)) })}
              />
            )}
          </Field>
        </div>
      );
    case 'free-research':
      return <p className="quiet">{t('studio.freeAbout')}</p>;
  }
}
