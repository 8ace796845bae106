import { child, type Expr, literal, newShape, scalar } from './algebra.ts';

/** Literals of quantities, by their expression: they are no JSON, so their parts are known here. */
const literals = new WeakMap<Expr, { value: string; unit: string }>();

/** `4 'mg'`, `2 years`. */
export function quantity(value: string, unit: string): Expr {
  const made: Expr = { ...literal('element', value, 'Quantity'), shape: newShape() };
  literals.set(made, { value, unit });
  return made;
}

/** A part of a literal quantity; undefined for anything else. */
export function quantityPart(of: Expr, name: string): Expr | undefined {
  const known = literals.get(of);
  if (known === undefined) return undefined;
  if (name === 'value') return literal('written', known.value, 'decimal');
  return literal('string', name === 'unit' || name === 'code' ? known.unit : undefined);
}

/** The amount of a quantity and its unit: the code where it has one, else the words. */
export function amountOf(of: Expr): { value: Expr; unit: Expr } {
  const part = (name: string, kind: 'written' | 'string', type: string): Expr =>
    quantityPart(of, name) ?? child(of, name, { type, kind, many: false });
  const value = part('value', 'written', 'decimal');
  const code = part('code', 'string', 'code');
  if (literals.has(of)) return { value, unit: code };
  const unit = part('unit', 'string', 'string');
  return { value, unit: scalar('coalesce', 'string', [code, unit]) };
}
