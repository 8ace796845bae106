import { FileSearchOutlined } from '@ant-design/icons';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  CHAIN_LINKS,
  type Op,
  PROPERTIES,
  type Relation,
  type Source,
  type Statement,
  type Value,
} from '../../src/modules/cluster/model.ts';
import { Go, language } from '../shell/index.ts';
import { Facts, StatusTag, Time } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { nameOf, sourceTitle } from './record-ask.ts';

const FEN = 100;

/** A value as people read it: fen as yuan, a ratio in per cent, with what bounds it. */
export function useValueWords(): (said: {
  property: string;
  value: Value;
  unit: string | null;
  op: Op | null;
}) => string {
  const { t } = useTranslation('cluster');
  return ({ property, value, unit, op }) => {
    const { type, unit: own } = PROPERTIES[property] ?? {};
    const words =
      typeof value === 'number' ? numberWords(value, type === 'money' ? 'fen' : (unit ?? own)) : plain(value);
    return op === null ? words : t(`record.ops.${OPS[op]}`, { value: words });
  };

  function plain(value: Exclude<Value, number>): string {
    if (typeof value === 'boolean') return t(value ? 'record.yes' : 'record.no');
    if (typeof value !== 'string') return value.join(' · ');
    return CHAIN_LINKS.get(value)?.[language()] ?? value;
  }

  function numberWords(value: number, unit: string | undefined): string {
    const lang = language();
    if (unit === 'fen')
      return (value / FEN).toLocaleString(lang, {
        style: 'currency',
        currency: 'CNY',
        notation: 'compact',
        maximumFractionDigits: 3,
      });
    if (unit === '1') return value.toLocaleString(lang, { style: 'percent', maximumFractionDigits: 2 });
    const words = value.toLocaleString(lang, { maximumFractionDigits: 6 });
    if (unit === undefined || unit === 'deg') return words;
    return `${words} ${t([`record.units.${unit.replace(/[{}]/g, '')}`, unit.replace(/[{}]/g, '')])}`;
  }
}

const OPS = { '>': 'more', '<': 'less', '~': 'about' } as const;

/** Where it comes from: opens quote, date, confidence, and who said it when. */
export function SourceChip({ said, source }: { said: Statement | Relation; source: Source | undefined }) {
  const { t } = useTranslation('cluster');
  const [isOpen, setOpen] = useState(false);
  const title = source === undefined ? said.source : sourceTitle(source);
  const label = source?.kind === 'entry' ? t('record.entryOf', { who: title }) : title;
  return (
    <span className="row">
      <Button
        type="text"
        size="small"
        icon={<FileSearchOutlined />}
        aria-label={t('record.openSource', { source: label })}
        onClick={() => setOpen(true)}
      >
        <span className="source-chip">{label}</span>
      </Button>
      <Modal open={isOpen} title={title} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
        <Provenance said={said} source={source} />
      </Modal>
      {said.confidence !== null && <StatusTag tone="warning">{t(`record.confidences.${said.confidence}`)}</StatusTag>}
    </span>
  );
}

function Provenance({ said, source }: { said: Statement | Relation; source: Source | undefined }) {
  const { t } = useTranslation('cluster');
  return (
    <div className="stack">
      {said.quote !== null && <blockquote className="quote">{said.quote}</blockquote>}
      <Facts
        facts={[
          [t('record.kindOfSource'), source?.kind === 'entry' ? t('record.entry') : source?.kind],
          [
            t('record.sourceDate'),
            source === undefined || source.kind === 'entry' ? null : (source.date ?? t('record.unknown')),
          ],
          [t('record.asOf'), said.asOf ?? t('record.unknown')],
          [
            t('record.confidence'),
            said.confidence === null ? t('record.asStated') : t(`record.confidences.${said.confidence}`),
          ],
          [t('record.note'), said.note],
          [t('record.sourceNote'), source?.note],
          [t('record.saidBy'), said.saidByName],
          [t('record.saidAt'), <Time key="at" at={said.saidAt} form="date" />],
          [t('record.withdrawn'), said.withdrawnAt === null ? null : `${said.withdrawnByName}: ${said.withdrawnWhy}`],
          [
            t('record.fact'),
            said.fact === null ? null : (
              <Go key="fact" to={`/cluster/facts?fact=${encodeURIComponent(said.fact)}`}>
                {said.fact}
              </Go>
            ),
          ],
        ]}
      />
      {source?.url != null && (
        <a href={source.url} rel="noreferrer" target="_blank">
          {source.url}
        </a>
      )}
    </div>
  );
}

/** A thing by its name, marked where it is made up. */
export function ThingLink({
  thing,
  to = `/cluster/things/${thing.id}`,
}: {
  thing: { id: string; name: string; nameZh: string | null; example?: boolean };
  /** Of a thing that has a page of its own beside its profile. */
  to?: string;
}) {
  return (
    <span className="thing-link">
      <Go to={to}>{nameOf(thing)}</Go>
      <ExampleTag on={thing.example === true} />
    </span>
  );
}
