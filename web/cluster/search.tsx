import { SearchOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FoundThing, isKind, KINDS, type SearchAnswer } from '../../src/modules/cluster/model.ts';
import { api, Go, useAddressValues, useSession } from '../shell/index.ts';
import { Empty, Failure, Loading, Page, Panel, useRested } from '../ui/index.ts';
import { ExampleTag } from './example-tag.tsx';
import { useSpace } from './parks-ask.ts';
import { Fits } from './space-fits.tsx';
import './matching.css';

const FIRST = 30;
const MOST = 100;
const REST_MS = 120;

/** One box for everything on the map: as one types, best first, each with why. */
export default function Search() {
  const { t, i18n } = useTranslation('cluster');
  const { values, set } = useAddressValues();
  const word = (name: string) => (values[name] === undefined ? '' : String(values[name]));
  const [typed, setTyped] = useState(word('q'));
  const [most, setMost] = useState(FIRST);
  const text = useRested(typed, REST_MS).trim();
  const [kind, examples] = [word('kind'), word('examples')];
  // biome-ignore lint/correctness/useExhaustiveDependencies: `set` is another one at each drawing
  useEffect(() => {
    if (text !== word('q')) set({ q: text });
    setMost(FIRST);
  }, [text]);
  const query = useQuery({
    queryKey: ['cluster', 'search', text, kind, examples, most],
    queryFn: ({ signal }) =>
      api.get<SearchAnswer>('/api/cluster/search', { query: { q: text, kind, examples, limit: most }, signal }),
    enabled: text !== '',
    placeholderData: keepPreviousData,
  });
  const answer = text === '' ? undefined : query.data;
  const list = useRef<HTMLDivElement>(null);

  /** Arrows walk from the box through the results and back. */
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const links = [...(list.current?.querySelectorAll<HTMLElement>('.found-name') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1);
    event.preventDefault();
    if (at < 0) document.getElementById('cluster-search')?.focus();
    else links[Math.min(at, links.length - 1)]?.focus();
  };

  return (
    <Page title={t('find.title')} about={t('find.about')}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows are a shortcut, every result is a link of its own */}
      <div className="stack" onKeyDown={walk}>
        <search className="stack">
          <Input
            id="cluster-search"
            size="large"
            prefix={<SearchOutlined aria-hidden />}
            aria-label={t('find.label')}
            placeholder={t('find.placeholder')}
            value={typed}
            maxLength={100}
            allowClear
            autoFocus
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
          {answer !== undefined && (
            <Filters answer={answer} kind={kind} examples={examples} choose={(changes) => set(changes)} />
          )}
        </search>
        {text === '' && <div className="quiet">{t('find.hint')}</div>}
        {text !== '' && query.isPending && <Loading />}
        {query.isError && <Failure error={query.error} retry={() => query.refetch()} />}
        <SpaceFor text={text} examples={examples} />
        {answer !== undefined && (
          <>
            <div className="quiet" role="status">
              {answer.isMore
                ? t('find.atLeast', { count: answer.matches })
                : t('find.matches', { count: answer.matches })}
              {answer.matches > answer.things.length && `, ${t('find.shown', { count: answer.things.length })}`}
              {answer.by === 'database' && ` · ${t('find.byDatabase')}`}
            </div>
            {answer.things.length === 0 ? (
              <Empty title={t('find.none')}>{t('find.noneAbout')}</Empty>
            ) : (
              <div ref={list} className="stack">
                {groupsOf(answer.things).map(({ kind: group, things }) => (
                  <Panel key={group} title={i18n.language.startsWith('zh') ? KINDS[group].zh : KINDS[group].en} flush>
                    <ul className="found">
                      {things.map((thing) => (
                        <Found key={thing.id} thing={thing} />
                      ))}
                    </ul>
                  </Panel>
                ))}
              </div>
            )}
            {answer.matches > answer.things.length && most < MOST && answer.things.length > 0 && (
              <Button onClick={() => setMost(MOST)}>{t('find.more')}</Button>
            )}
          </>
        )}
      </div>
    </Page>
  );
}

const MOST_UNITS = 3;

/** Where the words are a need for space (`2000 m² GMP C`), what fits it best. */
function SpaceFor({ text, examples }: { text: string; examples: string }) {
  const { t } = useTranslation('cluster');
  const { may } = useSession();
  const query = useSpace({ text, examples }, may('cluster.space') && /\d|gmp|级/i.test(text));
  const fits = query.data?.fits.filter(({ verdict }) => verdict !== 'no') ?? [];
  if (!query.isSuccess || fits.length === 0) return null;
  const asked = new URLSearchParams(
    Object.entries({ ...query.data.need, examples }).map(([name, value]) => [name, String(value)]),
  );
  return (
    <Panel title={t('space.inText')} actions={<Go to={`/cluster/space?${asked}`}>{t('space.onMap')}</Go>}>
      <Fits fits={fits.slice(0, MOST_UNITS)} tenants={query.data.tenants} />
    </Panel>
  );
}

/** Kinds in the order of their best result. */
function groupsOf(things: readonly FoundThing[]): { kind: FoundThing['kind']; things: FoundThing[] }[] {
  const groups = new Map<FoundThing['kind'], FoundThing[]>();
  for (const thing of things) groups.set(thing.kind, [...(groups.get(thing.kind) ?? []), thing]);
  return [...groups].map(([kind, own]) => ({ kind, things: own }));
}

function Filters(props: {
  answer: SearchAnswer;
  kind: string;
  examples: string;
  choose: (changes: Record<string, string>) => void;
}) {
  const { answer, kind, examples, choose } = props;
  const { t, i18n } = useTranslation('cluster');
  const counts = (answer.facets['kind'] ?? []).filter(({ value }) => isKind(value));
  return (
    <div className="row">
      <fieldset className="row facets">
        <legend className="unseen">{t('find.kinds')}</legend>
        <Button
          size="small"
          type={kind === '' ? 'primary' : 'default'}
          aria-pressed={kind === ''}
          onClick={() => choose({ kind: '' })}
        >
          {t('find.allKinds')}
        </Button>
        {counts.map(({ value, count }) => (
          <Button
            key={value}
            size="small"
            type={kind === value ? 'primary' : 'default'}
            aria-pressed={kind === value}
            onClick={() => choose({ kind: kind === value ? '' : value })}
          >
            {KINDS[value as FoundThing['kind']][i18n.language.startsWith('zh') ? 'zh' : 'en']} {count}
          </Button>
        ))}
      </fieldset>
      <Checkbox
        checked={examples === 'yes'}
        onChange={(event) => choose({ examples: event.target.checked ? 'yes' : '' })}
      >
        {t('find.examples')}
      </Checkbox>
    </div>
  );
}

function Found({ thing }: { thing: FoundThing }) {
  const { t, i18n } = useTranslation('cluster');
  const { id, name, nameZh, example, place, why } = thing;
  const isZh = i18n.language.startsWith('zh');
  const [first, second] = isZh && nameZh !== null ? [nameZh, name] : [name, nameZh];
  return (
    <li>
      <span className="row">
        <Go to={`/cluster/things/${id}`} className="found-name">
          {first}
        </Go>
        {second !== null && second !== first && <span className="quiet">{second}</span>}
        <ExampleTag on={example === true} />
        {place !== null && <span className="quiet">{(isZh ? place.nameZh : null) ?? place.name}</span>}
      </span>
      <span className="found-why quiet">
        {t('find.why')}{' '}
        {why.map(({ typed, found, how }) => (
          <span key={`${typed} ${found} ${how}`} className="found-chip">
            <b>{typed}</b>
            {found.toLowerCase() !== typed.toLowerCase() && ` → ${found}`} ({t(`find.hows.${how}`)})
          </span>
        ))}
      </span>
    </li>
  );
}
