/**
 * Names of organizations in Chinese and English taken apart: place, brand, trade, legal form; and how alike two are.
 *
 * Pure. A Chinese brand is read as pinyin, so that 赛隽 and Saijun are one; trades and places are one word for both languages.
 */
export { likeness, type OrganizationName, readOrganizationName } from './read.ts';
