export * from './model/kinds.ts';
export * from './model/portal.ts';
export * from './model/predicates.ts';
export * from './model/projects.ts';
export * from './model/properties.ts';
export * from './model/record.ts';
export * from './model/relay.ts';
export * from './model/space.ts';
