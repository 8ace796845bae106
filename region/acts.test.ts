import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { findFaults } from '#standards/epcis';
import { validate } from '#standards/fhir';
import { parseMessage } from '#standards/hl7v2';
import { type Act, Script } from './acts.ts';
import { encodeText } from './charset.ts';
import { captureDocument, type EpcisEvent } from './epcis.ts';
import { type Fault, makeFault } from './faults.ts';
import { registrations, type Transaction } from './fhir.ts';
import type { Hl7Message } from './hl7.ts';
import { healthCard, mod11Check } from './identifiers.ts';
import { dayAfter, HOUR, startOfDay } from './time.ts';
import { makeWorld } from './world.ts';

const day = '2026-11-18';
const from = startOfDay(day);
const until = startOfDay(dayAfter(day));
const make = (seed: number, faults: readonly Fault[] = []): Script =>
  new Script(makeWorld({ seed, scale: 0.15 }), faults);

function digest(script: Script): string {
  const hash = createHash('sha256');
  for (const act of script.between(from, until)) hash.update(`${act.at} ${JSON.stringify(act.make())}\n`);
  return hash.digest('hex');
}

function hl7(acts: readonly Act[]): Hl7Message[] {
  return acts.flatMap((act) => (act.kind === 'hl7' ? [act.make()] : []));
}

function epcis(acts: readonly Act[]): EpcisEvent[] {
  return acts.flatMap((act) => (act.kind === 'epcis' ? act.make() : []));
}

/**
 * Goal: a day is a function of seed, scale and faults, and says the same however it is cut.
 * Method: digests of everything that is told in a day.
 */
describe('a day of the region', () => {
  test('is the same bytes for the same seed and other bytes for another', () => {
    expect(digest(make(1))).toBe(digest(make(1)));
    expect(digest(make(1))).not.toBe(digest(make(2)));
  });

  test('is the same whether played at once or in parts with a restart between', () => {
    const whole = make(1)
      .between(from, until)
      .map((act) => act.at);
    const hours = Array.from({ length: 24 }, (_, hour) =>
      make(1).between(from + hour * HOUR, from + (hour + 1) * HOUR),
    ).flat();
    expect(hours.map((act) => act.at)).toEqual(whole);
  });
});

describe('its messages', () => {
  const acts = make(1).between(from, until);
  const messages = hl7(acts);

  test('can all be read, with the type and control id they were given, in the charset they claim', () => {
    expect(messages.length).toBeGreaterThan(300);
    for (const { text, charset, controlId, sender } of messages) {
      const message = parseMessage(encodeText(text, charset));
      expect(message.controlId).toBe(controlId);
      expect(`${message.header.text(3)}|${message.header.text(4)}`).toBe(sender);
      expect(message.segment('PID')?.value(5)?.text(1)).toBe(parseMessage(text).segment('PID')?.value(5)?.text(1));
    }
    expect(new Set(messages.map((message) => message.charset))).toEqual(new Set(['UNICODE UTF-8', 'GB 18030-2000']));
    expect(new Set(messages.map((message) => `${message.sender} ${message.controlId}`)).size).toBe(messages.length);
    const types = new Set(messages.map((message) => message.controlId.slice(0, 3)));
    for (const type of ['OML', 'ORU', 'A04', 'A08']) expect(types).toContain(type);
  });

  test('report only what was ordered, on tubes that were sent, after they were taken', () => {
    for (const { text } of messages.filter((message) => message.controlId.startsWith('ORU'))) {
      const message = parseMessage(text);
      const accession = message.segment('SPM')?.text(2);
      const taken = message.segment('OBR')?.text(7) ?? '';
      expect(accession).toMatch(/^\d{13}[SECN]$/);
      expect(taken < (message.header.text(7) ?? '')).toBe(true);
      expect(message.all('OBX').length).toBeGreaterThan(0);
    }
  });

  test('are sound FHIR transactions and sound EPCIS captures', () => {
    const transactions: Transaction[] = [
      ...acts.flatMap((act) => (act.kind === 'fhir' ? [act.make()] : [])),
      ...registrations(makeWorld({ seed: 1, scale: 0.15 })),
    ];
    expect(transactions.length).toBeGreaterThan(50);
    expect(
      transactions.flatMap((transaction) => validate(transaction)).filter((issue) => issue.severity !== 'information'),
    ).toEqual([]);
    expect(findFaults(captureDocument(epcis(acts)))).toEqual([]);
  });

  test('tell every tube once as packed, accepted, unpacked and received, in this order', () => {
    const day2 = [...acts, ...make(1).between(until, startOfDay(dayAfter(day, 2)))];
    const packed = epcis(acts)
      .filter((event) => event.bizStep === 'packing')
      .flatMap((event) => event.childEPCs as string[]);
    expect(packed.length).toBeGreaterThan(150);
    expect(new Set(packed).size).toBe(packed.length);
    const timesOf = (step: string): Map<string, string> =>
      new Map(
        epcis(day2)
          .filter((event) => event.bizStep === step)
          .flatMap((event) =>
            ((event.childEPCs ?? event.epcList) as string[]).map((epc) => [epc, event.eventTime] as const),
          ),
      );
    const [packing, accepting, unpacking, receiving] = ['packing', 'accepting', 'unpacking', 'receiving'].map(timesOf);
    for (const epc of packed) {
      const times = [packing, accepting, unpacking, receiving].map((step) => step?.get(epc) ?? 'never');
      expect(times).toEqual([...times].sort());
      expect(times).not.toContain('never');
    }
  });
});

/**
 * Goal: each fault does what its name says, and says so in the truth.
 * Method: the same day with and without it.
 */
describe('faults', () => {
  const world = makeWorld({ seed: 1, scale: 0.15 });
  const start = from + 10 * HOUR;

  test('a dead analyzer reports nothing while it is dead, and everything later', () => {
    const fault = makeFault(world, 'dead-analyzer', start, { minutes: 180 });
    const reports = (script: Script): Map<string, number> =>
      new Map(
        [...script.between(from, until)].flatMap((act): [string, number][] => {
          const message = act.kind === 'hl7' ? act.make() : undefined;
          return message?.sender === 'CHEM-1|LAB1' ? [[message.controlId, act.at]] : [];
        }),
      );
    const usual = reports(make(1));
    const dead = reports(make(1, [fault]));
    expect([...usual.values()].some((at) => at >= fault.from && at < fault.until)).toBe(true);
    expect([...dead.values()].some((at) => at >= fault.from && at < fault.until)).toBe(false);
    expect([...dead.keys()].sort()).toEqual([...usual.keys()].sort());
    const truths = make(1, [fault])
      .between(from, until)
      .flatMap((act) => act.truth ?? []);
    expect(truths.filter((truth) => truth.id.startsWith('late-')).length).toBe(
      [...usual.values()].filter((at) => at >= fault.from && at < fault.until).length,
    );
  });

  test('a swapped label puts each person the values of the other', () => {
    const script = make(1);
    const swap = script.findSwap(start);
    expect(swap).toBeDefined();
    const fault: Fault = { ...makeFault(world, 'swapped-label', start), swap: swap! };
    const values = (faults: readonly Fault[], accession: string): string[] =>
      hl7(make(1, faults).between(from, until + 24 * HOUR))
        .filter((message) => message.controlId.startsWith(`ORU${accession}`))
        .flatMap((message) =>
          parseMessage(message.text)
            .all('OBX')
            .map((obx) => `${obx.text(3)} ${obx.text(5)}`),
        );
    const common = (one: string[], other: string[]): string[] => one.filter((line) => other.includes(line));
    const { one, other } = swap!;
    const swapped = values([fault], one);
    expect(swapped.length).toBeGreaterThan(0);
    expect(common(swapped, values([], other)).length).toBeGreaterThan(common(swapped, values([], one)).length);
    expect(
      make(1, [fault])
        .between(from, until + 24 * HOUR)
        .some((act) => act.truth?.id.startsWith('swap-')),
    ).toBe(true);
  });

  test('a measles cluster brings positive cases to its district only, more of them later', () => {
    const fault = makeFault(world, 'measles', startOfDay(dayAfter(day, -6)), { place: 'tianhe' });
    const positives = (when: string, faults: readonly Fault[]): Act[] =>
      make(1, faults)
        .between(startOfDay(when), startOfDay(dayAfter(when)))
        .filter((act) => act.truth?.id.startsWith('case-'));
    expect(positives(day, [])).toHaveLength(0);
    const now = positives(day, [fault]);
    expect(now.length).toBeGreaterThan(positives(dayAfter(day, -5), [fault]).length);
    expect(new Set(now.map((act) => act.truth?.detail.place))).toEqual(new Set(['tianhe']));
  });
});

test('health-card numbers end with a digit that finds every single wrong digit', () => {
  const card = healthCard(1_000_017);
  expect(card).toMatch(/^86\d{10}$/);
  expect(mod11Check('0794')).toBe('5'); // ISO/IEC 7064, example of MOD 11,10
  for (let place = 0; place < card.length - 1; place++) {
    for (let digit = 0; digit <= 9; digit++) {
      if (String(digit) === card[place]) continue;
      const wrong = card.slice(0, place) + digit + card.slice(place + 1, -1);
      expect(mod11Check(wrong)).not.toBe(card.at(-1));
    }
  }
});
