import { DownloadOutlined, TableOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Cell, save, saveCsv } from './csv.ts';
import { useLook } from './look.ts';
import { Scroller } from './page.tsx';
import type { Chart, PlotMap, PlotOption } from './plot-engine.ts';

export type { PlotOption } from './plot-engine.ts';

interface PlotProps {
  title: string;
  option: PlotOption;
  /** The numbers behind the picture: shown as a table on demand, read aloud, exported. */
  table: { columns: readonly string[]; rows: readonly (readonly Cell[])[] };
  heightPx?: number;
  /** Method and source of what is drawn. */
  note?: ReactNode;
  /** What is chosen about the picture, at its head. */
  tools?: ReactNode;
  map?: PlotMap;
  /** What is done with a point that is clicked; the same must be reachable by keyboard elsewhere. */
  pick?: (data: unknown) => void;
}

/** A chart in the house's colours. The engine is loaded when the first chart is shown. */
export function Plot({ title, option, table, heightPx = 260, note, tools, map, pick }: PlotProps) {
  const { t } = useTranslation('ui');
  const look = useLook();
  const [asTable, setAsTable] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>(undefined);
  const picked = useRef(pick);
  picked.current = pick;

  useEffect(() => {
    const element = place.current;
    if (element === null || asTable) return;
    let gone = false;
    const watch = new ResizeObserver(() => chart.current?.resize());
    import('./plot-engine.ts').then(({ draw }) => {
      if (gone) return;
      chart.current = draw(element, look, chart.current, { option, map, pick: (data) => picked.current?.(data) });
      watch.observe(element);
    });
    return () => {
      gone = true;
      watch.disconnect();
    };
  }, [option, look, asTable, map]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another look or view needs a new chart, the engine fixes both when it begins
  useEffect(
    () => () => {
      chart.current?.dispose();
      chart.current = undefined;
    },
    [look, asTable],
  );

  return (
    <figure className="plot">
      <figcaption>
        <h3>{title}</h3>
        <span className="row no-print">
          {tools}
          <Button size="small" icon={<TableOutlined />} onClick={() => setAsTable(!asTable)}>
            {asTable ? t('asChart') : t('asTable')}
          </Button>
          {!asTable && (
            <Button
              size="small"
              icon={<DownloadOutlined />}
              aria-label={t('saveSvg')}
              onClick={() => chart.current && saveSvg(title, chart.current)}
            >
              SVG
            </Button>
          )}
          <Tooltip title={t('exportCsv')}>
            <Button
              size="small"
              icon={<DownloadOutlined />}
              aria-label={t('exportCsv')}
              onClick={() => saveCsv(title, table.columns, table.rows)}
            >
              CSV
            </Button>
          </Tooltip>
        </span>
      </figcaption>
      {asTable ? (
        <Scroller label={title} heightPx={heightPx}>
          <table className="table">
            <thead>
              <tr>
                {table.columns.map((column) => (
                  <th key={column} scope="col">
                    <span>{column}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row) => (
                <tr key={row.map(String).join('|')}>
                  {row.map((cell, at) => (
                    <td key={table.columns[at]} data-label={table.columns[at]}>
                      {cell instanceof Date ? cell.toISOString() : String(cell ?? '')}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      ) : (
        <div ref={place} role="img" aria-label={title} style={{ height: heightPx }} />
      )}
      {note !== undefined && <p className="plot-note">{note}</p>}
    </figure>
  );
}

function saveSvg(title: string, chart: Chart): void {
  save(`${title}.svg`, new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' }));
}
