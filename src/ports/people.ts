// People, their sessions, one-time links and API keys. Secrets come in as hashes only.
import type { Permission, Role } from '../domain/access.ts';
import type { AuditEntry } from './audit.ts';

export type User = {
  /** What a person signs in with, in lower case: an e-mail address or a short name. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly disabled: boolean;
  readonly hasPassword: boolean;
  readonly createdAtMs: number;
  readonly lastSignInAtMs: number | undefined;
};

export type Credentials = {
  readonly passwordHash: string | undefined;
  readonly failures: number;
  readonly lockedUntilMs: number | undefined;
};

export type Session = { readonly user: User; readonly createdAtMs: number; readonly lastUsedAtMs: number };

export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly lastUsedAtMs: number | undefined;
  readonly revoked: boolean;
};

/** The first administrator's link belongs to nobody yet. */
export type OneTimeLink = { readonly userId: string | undefined };

export type People = {
  anyone(): Promise<boolean>;
  users(): Promise<readonly User[]>;
  user(id: string): Promise<User | undefined>;
  userOfOidc(subject: string): Promise<User | undefined>;
  credentials(id: string): Promise<Credentials | undefined>;
  /** False when the id is taken. */
  addUser(
    user: { id: string; name: string; roles: readonly Role[]; oidcSubject?: string },
    entry: AuditEntry,
  ): Promise<boolean>;
  linkOidc(id: string, subject: string, entry: AuditEntry): Promise<void>;
  setRoles(id: string, roles: readonly Role[], entry: AuditEntry): Promise<void>;
  /** Ends every session of the person. */
  setDisabled(id: string, disabled: boolean, entry: AuditEntry): Promise<void>;
  /** Also clears failures and ends every session. */
  setPassword(id: string, passwordHash: string, entry: AuditEntry): Promise<void>;
  failed(id: string, lockedUntilMs: number | undefined, entry: AuditEntry): Promise<void>;
  signedIn(id: string, tokenHash: string, atMs: number, entry: AuditEntry): Promise<void>;
  session(tokenHash: string): Promise<Session | undefined>;
  sessionUsed(tokenHash: string, atMs: number): Promise<void>;
  endSession(tokenHash: string, entry: AuditEntry): Promise<void>;
  addLink(tokenHash: string, userId: string | undefined, expiresAtMs: number): Promise<void>;
  link(tokenHash: string, nowMs: number): Promise<OneTimeLink | undefined>;
  /** True for the one who used it first. */
  takeLink(tokenHash: string, nowMs: number): Promise<boolean>;
  keys(): Promise<readonly ApiKey[]>;
  key(id: string): Promise<(ApiKey & { readonly secretHash: string }) | undefined>;
  addKey(
    key: Pick<ApiKey, 'id' | 'name' | 'permissions' | 'createdBy' | 'createdAtMs' | 'expiresAtMs'>,
    secretHash: string,
    entry: AuditEntry,
  ): Promise<void>;
  keyUsed(id: string, atMs: number): Promise<void>;
  revokeKey(id: string, entry: AuditEntry): Promise<boolean>;
};
