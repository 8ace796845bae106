import { SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type Ref, useDeferredValue, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGo } from './address.tsx';
import { api } from './api.ts';
import { useSession } from './session.tsx';

interface Found {
  kind: string;
  id: string;
  title: string;
  detail?: string;
  /** The page that shows it. */
  path: string;
}

interface FoundThing {
  id: string;
  name: string;
  nameZh: string | null;
  place: { name: string; nameZh: string | null } | null;
}

const LEAST_CHARACTERS = 2;
const FEW_THINGS = 5;

/** Search everywhere: a combobox (WAI-ARIA 1.2 pattern) whose list is what the server finds. */
export function SearchEverywhere({ ref, onLeave }: { ref?: Ref<HTMLInputElement>; onLeave?: () => void }) {
  const { t, i18n } = useTranslation('shell');
  const go = useGo();
  const list = useId();
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const text = useDeferredValue(typed).trim();
  const ready = text.length >= LEAST_CHARACTERS || /[\u3400-\u9fff]/.test(text);
  const query = useQuery({
    queryKey: ['search', text],
    queryFn: ({ signal }) => api.get<{ results: Found[] }>('/api/search', { query: { q: text }, signal }),
    enabled: ready,
    staleTime: 10_000,
  });
  // Whoever works on the industry map finds its things here as well.
  const { may } = useSession();
  const knowsMap = may('cluster.edit');
  const map = useQuery({
    queryKey: ['search', 'cluster', text],
    queryFn: ({ signal }) =>
      api.get<{ things: FoundThing[] }>('/api/cluster/search', { query: { q: text, limit: FEW_THINGS }, signal }),
    enabled: ready && knowsMap,
    staleTime: 10_000,
  });
  const inChinese = i18n.language.startsWith('zh');
  const things = (map.data?.things ?? []).map(({ id, name, nameZh, place }): Found => {
    const detail = (inChinese ? place?.nameZh : undefined) ?? place?.name;
    const title = (inChinese ? nameZh : null) ?? name;
    return { kind: 'thing', id, title, ...(detail !== undefined && { detail }), path: `/cluster/things/${id}` };
  });
  const results = ready ? [...(query.data?.results ?? []), ...things] : [];
  const error = query.error ?? map.error;

  const choose = (found: Found | undefined) => {
    if (found === undefined) return;
    setOpen(false);
    setTyped('');
    onLeave?.();
    go(found.path);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive((at) => Math.min(at + 1, results.length - 1));
    else if (event.key === 'ArrowUp') setActive((at) => Math.max(at - 1, 0));
    else if (event.key === 'Enter') choose(results[active]);
    else if (event.key === 'Escape') {
      setOpen(false);
      onLeave?.();
    } else return;
    event.preventDefault();
  };

  return (
    <search className="find">
      <SearchOutlined aria-hidden className="find-icon" />
      <input
        ref={ref}
        type="text"
        role="combobox"
        aria-expanded={open && typed !== ''}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={results[active] === undefined ? undefined : `${list}-${active}`}
        aria-label={t('searchEverything')}
        title={t('searchAbout')}
        placeholder={t('searchEverything')}
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={pressed}
      />
      <kbd>/</kbd>
      <div className="find-list" hidden={!open || typed === ''}>
        <div role="status" className="find-note">
          {!ready && t('searchHint')}
          {error?.message}
          {ready && query.isSuccess && !map.isLoading && results.length === 0 && t('searchNone', { text })}
        </div>
        <div id={list} role="listbox" aria-label={t('searchEverything')}>
          {results.map((found, at) => (
            // biome-ignore lint/a11y/useFocusableInteractive: in this pattern the focus stays in the input, aria-activedescendant names the choice
            // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys
            <div
              key={`${found.kind} ${found.id}`}
              id={`${list}-${at}`}
              role="option"
              aria-selected={at === active}
              className="find-item"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(found)}
            >
              <span className="find-kind">
                {i18n.exists(`shell:searchKinds.${found.kind}`)
                  ? t(`searchKinds.${found.kind}`)
                  : t('searchKinds.other')}
              </span>
              <span className="find-title">{found.title}</span>
              {found.detail !== undefined && <span className="quiet">{found.detail}</span>}
            </div>
          ))}
        </div>
      </div>
    </search>
  );
}
