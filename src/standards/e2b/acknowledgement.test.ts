import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Acknowledgement, acknowledge, parseAcknowledgement, writeAcknowledgement } from './acknowledgement.ts';
import { parseBatch } from './batch.ts';
import { instance } from './samples.ts';
import { validateReport } from './validate.ts';

const AT = '20261122101500+0800';

/**
 * Goal: the answer to a batch says of each report whether it was loaded, and of the batch what follows from that.
 * Method: a batch of three with none, one and all of them refused, and one that could not be read; then any answer through XML and back.
 */
describe('acknowledge', () => {
  const { batch, reports } = parseBatch(instance('lot-cluster'));
  const answer = (refused: number): Acknowledgement =>
    acknowledge(
      batch,
      reports.map((report, index) => {
        const bad = structuredClone(report);
        if (index < refused) delete bad.narrative.text;
        return { report: bad, issues: validateReport(bad, { today: '2026-11-22' }), localNumber: `L${index}` };
      }),
      { number: 'A1', at: AT, localMessageNumber: '77' },
    );

  test.each([
    [0, 'AA', ['CA', 'CA', 'CA']],
    [1, 'AE', ['CR', 'CA', 'CA']],
    [3, 'AE', ['CR', 'CR', 'CR']],
  ])('%d refused: %s', (refused, code, codes) => {
    const { code: said, reports: answers = [] } = answer(refused);
    expect(said).toBe(code);
    expect(answers.map((one) => one.code)).toEqual(codes);
  });

  test('is addressed to the sender, and names the batch and each report', () => {
    expect(answer(1)).toMatchObject({
      number: 'A1',
      senderId: 'BANYAN-CENTRE',
      receiverId: 'BANYAN-HOSPITAL',
      batchNumber: 'BANYAN-2026-0712-1',
      batchTransmittedAt: '20260712101530+0800',
      localMessageNumber: '77',
      reports: [
        {
          reportId: 'CN-GUANGZHOUCDC-260701',
          localNumber: 'L0',
          receiverId: 'BANYAN-HOSPITAL',
          senderId: 'BANYAN-CENTRE',
          messageCreatedAt: '20260712101500+0800',
          detail:
            'Case narrative including clinical course, therapeutic measures, outcome and additional information (H.1) is mandatory',
        },
        {},
        {},
      ],
    });
  });

  test('a batch that could not be read is refused whole, with the reason', () => {
    const { batch: read, issues } = parseBatch('<a>');
    const refusal = acknowledge(read, [], { number: 'A2', at: AT, batchIssues: issues, language: 'zh' });
    expect(refusal.code).toBe('AR');
    expect(refusal.detail).toMatch(/^XML 格式错误/);
  });

  test('what is said fits its element, what refuses first', () => {
    const [report] = reports;
    if (report === undefined) throw new Error('no report');
    const issues = validateReport({ ...report, narrative: {}, reporters: [], reactions: [] }, { today: '2026-11-22' });
    const { reports: answers = [] } = acknowledge(batch, [{ report, issues }], { number: 'A3', at: AT });
    expect([...String(answers[0]?.detail)].length).toBeLessThanOrEqual(250);
    expect(answers[0]?.detail).toMatch(/^Case narrative/);
    expect(answers[0]?.localNumber).toBe('A3-1');
  });

  test('goes through XML unchanged', () => {
    const whole = answer(2);
    expect(parseAcknowledgement(writeAcknowledgement(whole))).toEqual({ acknowledgement: whole, issues: [] });
  });

  test('any answer goes through XML unchanged', () => {
    const word = fc.stringMatching(/^[\w&<>"' 字]{0,12}[\w&<>"'字]$/).map((text) => text.trim());
    const report = fc.record({
      reportId: word,
      localNumber: word,
      createdAt: word,
      receiverId: word,
      senderId: word,
      messageCreatedAt: word,
      code: fc.constantFrom('CA', 'CR'),
      detail: word,
    });
    const any = fc.record(
      {
        number: word,
        senderId: word,
        receiverId: word,
        createdAt: word,
        batchNumber: word,
        localMessageNumber: word,
        batchTransmittedAt: word,
        code: fc.constantFrom('AA', 'AE', 'AR'),
        detail: word,
        reports: fc.array(report, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ['code'] },
    );
    fc.assert(
      fc.property(any, (acknowledgement) => {
        expect(parseAcknowledgement(writeAcknowledgement(acknowledgement))).toEqual({ acknowledgement, issues: [] });
      }),
    );
  });

  test('a code that is none is told', () => {
    const xml = writeAcknowledgement({ ...answer(0), code: 'OK' });
    expect(parseAcknowledgement(xml).issues).toMatchObject([{ element: 'ACK.A.4', code: 'not-in-list' }]);
  });
});
