/**
 * Finds what points at a person in texts and columns: numbers by their check digits, the rest by shape and the words around it, in Chinese and English.
 *
 * Pure. Findings are places, never the text itself. Measured on labelled texts in the tests: docs/release-gate.md has the figures.
 */
export { isHongKongId, isLuhn, isResidentId, isUscc } from './check-digits.ts';
export { type ColumnFinding, judgeColumn } from './columns.ts';
export { type Finding, IDENTIFIER_KINDS, type IdentifierKind } from './model.ts';
export { scanText } from './scan.ts';
