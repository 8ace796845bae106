import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Column, type Hierarchy, parseHierarchy } from '#standards/anonymity';

export interface Adult {
  header: string[];
  rows: string[][];
}

const read = new Map<string, Adult>();

/** The Adult data as ARX has it. @param folder with adult.csv and adult_hierarchy_<column>.csv */
export function readAdult(folder: string): Adult {
  const known = read.get(folder) ?? parseAdult(folder);
  read.set(folder, known);
  return known;
}

function parseAdult(folder: string): Adult {
  const [header, ...rows] = readFileSync(join(folder, 'adult.csv'), 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.split(';'));
  return { header: header!, rows };
}

export function readHierarchy(folder: string, column: string): Hierarchy {
  return parseHierarchy(readFileSync(join(folder, `adult_hierarchy_${column}.csv`), 'utf8'));
}

/** A column of texts, each with its code. */
export function columnOf(of: Omit<Column, 'dictionary' | 'codes'>, values: readonly string[]): Column {
  const numbers = new Map<string, number>();
  const codes = Uint32Array.from(values, (value) => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  });
  return { ...of, dictionary: [...numbers.keys()], codes };
}
