import type { Site } from '../model.ts';

const GLN_SYSTEM = 'https://id.gs1.org/414';
const SITE_TAGS = 'https://banyan.health/code/site';
const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';

interface PlaceResource {
  resourceType?: string;
  identifier?: { system?: string; value?: string }[];
  name?: string;
  _name?: { extension?: { url?: string; extension?: { url?: string; valueCode?: string; valueString?: string }[] }[] };
  alias?: string[];
  type?: { coding?: { code?: string }[] } | { coding?: { code?: string }[] }[];
  position?: { longitude?: number; latitude?: number };
  managingOrganization?: { reference?: string; identifier?: { value?: string } };
  meta?: { tag?: { system?: string; code?: string }[] };
}

/** Places by global location number, as a Location or Organization describes them; a party has no position of its own. */
export function sitesOf(resource: unknown, name: string): (Site & { resource: string })[] {
  const place = resource as PlaceResource;
  const gln = place.identifier?.find(
    ({ system, value }) => system === GLN_SYSTEM && /^\d{13}$/.test(value ?? ''),
  )?.value;
  if (gln === undefined) return [];
  const tags = (place.meta?.tag ?? []).flatMap(({ system, code }) =>
    system === SITE_TAGS && code !== undefined ? [code] : [],
  );
  const { latitude, longitude } = place.position ?? {};
  const organization = place.managingOrganization?.identifier?.value ?? place.managingOrganization?.reference;
  return [
    {
      gln,
      name: namesOf(place),
      kind: place.resourceType === 'Location' ? kindOf(place, tags) : 'party',
      key: tags.includes('key-hospital'),
      ...(latitude !== undefined && longitude !== undefined && { latitude, longitude }),
      ...(organization !== undefined && { organization }),
      resource: name,
    },
  ];
}

function kindOf({ type }: PlaceResource, tags: readonly string[]): string {
  const tagged = ['hospital', 'laboratory', 'clinic'].find((kind) => tags.includes(kind));
  if (tagged !== undefined) return tagged;
  const codes = [type ?? []].flat().flatMap(({ coding }) => (coding ?? []).map(({ code }) => code));
  // HL7 v3 RoleCode.
  return codes.includes('HOSP') ? 'hospital' : 'clinic';
}

/** The name in both languages: its translation where it has one, else its first alias, else itself. */
function namesOf({ name = '', _name, alias }: PlaceResource): { en: string; zh: string } {
  const translations = (_name?.extension ?? [])
    .filter(({ url }) => url === TRANSLATION)
    .map(({ extension = [] }) => ({
      language: extension.find(({ url }) => url === 'lang')?.valueCode ?? '',
      content: extension.find(({ url }) => url === 'content')?.valueString,
    }));
  const other = translations[0]?.content ?? alias?.[0] ?? name;
  const isChinese = /\p{Script=Han}/u.test(name);
  return isChinese
    ? { en: other, zh: name }
    : { en: name, zh: translations.find(({ language }) => language.startsWith('zh'))?.content ?? other };
}
