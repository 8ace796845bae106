import { type DemoPlaces, ensureDemoAccounts, nameTenants } from '#kernel/access';
import type { Context } from '#kernel/context';
import { type Resource, search } from '#kernel/fhir';

/** The synthetic region tags its sites so; see docs/region.md. */
const SITE = 'https://banyan.health/code/site';

/**
 * Puts the demo accounts where they belong in the synthetic region: the technician into the laboratory with the headquarters, the clinician into a
 * key hospital, the patient into a person with results. What the region has not told yet is left open.
 *
 * @returns whether everybody has a place
 */
export async function placeDemoAccounts(ctx: Context): Promise<boolean> {
  const laboratory = await organizationOf(ctx, 'headquarters');
  const hospital = await organizationOf(ctx, 'key-hospital');
  const courier = await first(ctx, 'Organization', 'type=https://banyan.health/code/organization-kind|courier');
  const named = [laboratory, hospital, courier].flatMap((organization) => organization ?? []);
  await ctx.db.transaction((tx) => nameTenants(tx, named.map(tenantOf)));
  // What the region tells first are the earlier results of people with a long illness: they have something to see.
  const report = hospital && (await first(ctx, 'DiagnosticReport', `subject:missing=false&_sort=_lastUpdated`));
  const patient = (report?.subject as { reference?: string } | undefined)?.reference?.split('/')[1];
  const at = (organization: Resource | undefined) =>
    organization?.id === undefined ? {} : { organizations: [organization.id] };
  const places: DemoPlaces = {
    clinician: at(hospital),
    'laboratory-technician': at(laboratory),
    'laboratory-director': at(laboratory),
    courier: at(courier),
    patient: patient === undefined ? {} : { patient },
  };
  await ensureDemoAccounts(ctx, places);
  return laboratory !== undefined && hospital !== undefined && courier !== undefined && patient !== undefined;
}

async function organizationOf(ctx: Context, tag: string): Promise<Resource | undefined> {
  const site = await first(ctx, 'Location', `_tag=${SITE}|${tag}`);
  const { system, value } =
    (site?.managingOrganization as { identifier?: { system?: string; value?: string } } | undefined)?.identifier ?? {};
  return value === undefined ? undefined : first(ctx, 'Organization', `identifier=${system}|${value}`);
}

async function first(ctx: Context, type: string, question: string): Promise<Resource | undefined> {
  const { matches } = await search(ctx, type, `${question}&_count=1`);
  const content = matches[0]?.content;
  return content == null ? undefined : (JSON.parse(content) as Resource);
}

function tenantOf({ id, name, alias }: Resource): { id: string; name: string; nameZh?: string } {
  const english = (alias as string[] | undefined)?.[0];
  return { id: id!, name: english ?? String(name), nameZh: String(name) };
}
