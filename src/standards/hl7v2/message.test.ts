import { describe, expect, test } from 'vitest';
import { declaredCharset, Hl7Error, parseMessage, splitBatch, unreadFields } from './index.ts';

/** Goal: a message is read as its sender meant it. Method: by hand from chapter 2 of HL7 2.5.1, one peculiarity each. */
const HEAD = 'MSH|^~\\&|LIS|LAB|HIS|HOSP|20260101080000+0800||ORU^R01^ORU_R01|42|P|2.5.1';

describe('parseMessage', () => {
  test.each([
    ['CR', '\r'],
    ['LF', '\n'],
    ['CR LF', '\r\n'],
  ])('takes %s as the end of a segment', (_, end) => {
    const message = parseMessage([HEAD, 'PID|1||7^^^H', 'OBX|1|NM|a||5', ''].join(end));
    expect(message.segments.map((segment) => segment.name)).toEqual(['MSH', 'PID', 'OBX']);
    expect(message.segment('PID')?.text(3, 4)).toBe('H');
  });

  test('keeps a line feed inside a text when segments end in CR', () => {
    const message = parseMessage(`${HEAD}\rNTE|1||first\nsecond line\rOBX|1`);
    expect(message.segment('NTE')?.text(3)).toBe('first\nsecond line');
  });

  test('numbers the fields of MSH as the standard does', () => {
    const { header, type, event, controlId, version } = parseMessage(HEAD);
    expect([header.text(1), header.text(2), header.text(3)]).toEqual(['|', '^~\\&', 'LIS']);
    expect([type, event, controlId, version]).toEqual(['ORU', 'R01', '42', '2.5.1']);
  });

  test('reads repetitions, components, subcomponents and the HL7 null', () => {
    const segment = parseMessage(`${HEAD}\rPID|1||a^b&c~~d|""`).segment('PID')!;
    expect(segment.repetitions(3).map((value) => value.raw)).toEqual(['a^b&c', '', 'd']);
    expect(segment.text(3, 2, 2)).toBe('c');
    expect(segment.value(3)?.part(2)?.text(2)).toBe('c');
    expect(segment.text(4)).toBeUndefined();
    expect([segment.isNull(4), segment.isNull(5)]).toEqual([true, false]);
  });

  test('reads a part of a repeated field once it has been asked for', () => {
    const message = parseMessage(`${HEAD}\rPID|1||a^b^^c~d^e|x`);
    const values = message.segment('PID')!.repetitions(3);
    expect(values[0]?.text(1)).toBe('a');
    expect(values[1]?.text(2)).toBe('e');
    expect(unreadFields(message).filter((place) => place.startsWith('PID'))).toEqual([
      'PID-1',
      'PID-3.2',
      'PID-3.4',
      'PID-3.1',
      'PID-4',
    ]);
  });

  test.each([
    ['8859/1', Buffer.from('M\xfcller', 'latin1'), 'Müller'],
    ['UNICODE UTF-8', Buffer.from('张伟'), '张伟'],
    ['', Buffer.from('张伟'), '张伟'],
    ['GB 18030-2000', Buffer.from([0xd5, 0xc5, 0xce, 0xb0]), '张伟'],
    ['BIG-5', Buffer.from([0xb1, 0x69, 0xb0, 0xb6]), '張偉'],
    ['~GB 18030-2000', Buffer.from('张伟'), '张伟'],
  ])('reads the character set %s', (charset, name, expected) => {
    const bytes = Buffer.concat([Buffer.from(`${HEAD}||||||${charset}\rPID|1||||`), name, Buffer.from('^X\r')]);
    expect(declaredCharset(bytes)).toBe(charset.split('~')[0]);
    expect(parseMessage(bytes).segment('PID')?.text(5)).toBe(expected);
  });

  test.each([
    ['nothing', '', '100'],
    ['another protocol', 'GET / HTTP/1.1\r\n\r\n', '100'],
    ['no encoding characters', 'MSH||LIS\r', '101'],
    ['one delimiter for two things', 'MSH|^^\\&|LIS\r', '102'],
    ['a line that is no segment', `${HEAD}\rhello world\r`, '100'],
    ['a segment with another separator', `${HEAD}\rPID^1\r`, '100'],
    ['an unknown character set', `${HEAD}||||||KLINGON\r`, '103'],
    ['bytes outside of the character set', Buffer.from(`${HEAD}\rPID|1||||M\xfcller\r`, 'latin1'), '102'],
  ])('refuses %s', (_, source, code) => {
    const read = () => parseMessage(typeof source === 'string' ? Buffer.from(source) : source);
    expect(read).toThrow(Hl7Error);
    expect(read).toThrow(expect.objectContaining({ code }));
  });
});

describe('splitBatch', () => {
  const text = (file: string) => splitBatch(Buffer.from(file)).map((piece) => Buffer.from(piece).toString());

  test('takes the messages out of their envelope, bytes unchanged', () => {
    expect(text(`FHS|^~\\&|a\rBHS|^~\\&|a\r${HEAD}\rPID|1\r${HEAD}\rPID|2\rBTS|2\rFTS|1\r`)).toEqual([
      `${HEAD}\rPID|1\r`,
      `${HEAD}\rPID|2\r`,
    ]);
  });

  test('cuts messages that follow one another, with blank lines or MLLP bytes between them', () => {
    expect(text(`\x0b${HEAD}\r\nPID|1\r\n\x1c\r\n\x0b${HEAD}\n\x1c\r`)).toHaveLength(2);
    expect(text(`${HEAD}\n\n\n${HEAD}\n`)).toHaveLength(2);
  });

  test('gives what precedes the first message to the reader to refuse', () => {
    expect(text(`# comment\n${HEAD}\n`)).toEqual(['# comment\n', `${HEAD}\n`]);
    expect(text('  \n')).toEqual([]);
  });
});
