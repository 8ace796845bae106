import { type ReactNode, useEffect } from 'react';

interface PageProps {
  title: string;
  about?: ReactNode;
  /** Where this page hangs: links upward. */
  trail?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** One page: its heading, a line about it, what can be done, and the content. Also names the browser's tab. */
export function Page({ title, about, trail, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Banyan`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        {trail !== undefined && <div className="page-trail">{trail}</div>}
        <div>
          <h1>{title}</h1>
          {about !== undefined && <p>{about}</p>}
        </div>
        {actions !== undefined && <div className="row no-print">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

/** A framed part of a page. `flush` lets a table touch the frame. */
export function Panel(props: { title?: string; actions?: ReactNode; flush?: boolean; children: ReactNode }) {
  return (
    <section className="panel" aria-label={props.title}>
      {(props.title !== undefined || props.actions !== undefined) && (
        <header>
          <h2>{props.title}</h2>
          {props.actions !== undefined && <div className="row no-print">{props.actions}</div>}
        </header>
      )}
      <div className={props.flush === true ? '' : 'panel-body'}>{props.children}</div>
    </section>
  );
}

/** Label and value pairs; a value that is absent is left out. */
export function Facts({ facts }: { facts: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)
        .map(([label, value]) => (
          <div key={label} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Big numbers in a row. */
export function Figures(props: {
  figures: readonly { label: string; value: ReactNode; unit?: string; tone?: 'good' | 'warning' | 'danger' }[];
}) {
  return (
    <div className="figures">
      {props.figures.map(({ label, value, unit, tone }) => (
        <div className="figure" key={label}>
          <div className="label">{label}</div>
          <div className={`value ${tone === undefined ? '' : `tone-${tone}`}`} style={tone && { color: 'var(--tone)' }}>
            {value}
            {unit !== undefined && <span className="unit">{unit}</span>}
          </div>
        </div>
      ))}
    </div>
  );
}

/** A part that scrolls by itself, and so must be reachable by keyboard. */
export function Scroller(props: { label: string; className?: string; heightPx?: number; children: ReactNode }) {
  return (
    <section
      aria-label={props.label}
      className={props.className ?? 'table-scroll'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody scrolls here by keyboard
      tabIndex={0}
      style={props.heightPx === undefined ? undefined : { maxHeight: props.heightPx, overflowY: 'auto' }}
    >
      {props.children}
    </section>
  );
}
