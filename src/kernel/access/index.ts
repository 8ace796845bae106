export { type Access, type AccessParts, openAccess } from './access.ts';
export {
  type Account,
  type AccountChange,
  changeAccount,
  changePassword,
  createAccount,
  findAccounts,
  findHolders,
  findTenants,
  type Holder,
  type NewAccount,
  nameTenants,
  resetPassword,
} from './accounts.ts';
export {
  type Act,
  type AuditEntry,
  type AuditFilter,
  findAudit,
  findLooks,
  type Look,
  type Outcome,
  record,
  recordAll,
  recordDenial,
  recordRead,
  type TrailVerdict,
  verifyTrail,
} from './audit.ts';
export {
  actAs,
  authenticate,
  checkToken,
  contextOf,
  findIdentity,
  findPermissions,
  type Identity,
  type JwtCheck,
  type Knock,
} from './authenticate.ts';
export { type Care, closeCare, openCare } from './care.ts';
export { CATALOGUE, grantsFor, inLake, LAKE_SCOPE, narrow, reachOf, type Scope, type Verb } from './grants.ts';
export { externalIssuer, type Oidc, oidcKeeper, openOidc } from './oidc/index.ts';
export type { Purpose } from './purposes.ts';
export { accessRoutes } from './routes.ts';
export { hashSecret, makeSecret } from './secrets.ts';
export { breakGlass, type NewSession, SESSION_COOKIE, signIn, signOut, sweeper } from './sessions.ts';
export {
  actAsDemo,
  type DemoAccount,
  type DemoPlaces,
  disableDemoAccounts,
  ensureAdministrator,
  ensureDemoAccounts,
  findDemoAccounts,
  issueServiceToken,
} from './start.ts';
export { createToken, findTokens, type NewToken, revokeToken, type Token } from './tokens.ts';
export { token, verifyAudit } from './verbs.ts';
export { onlyPatientOf, type RowColumns, type RowToWrite, requireWrite, visible, visibleRow } from './visible.ts';
