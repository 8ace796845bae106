import { type KeyboardEvent, type ReactNode, useId } from 'react';

interface Tab {
  key: string;
  label: string;
  content: () => ReactNode;
}

/** Parts of one page, one at a time (WAI-ARIA tabs pattern). The strip scrolls where it is too wide: nothing hides behind a menu. */
export function Tabs({
  label,
  tabs,
  active,
  choose,
}: {
  label: string;
  tabs: readonly Tab[];
  active: string;
  choose: (key: string) => void;
}) {
  const id = useId();
  const at = Math.max(
    0,
    tabs.findIndex(({ key }) => key === active),
  );
  const shown = tabs[at] as Tab;
  const pressed = (event: KeyboardEvent<HTMLDivElement>) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    choose((tabs[next] as Tab).key);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return (
    <div className="tabs">
      <div role="tablist" aria-label={label} className="tabs-strip no-print" onKeyDown={pressed}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${id}-${tab.key}`}
            aria-selected={tab === shown}
            aria-controls={`${id}-panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => choose(tab.key)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown.key}`}>
        <h2 className="unseen">{shown.label}</h2>
        {shown.content()}
      </div>
    </div>
  );
}
