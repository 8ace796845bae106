import type { Sql } from '#kernel/context';
import { Problem } from '#kernel/problem';
import { identifier } from '#kernel/sql';
import { isResourceType } from '#standards/fhir';

const tables = new Map<string, Sql>();

/** The table of a resource type: `fhir.medication_request`. @throws Problem `not-found` when R4 has no such type */
export function tableOf(type: string): Sql {
  let table = tables.get(type);
  if (table === undefined) {
    if (!isResourceType(type)) throw new Problem('not-found', 'FHIR R4 has no such resource type', { type });
    table = identifier(`fhir.${tableName(type)}`);
    tables.set(type, table);
  }
  return table;
}

export function tableName(type: string): string {
  return type.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
