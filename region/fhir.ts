import type { PastResult } from './history.ts';
import { epcOf, SYSTEM } from './identifiers.ts';
import { type Order, type Request, tubesOf } from './orders.ts';
import type { Bilingual, Point } from './places.ts';
import { uuidOf } from './random.ts';
import { DAY, isoTime } from './time.ts';
import type { Organization, Person, World } from './world.ts';

/** FHIR R4 as a clinic's software sends it: transactions that can be sent again without doubling anything. */
type Resource = { resourceType: string } & Record<string, unknown>;
interface Identifier {
  system: string;
  value: string;
}
interface Entry {
  fullUrl: string;
  resource: Resource;
  request: { method: 'POST'; url: string; ifNoneExist: string };
}
export interface Transaction {
  resourceType: 'Bundle';
  type: 'transaction';
  entry: Entry[];
}

const LAB_CATEGORY = {
  coding: [{ system: 'http://snomed.info/sct', code: '108252007', display: 'Laboratory procedure' }],
};

/** Who and what is registered before life begins, as transactions of bounded size. */
export function registrations(world: World): Transaction[] {
  const { laboratories, sites, vehicles, organizations } = world;
  const facilities = facilitiesOf(world);
  const parties = organizations.map((each) => organizationEntry(each, facilities.get(each.id)));
  const laboratoryPlaces = laboratories.map((laboratory) =>
    placeEntry({
      ...laboratory,
      id: `laboratory-${laboratory.index}`,
      type: 'HLAB',
      city: laboratory.town.name,
      tags: ['laboratory', ...(laboratory.index === 0 ? ['headquarters'] : [])],
    }),
  );
  const sitePlaces = sites.map((site) =>
    placeEntry({
      ...site,
      id: `site-${site.index}`,
      type: site.kind === 'hospital' ? 'HOSP' : 'PC',
      city: site.place.name,
      tags: [site.kind, ...(site.key ? ['key-hospital'] : [])],
    }),
  );
  const things = vehicles.flatMap(({ number, name, box, device }) => [
    deviceEntry({
      id: `vehicle-${number}`,
      name,
      epc: epcOf.vehicle(number),
      type: { code: 'vehicle', display: 'Vehicle' },
    }),
    deviceEntry({
      id: `box-${box}`,
      name: { en: `Cold box ${box}`, zh: `冷藏箱${box}号` },
      epc: epcOf.box(box),
      type: { code: 'box', display: 'Insulated transport box' },
    }),
    deviceEntry({
      id: `sensor-${device}`,
      name: { en: `Temperature sensor ${number}`, zh: `温度传感器${number}号` },
      epc: epcOf.device(device),
      type: { code: 'sensor', display: 'Temperature and position sensor' },
      deviceId: device,
    }),
  ]);
  return inParts([...parties, ...laboratoryPlaces, ...sitePlaces, ...things], 100);
}

/** A clinic's order: the person, a request per panel and a specimen per tube. */
export function orderTransaction(order: Order, requests: readonly Request[]): Transaction {
  const { person, site } = order;
  const patient = patientEntry(person);
  const asked = new Set(requests.map(({ accession }) => accession));
  const tubes = tubesOf(order).filter(({ accession }) => asked.has(accession));
  const urlOf = (accession: string): string => `urn:uuid:${uuidOf('specimen', accession)}`;
  const requester = { identifier: { system: SYSTEM.gln, value: site.gln }, display: site.name.zh };
  const specimens = tubes.map(({ accession, tube }) =>
    entry(
      urlOf(accession),
      { system: SYSTEM.specimen, value: accession },
      {
        resourceType: 'Specimen',
        accessionIdentifier: { system: SYSTEM.specimen, value: accession },
        status: 'available',
        type: {
          coding: [{ system: 'http://snomed.info/sct', code: tube.snomed, display: tube.name.en }],
          text: tube.name.zh,
        },
        subject: { reference: patient.fullUrl },
        request: requests
          .filter((each) => each.accession === accession)
          .map(({ number }) => ({ reference: `urn:uuid:${uuidOf('request', number)}` })),
        collection: { collectedDateTime: isoTime(order.collectedAt) },
      },
    ),
  );
  const services = requests.map(({ number, panel, accession }) =>
    entry(
      `urn:uuid:${uuidOf('request', number)}`,
      { system: SYSTEM.order, value: number },
      {
        resourceType: 'ServiceRequest',
        requisition: { system: SYSTEM.order, value: order.number },
        status: 'active',
        intent: 'order',
        category: [LAB_CATEGORY],
        priority: order.stat ? 'stat' : 'routine',
        code: {
          coding: [{ system: 'http://loinc.org', code: panel.loinc, display: panel.loincName }],
          text: panel.name.zh,
        },
        subject: { reference: patient.fullUrl },
        authoredOn: isoTime(order.orderedAt),
        requester,
        ...(order.reason
          ? {
              reasonCode: [
                {
                  coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: order.reason.icd10 }],
                  text: order.reason.name.zh,
                },
              ],
            }
          : {}),
        specimen: [{ reference: urlOf(accession) }],
      },
    ),
  );
  return transaction([patient, ...services, ...specimens]);
}

const LOINC = 'http://loinc.org';
const SNOMED = 'http://snomed.info/sct';
const EXAMPLE = { system: 'https://banyan.health/code/data', code: 'example' };

/** Results of years before, as a hospital hands over what it had before it was connected; each says that it is made up. */
export function historyTransaction(results: readonly PastResult[]): Transaction {
  const patients = new Map(results.map(({ person }) => [person.index, patientEntry(person)]));
  return transaction([...patients.values(), ...results.flatMap(pastEntries)]);
}

function pastEntries({ id, person, laboratory, at, found, serotype }: PastResult): Entry[] {
  const observed = (key: string, code: object, value: object): Entry =>
    entry(
      `urn:uuid:${uuidOf('past-result', key)}`,
      { system: SYSTEM.example, value: key },
      {
        resourceType: 'Observation',
        meta: { tag: [EXAMPLE] },
        status: 'final',
        category: [coded('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory')],
        code,
        subject: { reference: `urn:uuid:${uuidOf('patient', person.healthCard)}` },
        effectiveDateTime: isoTime(at),
        issued: isoTime(at + 3 * DAY),
        performer: [{ identifier: { system: SYSTEM.gln, value: laboratory.gln }, display: laboratory.name.zh }],
        note: [{ text: 'Example: constructed history. 示例：虚构的历史数据。' }],
        ...value,
      },
    );
  const culture = coded(LOINC, '20955-1', 'Salmonella sp identified in Stool by Organism specific culture');
  return [
    observed(id, culture, {
      valueCodeableConcept: found
        ? coded(SNOMED, '27268008', 'Salmonella')
        : coded(SNOMED, '260415000', 'Not detected'),
    }),
    ...(serotype === undefined
      ? []
      : [observed(`${id}-T`, coded(LOINC, '20951-0', 'Salmonella sp serotype'), { valueString: serotype })]),
  ];
}

function patientEntry(person: Person): Entry {
  const identifier = {
    use: 'official',
    type: coded('http://terminology.hl7.org/CodeSystem/v2-0203', 'HC', 'Health Card Number'),
    system: SYSTEM.healthCard,
    value: person.healthCard,
  };
  return entry(`urn:uuid:${uuidOf('patient', person.healthCard)}`, identifier, {
    resourceType: 'Patient',
    active: true,
    name: [
      {
        ...representation('IDE'),
        use: 'official',
        text: person.family.zh + person.given.zh,
        family: person.family.zh,
        given: [person.given.zh],
      },
      {
        ...representation('ABC'),
        use: 'usual',
        text: `${person.given.en} ${person.family.en}`,
        family: person.family.en,
        given: [person.given.en],
      },
    ],
    telecom: [{ system: 'phone', value: person.phone, use: 'mobile' }],
    gender: person.sex,
    birthDate: person.birthDate,
    address: [
      { use: 'home', city: person.place.name.zh, state: '广东省', postalCode: person.place.adcode, country: 'CN' },
    ],
  });
}

/** Which script a name is written in: ideographic or alphabetic. */
function representation(valueCode: 'IDE' | 'ABC'): object {
  return { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode }] };
}

/** The names of MSH-4 under which an organization sends messages: known to the record, its messages are its own. */
function facilitiesOf(world: World): Map<string, Identifier[]> {
  const named = [
    ...world.laboratories.map(({ code, organization }) => ({ facility: code, organization })),
    ...world.sites.map(({ sender, organization }) => ({ facility: sender.facility, organization })),
  ];
  return new Map(
    [...Map.groupBy(named, ({ organization }) => organization.id)].map(([id, all]) => [
      id,
      all.map(({ facility }) => ({ system: SYSTEM.facility, value: facility })),
    ]),
  );
}

function organizationEntry({ id, kind, name, gln }: Organization, facilities: readonly Identifier[] = []): Entry {
  return entry(
    `urn:uuid:${id}`,
    { system: SYSTEM.gln, value: gln },
    {
      resourceType: 'Organization',
      active: true,
      type: [coded('https://banyan.health/code/organization-kind', kind, kind)],
      name: name.zh,
      ...translated(name),
      alias: [name.en],
    },
    facilities,
  );
}

interface PlaceInput extends Point {
  id: string;
  name: Bilingual;
  gln: string;
  organization: Organization;
  /** HL7 v3 RoleCode. */
  type: string;
  city: Bilingual;
  tags: readonly string[];
}

function placeEntry({ id, name, gln, organization, type, city, tags, lat, lon }: PlaceInput): Entry {
  return entry(
    `urn:uuid:${uuidOf('location', id)}`,
    { system: SYSTEM.gln, value: gln },
    {
      resourceType: 'Location',
      meta: { tag: tags.map((code) => ({ system: 'https://banyan.health/code/site', code })) },
      status: 'active',
      name: name.zh,
      ...translated(name),
      alias: [name.en],
      mode: 'instance',
      type: [coded('http://terminology.hl7.org/CodeSystem/v3-RoleCode', type)],
      address: { city: city.zh, state: '广东省', country: 'CN' },
      position: { longitude: lon, latitude: lat },
      managingOrganization: {
        identifier: { system: SYSTEM.gln, value: organization.gln },
        display: organization.name.zh,
      },
    },
  );
}

interface DeviceInput {
  id: string;
  name: Bilingual;
  epc: string;
  type: { code: string; display: string };
  deviceId?: string;
}

function deviceEntry({ id, name, epc, type, deviceId }: DeviceInput): Entry {
  return entry(
    `urn:uuid:${uuidOf('device', id)}`,
    { system: SYSTEM.epc, value: epc },
    {
      resourceType: 'Device',
      status: 'active',
      deviceName: [
        { name: name.zh, type: 'user-friendly-name' },
        { name: name.en, type: 'other' },
      ],
      type: coded('https://banyan.health/code/thing', type.code, type.display),
    },
    deviceId ? [{ system: SYSTEM.device, value: deviceId }] : [],
  );
}

/** The name in English beside the Chinese one (HL7's translation extension). */
function translated(name: Bilingual): object {
  const translation = { url: 'http://hl7.org/fhir/StructureDefinition/translation' };
  return {
    _name: {
      extension: [
        {
          ...translation,
          extension: [
            { url: 'lang', valueCode: 'en' },
            { url: 'content', valueString: name.en },
          ],
        },
      ],
    },
  };
}

function coded(system: string, code: string, display?: string): object {
  return { coding: [{ system, code, ...(display ? { display } : {}) }] };
}

/** Created once, however often it is sent: the identifier decides. */
function entry(fullUrl: string, identifier: Identifier, resource: Resource, more: readonly Identifier[] = []): Entry {
  const { resourceType, ...rest } = resource;
  return {
    fullUrl,
    resource: { resourceType, identifier: [identifier, ...more], ...rest },
    request: {
      method: 'POST',
      url: resourceType,
      ifNoneExist: `identifier=${encodeURIComponent(`${identifier.system}|${identifier.value}`)}`,
    },
  };
}

function transaction(entries: Entry[]): Transaction {
  return { resourceType: 'Bundle', type: 'transaction', entry: entries };
}

function inParts(entries: readonly Entry[], most: number): Transaction[] {
  return Array.from({ length: Math.ceil(entries.length / most) }, (_, part) =>
    transaction(entries.slice(part * most, (part + 1) * most)),
  );
}
