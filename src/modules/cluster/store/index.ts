export * from './facts.ts';
export * from './funds.ts';
export * from './portal.ts';
export * from './projects.ts';
export * from './record.ts';
export * from './relay.ts';
export * from './space.ts';
export * from './spoken.ts';
