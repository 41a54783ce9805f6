// People and keys as the API tells them.
import { isoTime } from '../../domain/iso-time.ts';
import type { ApiKey, User } from '../../ports/office/people.ts';
import type { ApiKey as ApiKeyMessage, Person } from '../../protocol/people.ts';
import { timeOrNull } from '../edge/unknown.ts';

export const personMessage = ({ createdAtMs, lastSignInAtMs, ...user }: User): Person => ({
  ...user,
  createdAt: isoTime(createdAtMs),
  lastSignInAt: timeOrNull(lastSignInAtMs),
});

export const keyMessage = ({ createdAtMs, expiresAtMs, lastUsedAtMs, ...key }: ApiKey): ApiKeyMessage => ({
  ...key,
  createdAt: isoTime(createdAtMs),
  expiresAt: timeOrNull(expiresAtMs),
  lastUsedAt: timeOrNull(lastUsedAtMs),
});
