import { Hl7Error } from './hl7-error.ts';

/** HL7 table 0211 (alternate character sets) to the names of the WHATWG Encoding Standard. */
const ENCODINGS: Readonly<Record<string, string>> = {
  '': 'utf-8',
  ASCII: 'utf-8',
  '8859/1': 'latin1',
  '8859/2': 'iso-8859-2',
  '8859/3': 'iso-8859-3',
  '8859/4': 'iso-8859-4',
  '8859/5': 'iso-8859-5',
  '8859/6': 'iso-8859-6',
  '8859/7': 'iso-8859-7',
  '8859/8': 'iso-8859-8',
  '8859/9': 'windows-1254',
  '8859/15': 'iso-8859-15',
  'UNICODE UTF-8': 'utf-8',
  'UTF-8': 'utf-8',
  'GB 18030-2000': 'gb18030',
  'GB 18030': 'gb18030',
  GB18030: 'gb18030',
  'BIG-5': 'big5',
  'KS X 1001': 'euc-kr',
  'ISO IR87': 'iso-2022-jp',
};

/** The first character set of MSH-18, '' when the message names none. Reads only the first line of the bytes. */
export function declaredCharset(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString('latin1');
  const end = head.search(/[\r\n]/);
  const line = end < 0 ? head : head.slice(0, end);
  const start = line.indexOf('MSH');
  if (start < 0) return '';
  const separator = line[start + 3] ?? '|';
  const fields = line.slice(start).split(separator);
  const repetition = fields[1]?.[1] ?? '~';
  return (fields[17] ?? '').split(repetition)[0]!.trim();
}

/**
 * The text of a message in the character set that it declares in MSH-18.
 *
 * Without one, or with ASCII, UTF-8 is read: every ASCII text is UTF-8, and a guess beyond that could turn one person's
 * name into another's.
 *
 * @throws Hl7Error when the set is unknown or the bytes are not in it
 */
export function decodeText(bytes: Uint8Array): { text: string; charset: string } {
  const declared = declaredCharset(bytes);
  const charset = ENCODINGS[declared.toUpperCase()];
  if (charset === undefined)
    throw new Hl7Error('103', 'the character set is not supported', { segment: 'MSH', sequence: 1, field: 18 });
  try {
    return { text: decodeBytes(bytes, charset), charset };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Hl7Error('102', 'the bytes are not in the character set of MSH-18', {
      segment: 'MSH',
      sequence: 1,
      field: 18,
    });
  }
}

const decoders = new Map<string, TextDecoder>();

/** @throws TypeError when the bytes are not in the character set */
export function decodeBytes(bytes: Uint8Array, charset: string): string {
  if (charset === 'latin1') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  let decoder = decoders.get(charset);
  if (decoder === undefined) {
    decoder = new TextDecoder(charset, { fatal: true });
    decoders.set(charset, decoder);
  }
  return decoder.decode(bytes);
}
