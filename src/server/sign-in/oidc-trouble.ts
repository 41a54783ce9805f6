// What went wrong between the desk and its OpenID provider, in words that say what to do.
import type { OidcSettings } from './oidc-settings.ts';

/** What the sign-in page says of it, by a code that it knows; and what the log says. */
export type Trouble = {
  readonly code: 'provider-away' | 'not-a-provider' | 'other-issuer' | 'other-subject' | 'failed';
  readonly text: string;
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
/** As a line of a log repeats it. */
const shown = (value: unknown): string =>
  (typeof value === 'string' ? value : String(JSON.stringify(value))).slice(0, 300);

/** An error, what caused it, and so on. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let one = error; one !== undefined && one !== null && chain.length < 10; one = fieldOf(one, 'cause'))
    chain.push(one);
  return chain;
}

const withoutSlash = (address: string): string => address.replace(/\/+$/, '');
const slashOnly = (one: string, other: string): string =>
  withoutSlash(one) === withoutSlash(other) ? ' They differ by the slash at the end, and it counts.' : '';

const SAME_EVERYWHERE =
  'Have the provider call itself the same everywhere, by the address that browsers know it by; then set OIDC_ISSUER to that and start the desk again.';

/** Two values that were compared, as openid-client hands them on; undefined where the error is none of that. */
function mismatch(
  chain: readonly unknown[],
):
  | { readonly where: 'discovery' | 'token' | 'answer' | 'subject'; expected: string; got: string }
  | undefined {
  for (const one of chain) {
    const expected = fieldOf(one, 'expected');
    if (typeof expected !== 'string') continue;
    const attribute = fieldOf(one, 'attribute');
    if (attribute === 'issuer' || attribute === 'sub') {
      const got = shown(fieldOf(fieldOf(one, 'body'), attribute));
      return { where: attribute === 'sub' ? 'subject' : 'discovery', expected, got };
    }
    if (fieldOf(one, 'claim') === 'iss') {
      return { where: 'token', expected, got: shown(fieldOf(fieldOf(one, 'claims'), 'iss')) };
    }
    const parameters = fieldOf(one, 'parameters');
    const issuer = parameters instanceof URLSearchParams ? parameters.get('iss') : null;
    if (issuer !== null) return { where: 'answer', expected, got: shown(issuer) };
  }
  return undefined;
}

/** Of an error on the way through the provider. */
export function troubleOf(error: unknown, { issuer, name }: OidcSettings): Trouble {
  const chain = chainOf(error);
  const differ = mismatch(chain);
  if (differ?.where === 'subject') {
    return {
      code: 'other-subject',
      text: `userinfo of ${name} is of the subject "${differ.got}", the ID token of "${differ.expected}": nothing of it was believed, and nobody came in.`,
    };
  }
  if (differ?.where === 'discovery') {
    return {
      code: 'other-issuer',
      text: `OIDC_ISSUER is "${issuer}", but the provider there says that it is "${differ.got}".${slashOnly(issuer, differ.got)} If that is the provider you mean, set OIDC_ISSUER to "${differ.got}" and start the desk again; else have the provider call itself "${issuer}".`,
    };
  }
  if (differ?.where === 'token') {
    return {
      code: 'other-issuer',
      text: `${name} sent a token of the issuer "${differ.got}", but is "${differ.expected}" by its own configuration (OIDC_ISSUER is "${issuer}").${slashOnly(differ.expected, differ.got)} ${SAME_EVERYWHERE}`,
    };
  }
  if (differ) {
    // It stood in the address of a browser, so anybody may have written it.
    return {
      code: 'other-issuer',
      text: `A browser came back with an answer of the issuer "${differ.got}", but ${name} is "${differ.expected}": it was not believed.${slashOnly(differ.expected, differ.got)} Where that happens to everybody: ${SAME_EVERYWHERE}`,
    };
  }
  const reasons = chain.map((one) => (one instanceof Response ? `status ${one.status}` : reasonOf(one)));
  const reason = [...new Set(reasons)].filter((one) => one !== '').join(': ');
  // What fetch throws where there is no answer, and what openid-client throws where it does not come in time.
  const isAway =
    (error instanceof TypeError && error.message === 'fetch failed') ||
    chain.some((one) => fieldOf(one, 'code') === 'OAUTH_TIMEOUT');
  if (isAway) return { code: 'provider-away', text: `${name} (${issuer}) does not answer: ${reason}` };
  return { code: 'failed', text: `Signing in by ${name} (${issuer}) failed: ${reason}` };
}

/** The same while the provider's configuration is read: what answers there may be something else. */
export function discoveryTrouble(error: unknown, settings: OidcSettings): Trouble {
  const trouble = troubleOf(error, settings);
  if (trouble.code !== 'failed') return trouble;
  return {
    code: 'not-a-provider',
    text: `What answers at OIDC_ISSUER "${settings.issuer}" is no OpenID provider: its configuration (/.well-known/openid-configuration) cannot be read. ${trouble.text}`,
  };
}

const reasonOf = (value: unknown): string => (value instanceof Error ? value.message : '');
