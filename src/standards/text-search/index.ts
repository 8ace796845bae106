/**
 * Search over many short texts in Chinese and English: by words, pairs of characters, pinyin, initials, synonyms, beginnings and near spellings.
 *
 * Pure. Ranked by BM25F over fields, then by how the title stands to what was typed; every hit tells why. Measured on labelled queries: docs/cluster-search.md.
 */
export type { Answer, Design, Hit, How, SearchDocument, Why } from './model.ts';
export { SearchIndex } from './search-index.ts';
export type { Synonyms } from './thesaurus.ts';
export { fold, spell, splitPinyin, splitWords } from './words.ts';
