import { buildMessage, buildSegment, type FieldInput, repeat } from '#standards/hl7v2';
import names from '../facts/region/people.json' with { type: 'json' };
import { SYSTEM } from './identifiers.ts';
import type { Report } from './journey.ts';
import { type Order, type Request, tubesOf } from './orders.ts';
import type { Reading } from './physiology.ts';
import type { Bilingual } from './places.ts';
import { random } from './random.ts';
import { hl7Time, MINUTE } from './time.ts';
import type { Laboratory, Person, Sender, Site } from './world.ts';

/** HL7 v2.5.1 messages as a Chinese hospital or laboratory sends them: names in both scripts, LOINC beside own codes, UCUM units. */
export interface Hl7Message {
  /** MSH-3|MSH-4: whoever sends under this name has one queue. */
  sender: string;
  controlId: string;
  charset: Sender['charset'];
  text: string;
}

interface Head {
  sender: Sender;
  type: readonly [string, string, string];
  controlId: string;
  at: number;
}

/** The laboratory order of a hospital, one request after the other, each with its tube. */
export function orderMessage(order: Order, requests: readonly Request[], at: number): Hl7Message {
  const { site, person } = order;
  const doctor = physician(site, order.physician);
  const tubes = new Map(tubesOf(order).map(({ accession, tube }) => [accession, tube]));
  const segments = [pid(person, site), pv1(order)];
  for (const [index, { number, panel, accession }] of requests.entries()) {
    const tube = tubes.get(accession) ?? panel.tube;
    segments.push(
      buildSegment('ORC', [
        'NW',
        placer(site, number),
        '',
        placer(site, order.number),
        '',
        '',
        '',
        '',
        hl7Time(order.orderedAt),
        '',
        '',
        doctor,
        '',
        '',
        '',
        '',
        '',
        '',
        '',
        '',
        facilityName(site),
      ]),
      buildSegment('TQ1', [
        1,
        '',
        '',
        '',
        '',
        '',
        hl7Time(order.orderedAt),
        '',
        order.stat ? ['S', 'Stat', 'HL70485'] : ['R', 'Routine', 'HL70485'],
      ]),
      buildSegment('OBR', [
        index + 1,
        placer(site, number),
        '',
        [panel.loinc, panel.loincName, 'LN', panel.key, panel.name.zh, 'L'],
        '',
        '',
        hl7Time(order.collectedAt),
        '',
        '',
        '',
        '',
        '',
        order.reason?.name.zh,
        '',
        '',
        doctor,
      ]),
    );
    if (order.reason)
      segments.push(buildSegment('DG1', [1, '', [order.reason.icd10, order.reason.name.zh, 'I10'], '', '', 'W']));
    segments.push(specimen(1, { accession, order, tube }));
  }
  return message(
    { sender: site.sender, type: ['OML', 'O21', 'OML_O21'], controlId: controlId('OML', requests[0]!.number), at },
    segments,
  );
}

interface ReportInput {
  report: Report;
  laboratory: Laboratory;
  /** By analyte key. */
  readings: ReadonlyMap<string, Reading>;
  /** Only these go out, as a correction does. */
  only?: ReadonlySet<string>;
}

/** The analyzer's report on one tube: a group of OBR and OBX for each request. */
export function reportMessage({ report, laboratory, readings, only }: ReportInput): Hl7Message {
  const { order, section, requests, accession } = report;
  const { site, person } = order;
  const corrected = report.correction !== undefined;
  const analyzer = `${section.analyzer}-${laboratory.index + 1}`;
  const technician = [`T0${laboratory.index + 1}`, '何', '建明'];
  const segments = [pid(person, site)];
  const status = corrected ? 'C' : 'F';
  let tube: Request['panel']['tube'] | undefined;
  for (const [index, { number, panel }] of requests.entries()) {
    tube = panel.tube;
    segments.push(
      buildSegment('ORC', [
        'RE',
        placer(site, number),
        [`${accession}-${panel.key}`, laboratory.code],
        placer(site, order.number),
        'CM',
      ]),
      buildSegment('OBR', [
        index + 1,
        placer(site, number),
        [`${accession}-${panel.key}`, laboratory.code],
        [panel.loinc, panel.loincName, 'LN', panel.key, panel.name.zh, 'L'],
        '',
        '',
        hl7Time(order.collectedAt),
        '',
        '',
        '',
        '',
        '',
        '',
        hl7Time(report.receivedAt),
        '',
        physician(site, order.physician),
        '',
        '',
        '',
        '',
        '',
        hl7Time(report.reportedAt),
        '',
        SECTION_CODE[section.key] ?? 'LAB',
        status,
      ]),
    );
    const shown = panel.analytes.filter((analyte) => !only || only.has(analyte.key));
    for (const [line, analyte] of shown.entries()) {
      const reading = readings.get(analyte.key);
      const found = order.findings[analyte.key];
      const presence = analyte.shape === 'presence';
      if (!presence && !reading) continue;
      const value = presence ? presenceOf(analyte.key, found) : reading!.value.toFixed(analyte.decimals);
      const flag = presence ? (found ? 'A' : 'N') : reading!.limits ? reading!.flag : '';
      segments.push(
        buildSegment('OBX', [
          line + 1,
          presence ? 'CWE' : 'NM',
          [analyte.loinc, analyte.loincName, 'LN', analyte.key, analyte.name.zh, 'L'],
          '',
          value,
          presence ? '' : [analyte.unit, analyte.unit, 'UCUM'],
          presence ? '' : rangeOf(reading!),
          flag,
          '',
          '',
          status,
          '',
          '',
          hl7Time(order.collectedAt),
          laboratory.code,
          technician,
          '',
          [analyzer, laboratory.code],
          hl7Time(report.measuredAt),
          '',
          '',
          '',
          laboratoryName(laboratory),
        ]),
      );
    }
  }
  segments.push(specimen(1, { accession, order, tube: tube!, receivedAt: report.receivedAt }));
  const sender: Sender = { application: analyzer, facility: laboratory.code, charset: 'UNICODE UTF-8' };
  return message(
    { sender, type: ['ORU', 'R01', 'ORU_R01'], controlId: controlId('ORU', report.id), at: report.reportedAt },
    segments,
  );
}

/** A registration (A04), a change of the person's data (A08), or two records of one person made one (A40). */
export function admissionMessage(event: 'A04' | 'A08' | 'A40', order: Order, at: number): Hl7Message {
  const { site, person } = order;
  const head = { sender: site.sender, controlId: controlId(event, order.number), at };
  const evn = buildSegment('EVN', ['', hl7Time(at)]);
  if (event === 'A40') {
    const merged = buildSegment('MRG', [[temporaryMrn(order), '', '', site.sender.facility, 'MR']]);
    return message({ ...head, type: ['ADT', 'A40', 'ADT_A39'] }, [evn, pid(person, site), merged]);
  }
  return message({ ...head, type: ['ADT', event, 'ADT_A01'] }, [evn, pid(person, site), pv1(order)]);
}

/** Someone came without a card and got a record of their own, which an A40 later joins with the true one. */
export function strangerMessage(order: Order, at: number): Hl7Message {
  const { site, person } = order;
  const mrn = [temporaryMrn(order), '', '', site.sender.facility, 'MR'];
  const stranger = buildSegment('PID', [
    1,
    '',
    [...mrn],
    '',
    [person.family.zh, person.given.zh, '', '', '', '', 'L', 'I'],
    '',
    '',
    sexCode(person),
  ]);
  const head = { sender: site.sender, controlId: controlId('A04T', order.number), at };
  return message({ ...head, type: ['ADT', 'A04', 'ADT_A01'] }, [
    buildSegment('EVN', ['', hl7Time(at)]),
    stranger,
    pv1(order),
  ]);
}

function message(head: Head, segments: readonly string[]): Hl7Message {
  const { sender, type, controlId: id, at } = head;
  const msh = buildSegment('MSH', [
    sender.application,
    sender.facility,
    'BANYAN',
    'REGION',
    hl7Time(at),
    '',
    type,
    id,
    'P',
    '2.5.1',
    '',
    '',
    '',
    '',
    'CHN',
    sender.charset,
  ]);
  return {
    sender: `${sender.application}|${sender.facility}`,
    controlId: id,
    charset: sender.charset,
    text: buildMessage([msh, ...segments]),
  };
}

/** Says what was sent about what, so that sending again is sending the same. */
function controlId(kind: string, name: string): string {
  return `${kind}${name}`;
}

function pid(person: Person, site: Site): string {
  return buildSegment('PID', [
    1,
    '',
    repeat(
      [person.healthCard, '', '', ['BANYAN', SYSTEM.healthCard, 'URI'], 'HC'],
      [mrn(person, site), '', '', site.sender.facility, 'MR'],
    ),
    '',
    repeat(
      [person.family.zh, person.given.zh, '', '', '', '', 'L', 'I'],
      [person.family.en, person.given.en, '', '', '', '', 'L', 'A'],
    ),
    '',
    person.birthDate.replaceAll('-', ''),
    sexCode(person),
    '',
    '',
    ['', '', person.place.name.zh, '广东省', person.place.adcode, 'CHN'],
    '',
    [person.phone, 'PRN', 'CP'],
  ]);
}

function mrn(person: Person, site: Site): string {
  return `${site.sender.facility}-${String(person.index).padStart(6, '0')}`;
}

function temporaryMrn(order: Order): string {
  return `${order.site.sender.facility}-T${order.number}`;
}

function sexCode(person: Person): string {
  return person.sex === 'female' ? 'F' : 'M';
}

function pv1(order: Order): string {
  const { site } = order;
  const fields: FieldInput[] = Array.from({ length: 44 }, () => '');
  fields[0] = 1;
  fields[1] = order.stat ? 'E' : 'O';
  fields[2] = [order.stat ? 'ED' : 'OPD', '', '', site.sender.facility];
  fields[6] = physician(site, order.physician);
  fields[18] = [`V${order.number.slice(1)}`, '', '', site.sender.facility, 'VN'];
  fields[43] = hl7Time(order.orderedAt - 5 * MINUTE);
  return buildSegment('PV1', fields);
}

interface SpecimenInput {
  accession: string;
  order: Order;
  tube: Request['panel']['tube'];
  receivedAt?: number;
}

function specimen(line: number, { accession, order, tube, receivedAt }: SpecimenInput): string {
  return buildSegment('SPM', [
    line,
    [[accession, 'BANYAN', SYSTEM.specimen, 'URI']],
    '',
    [tube.snomed, tube.name.en, 'SCT', tube.hl7, tube.name.zh, 'HL70487'],
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    [hl7Time(order.collectedAt)],
    receivedAt === undefined ? '' : hl7Time(receivedAt),
  ]);
}

/** A hospital numbers its orders itself; a clinic's orders have the region's numbers. */
function placer(site: Site, number: string): string[] {
  return site.kind === 'hospital' ? [number, site.sender.facility] : [number, 'BANYAN', SYSTEM.order, 'URI'];
}

/** XCN: number, family and given name, assigned by the site. */
function physician(site: Site, index: number): string[] {
  const { family, given } = physicianName(site, index);
  return [
    `${site.sender.facility}D${String(index).padStart(2, '0')}`,
    family.zh,
    given.zh,
    '',
    '',
    '',
    '',
    '',
    site.sender.facility,
  ];
}

function physicianName(site: Site, index: number): { family: Bilingual; given: Bilingual } {
  const draw = random('physician', site.index, index);
  const [familyZh, familyEn] = draw.pick(names.surnames);
  const [givenZh, givenEn] = draw.pick(draw.chance(0.5) ? names.given.female : names.given.male);
  return { family: { zh: String(familyZh), en: String(familyEn) }, given: { zh: givenZh!, en: givenEn! } };
}

function facilityName(site: Site): FieldInput {
  return [site.name.zh, 'L', '', '', '', ['GS1', SYSTEM.gln, 'URI'], 'XX', '', '', site.gln];
}

function laboratoryName(laboratory: Laboratory): FieldInput {
  return [laboratory.name.zh, 'L', '', '', '', ['GS1', SYSTEM.gln, 'URI'], 'XX', '', '', laboratory.gln];
}

/** OBX-7: "3.5-5.3", "<5.0" or ">1.0". */
function rangeOf({ limits, analyte }: Reading): string {
  if (!limits) return '';
  const { low, high } = limits;
  const text = (value: number): string => value.toFixed(analyte.decimals);
  if (low !== undefined && high !== undefined) return `${text(low)}-${text(high)}`;
  if (high !== undefined) return `<${text(high)}`;
  return low === undefined ? '' : `>${text(low)}`;
}

function presenceOf(key: string, found: 'detected' | undefined): FieldInput {
  const byNucleicAcid = key.startsWith('FLU');
  if (byNucleicAcid) return found ? ['260373001', 'Detected', 'SCT'] : ['260415000', 'Not detected', 'SCT'];
  return found ? ['10828004', 'Positive', 'SCT'] : ['260385009', 'Negative', 'SCT'];
}

/** HL7 table 0074, diagnostic service section. */
const SECTION_CODE: Readonly<Record<string, string>> = {
  haematology: 'HM',
  chemistry: 'CH',
  immunology: 'IMM',
  coagulation: 'HM',
  molecular: 'MB',
};
