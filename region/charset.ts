import type { Sender } from './world.ts';

/** A message's text as the bytes its MSH-18 promises. */
export function encodeText(text: string, charset: Sender['charset']): Buffer {
  return charset === 'GB 18030-2000' ? encodeGb18030(text) : Buffer.from(text);
}

/** Node reads GB 18030 but does not write it, so the two-byte half of its table is read back once. */
function encodeGb18030(text: string): Buffer {
  table ??= readTable();
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else {
      const pair = table.get(character);
      if (pair === undefined) throw new RangeError('a character lies outside the two-byte part of GB 18030');
      bytes.push(pair >> 8, pair & 0xff);
    }
  }
  return Buffer.from(bytes);
}

let table: Map<string, number> | undefined;

function readTable(): Map<string, number> {
  const decoder = new TextDecoder('gb18030');
  const map = new Map<string, number>();
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) {
      if (low === 0x7f) continue;
      const character = decoder.decode(Uint8Array.of(high, low));
      if (!map.has(character)) map.set(character, high * 256 + low);
    }
  }
  return map;
}
