import { Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PageWithNav } from './routes.ts';

const CHORD_MS = 1_200;

/** `/` searches, `g` then a letter goes, `?` shows the keys. Nothing happens while somebody types. */
export function Keys(props: { entries: readonly PageWithNav[]; go: (path: string) => void; search: () => void }) {
  const { t } = useTranslation('shell');
  const [open, setOpen] = useState(false);
  const { entries, go, search } = props;

  useEffect(() => {
    let chordUntil = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === '/') {
        event.preventDefault();
        search();
      } else if (event.key === '?') {
        setOpen(true);
      } else if (event.key === 'g') {
        chordUntil = event.timeStamp + CHORD_MS;
        return;
      } else if (event.timeStamp < chordUntil) {
        if (event.key === 'h') go('/');
        const entry = entries.find(({ nav }) => nav.key === event.key);
        if (entry !== undefined) go(entry.path);
      }
      chordUntil = 0;
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [entries, go, search]);

  const lines: (readonly [string, string])[] = [
    ['/', t('keys.search')],
    ['?', t('keys.help')],
    ['Esc', t('keys.close')],
    ['g h', t('keys.go', { page: t('home') })],
    ...entries
      .filter(({ nav }) => nav.key !== undefined)
      .map(({ nav }) => [`g ${nav.key}`, t('keys.go', { page: t(nav.label) })] as const),
  ];
  return (
    <Modal open={open} onCancel={() => setOpen(false)} footer={null} title={t('keys.title')}>
      <dl className="keys">
        {lines.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
