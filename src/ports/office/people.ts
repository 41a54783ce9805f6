// People, their sessions, one-time links and API keys. Secrets come in as hashes only.
import type { Permission, Role } from '../../domain/access.ts';
import type { AuditEntry } from './audit.ts';

export type User = {
  /** What a person signs in with, in lower case: an e-mail address or a short name. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly disabled: boolean;
  readonly hasPassword: boolean;
  /** Has a password, or came in by a provider, and is not shut out. */
  readonly canSignIn: boolean;
  readonly createdAtMs: number;
  readonly lastSignInAtMs: number | undefined;
};

export type Credentials = { readonly passwordHash: string | undefined };

/** From how many tries on there is a wait, and how it grows: twice as long each time, up to the longest. */
export type TryLimit = { readonly free: number; readonly firstMs: number; readonly longestMs: number };

/**
 * **Contract**
 * - PEOPLE1 Of tries at once as many are taken as are free, each with a number of its own, and the wait grows.
 * - PEOPLE2 Many places together are slowed, never shut out, and a place that is known is not held by them.
 */
export type SignInTries = {
  /**
   * Takes a try for a name from a place, before its password is looked at; or says how long to wait. `own` bounds what comes
   * from this place, `anywhere` what comes from all places together; a place that is known is not held by that (undefined).
   */
  take(
    name: string,
    source: string,
    nowMs: number,
    own: TryLimit,
    anywhere: TryLimit | undefined,
  ): Promise<{ readonly failures: number } | { readonly waitMs: number }>;
};

export type Session = { readonly user: User; readonly createdAtMs: number; readonly lastUsedAtMs: number };

export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly createdBy: string;
  /** The person who answers for what it does; undefined for one made before anybody had an account. */
  readonly ownerId: string | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly lastUsedAtMs: number | undefined;
  readonly revoked: boolean;
};

/** What a sign-in leaves: its session, the browser, and the place whose tries are forgiven where a password was right. */
export type SignedInBy = {
  readonly tokenHash: string;
  readonly deviceHash: string;
  readonly forgive: string | undefined;
};

/** The first administrator's link belongs to nobody yet. */
export type OneTimeLink = { readonly userId: string | undefined };

/**
 * **Contract**
 * - PEOPLE3 The first account administers, and somebody always can: of two who step down at once, one stays.
 * - PEOPLE4 Whoever has the machine makes an administrator.
 */
export type Accounts = {
  anyone(): Promise<boolean>;
  /** Whether somebody can administer: is an administrator, can sign in, and is not shut out. */
  administered(): Promise<boolean>;
  users(): Promise<readonly User[]>;
  user(id: string): Promise<User | undefined>;
  userOfOidc(subject: string): Promise<User | undefined>;
  credentials(id: string): Promise<Credentials | undefined>;
  /** False when the id is taken, or nobody is there yet and this one would not be an administrator. */
  addUser(
    user: { id: string; name: string; roles: readonly Role[]; oidcSubject?: string },
    entry: AuditEntry,
  ): Promise<boolean>;
  /** Makes the account an administrator's, or makes it, and lets it in again; what it could do otherwise stays. */
  makeAdministrator(id: string, entry: AuditEntry): Promise<void>;
  linkOidc(id: string, subject: string, entry: AuditEntry): Promise<void>;
  /** False, and nothing is changed, where nobody could administer any more. */
  setRoles(id: string, roles: readonly Role[], entry: AuditEntry): Promise<boolean>;
  /** Ends every session of the person. False, and nothing is changed, where nobody could administer any more. */
  setDisabled(id: string, disabled: boolean, entry: AuditEntry): Promise<boolean>;
  /** Also clears tries, forgets devices and ends every session. */
  setPassword(id: string, passwordHash: string, entry: AuditEntry): Promise<void>;
};

/**
 * **Contract**
 * - PEOPLE5 A right password takes back the tries of its place alone, and its browser is known until the password is another.
 */
export type SignIns = {
  readonly tries: SignInTries;
  signedIn(id: string, way: SignedInBy, atMs: number, entry: AuditEntry): Promise<void>;
  /** Whose browser that is: those who signed in with it. */
  peopleOfDevice(deviceHash: string, nowMs: number): Promise<readonly string[]>;
  session(tokenHash: string): Promise<Session | undefined>;
  sessionUsed(tokenHash: string, atMs: number): Promise<void>;
  endSession(tokenHash: string, entry: AuditEntry): Promise<void>;
};

/**
 * **Contract**
 * - PEOPLE6 A link is used once, in its time, and not by somebody who is shut out; a new one makes the one before worthless.
 */
export type OneTimeLinks = {
  addLink(tokenHash: string, userId: string | undefined, expiresAtMs: number): Promise<void>;
  link(tokenHash: string, nowMs: number): Promise<OneTimeLink | undefined>;
  /**
   * Uses a person's link to set their password, and ends their sessions: all or nothing. False where it was used before, has
   * expired, or belongs to somebody who is shut out.
   */
  takeLink(tokenHash: string, passwordHash: string, entry: AuditEntry): Promise<boolean>;
  /** Uses the first link to make an administrator; false where it was used, somebody can administer, or the id is taken. */
  takeFirstLink(
    tokenHash: string,
    user: { readonly id: string; readonly name: string; readonly passwordHash: string },
    entry: AuditEntry,
  ): Promise<boolean>;
};

/**
 * **Contract**
 * - PEOPLE7 A key is what it was made as, until it is revoked, which is once and for good.
 *
 * **Caller invariants**
 * - Whether a key has expired is looked at by whoever lets it in.
 */
export type ApiKeys = {
  keys(): Promise<readonly ApiKey[]>;
  key(id: string): Promise<(ApiKey & { readonly secretHash: string }) | undefined>;
  addKey(
    key: Pick<
      ApiKey,
      'id' | 'name' | 'permissions' | 'createdBy' | 'ownerId' | 'createdAtMs' | 'expiresAtMs'
    >,
    secretHash: string,
    entry: AuditEntry,
  ): Promise<void>;
  keyUsed(id: string, atMs: number): Promise<void>;
  revokeKey(id: string, entry: AuditEntry): Promise<boolean>;
};

export type People = Accounts & SignIns & OneTimeLinks & ApiKeys;
