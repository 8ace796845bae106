import { describe, expect, test } from 'vitest';
import { acknowledge, Hl7Error, type Message, parseMessage } from './index.ts';

/** Goal: every sender gets the answer it asked for, and finds its own message by it. Source: HL7 2.5.1, 2.9.2 and 2.9.3. */
const at = new Date('2026-01-02T03:04:05Z');
const message = (rest = '', version = '2.5.1'): Message =>
  parseMessage(`MSH|^~\\&|LIS|LAB|HIS|HOSP|20260101||ORU^R01^ORU_R01|a\\T\\42|T|${version}${rest}\rPID|1\r`);

describe('acknowledge', () => {
  test('turns the message round', () => {
    expect(acknowledge(message('||||||UNICODE UTF-8'), { outcome: 'accepted', at, controlId: 'b1' })).toBe(
      'MSH|^~\\&|HIS|HOSP|LIS|LAB|20260102030405+0000||ACK^R01^ACK|b1|T|2.5.1||||||UNICODE UTF-8\rMSA|AA|a\\T\\42\r',
    );
  });

  test.each([
    ['', 'accepted', 'AA'],
    ['', 'failed', 'AE'],
    ['', 'rejected', 'AR'],
    ['|||AL|NE', 'accepted', 'CA'],
    ['|||AL|NE', 'rejected', 'CR'],
    ['|||ER|NE', 'accepted', undefined],
    ['|||ER|NE', 'failed', 'CE'],
    ['|||SU|NE', 'accepted', 'CA'],
    ['|||SU|NE', 'failed', undefined],
    ['|||NE|AL', 'accepted', 'AA'],
    ['|||NE|NE', 'rejected', undefined],
  ] as const)('with MSH-15 and 16 "%s", %s is told as %s', (rest, outcome, code) => {
    const answer = acknowledge(message(rest), { outcome, at, controlId: 'b1' });
    expect(answer && parseMessage(answer).segment('MSA')?.text(1)).toBe(code);
  });

  test('says what is wrong and where, in the words of the version', () => {
    const error = new Hl7Error('101', 'PID-3 is empty', { segment: 'PID', sequence: 1, field: 3 });
    const lines = (version: string) =>
      acknowledge(message('', version), { outcome: 'failed', at, controlId: 'b1', error })!.split('\r');
    expect(lines('2.5.1')[1]).toBe('MSA|AE|a\\T\\42|PID-3 is empty');
    expect(lines('2.5.1')[2]).toBe('ERR||PID^1^3^1|101^Required field missing^HL70357|E||||PID-3 is empty');
    expect(lines('2.3.1')[2]).toBe('ERR|PID^1^3^101&Required field missing&HL70357');
  });

  test('answers what could not be read', () => {
    const error = new Hl7Error('100', 'the message must begin with MSH');
    expect(acknowledge(undefined, { outcome: 'rejected', at, controlId: 'b1', error })).toContain('\rMSA|AR||');
  });

  test('keeps the delimiters of the sender', () => {
    const odd = parseMessage('MSH#*@!$#LIS#LAB#HIS#HOSP#2026##ORU*R01#7#P#2.5.1\r');
    expect(acknowledge(odd, { outcome: 'accepted', at, controlId: '1' })).toContain('\rMSA#AA#7\r');
  });
});
