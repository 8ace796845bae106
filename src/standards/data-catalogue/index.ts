/** One description of a data product, and the documents that public standards make of it: DCAT-AP, HealthDCAT-AP, ODPS, ODCS, Croissant. */
export { type CatalogueDescription, catalogueGraph, productGraph } from './dcat.ts';
export type {
  AgentDescription,
  Bilingual,
  ColumnDescription,
  ProductDescription,
  ProductWay,
  QualityMeasurement,
  Refresh,
  ReleaseDescription,
  SourceDescription,
} from './description.ts';
export { croissant, dataContract, dataProduct } from './descriptors.ts';
export { type GraphNode, writeJsonLd, writeTurtle } from './graph.ts';
export { type HealthDescription, healthGraph } from './health.ts';
