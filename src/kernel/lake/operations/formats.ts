import { Problem } from '#kernel/problem';
import type { StreamFormat } from '../client.ts';

/** In what form rows are given away. */
export type Format = 'json' | 'ndjson' | 'csv' | 'parquet' | 'arrow';

interface Form {
  media: string;
  /** What the engine is asked for. */
  engine: StreamFormat;
  extension: string;
}

export const FORMS: Readonly<Record<Format, Form>> = {
  json: { media: 'application/json; charset=utf-8', engine: 'JSONEachRow', extension: 'json' },
  ndjson: { media: 'application/x-ndjson; charset=utf-8', engine: 'JSONEachRow', extension: 'ndjson' },
  csv: { media: 'text/csv; charset=utf-8', engine: 'CSVWithNames', extension: 'csv' },
  parquet: { media: 'application/vnd.apache.parquet', engine: 'Parquet', extension: 'parquet' },
  arrow: { media: 'application/vnd.apache.arrow.stream', engine: 'ArrowStream', extension: 'arrows' },
};

/** Whether the rows can be counted, and shaped, as their bytes pass. */
export function isText(format: Format): boolean {
  return format !== 'parquet' && format !== 'arrow';
}

/** How values are written: no value is empty, times in ISO 8601, texts as texts. */
export const WRITING_VALUES = {
  format_csv_null_representation: '',
  date_time_output_format: 'iso',
  output_format_json_quote_denormals: 0,
  output_format_json_escape_forward_slashes: 0,
  output_format_parquet_string_as_string: 1,
  output_format_arrow_string_as_string: 1,
  // Not every reader of Arrow has a codec.
  output_format_arrow_compression_method: 'none',
} as const;

const BY_MEDIA: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/fhir+ndjson': 'ndjson',
  'text/csv': 'csv',
  'application/octet-stream': 'parquet',
  'application/vnd.apache.parquet': 'parquet',
  'application/vnd.apache.arrow.stream': 'arrow',
};

/** The parameter `_format`, else the first of `Accept` that can be written, else JSON. @throws Problem `invalid` */
export function formatOf(named: string | undefined, accept: string | undefined): Format {
  if (named !== undefined) {
    const format = Object.hasOwn(FORMS, named) ? (named as Format) : BY_MEDIA[named.replace('x-ndjson;', 'x-ndjson')];
    if (format !== undefined) return format;
    throw new Problem('invalid', 'rows are not written in this format', { known: Object.keys(FORMS) });
  }
  for (const part of accept?.split(',') ?? []) {
    const format = BY_MEDIA[part.split(';', 1)[0]!.trim()];
    if (format !== undefined) return format;
  }
  return 'json';
}

/** Counts the rows of a text as its bytes pass, and gives it the shape that was asked for. */
export interface Shaper {
  readonly rows: number;
  push(piece: Buffer): Buffer;
  /** What comes last. */
  end(): Buffer;
}

const LINE_END = 0x0a;
const QUOTE = 0x22;
const NOTHING = Buffer.alloc(0);

/** @param header whether CSV begins with the names of its columns */
export function shaperOf(format: Format, header: boolean): Shaper {
  if (format === 'csv') return csv(header);
  if (format === 'json') return array();
  if (format === 'ndjson') return lines();
  return { rows: 0, push: (piece) => piece, end: () => NOTHING };
}

function lines(): Shaper {
  return {
    rows: 0,
    push(piece) {
      (this as { rows: number }).rows += countLines(piece);
      return piece;
    },
    end: () => NOTHING,
  };
}

/** Lines become the elements of one array. A line end within a value is written as \n, so that each one ends a row. */
function array(): Shaper {
  let open = false;
  return {
    rows: 0,
    push(piece) {
      const parts: Buffer[] = [];
      for (let from = 0; from < piece.length; ) {
        const at = piece.indexOf(LINE_END, from);
        const to = at < 0 ? piece.length : at;
        // A piece may end within a row: the comma stands before the row's first byte.
        if (!open) {
          parts.push(Buffer.from(this.rows === 0 ? '[' : ',\n'));
          (this as { rows: number }).rows += 1;
          open = true;
        }
        parts.push(piece.subarray(from, to));
        if (at >= 0) open = false;
        from = to + 1;
      }
      return Buffer.concat(parts);
    },
    end() {
      return Buffer.from(this.rows === 0 ? '[]' : ']');
    },
  };
}

/** A row ends where a line ends outside of quotes; a doubled quote is out and in again. */
function csv(header: boolean): Shaper {
  let quoted = false;
  let records = 0;
  return {
    get rows() {
      return Math.max(0, records - 1);
    },
    push(piece) {
      let rest = 0;
      for (let at = 0; at < piece.length; at++) {
        if (piece[at] === QUOTE) quoted = !quoted;
        if (piece[at] !== LINE_END || quoted) continue;
        records += 1;
        if (records === 1) rest = at + 1;
      }
      if (header) return piece;
      return records === 0 ? NOTHING : piece.subarray(rest);
    },
    end: () => NOTHING,
  };
}

function countLines(piece: Buffer): number {
  let count = 0;
  for (let at = piece.indexOf(LINE_END); at >= 0; at = piece.indexOf(LINE_END, at + 1)) count += 1;
  return count;
}
