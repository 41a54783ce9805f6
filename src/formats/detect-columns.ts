// Which column of a table is which field of a transaction: by what it is called and by what is in it, with how sure that is.
import { CHANNELS, TRANSACTION_TYPES } from '../domain/own-data.ts';
import { type ColumnLooks, localTimes, nearlyAll, shareOf } from './detect-values.ts';

/** What a column can be besides a field of one's own; `label` says what a row turned out to be. */
export const ROLES = [
  'id', 'accountId', 'occurredAt', 'amountMinor', 'currency', 'type', 'channel', 'merchant.id', 'merchant.name', 'merchant.mcc',
  'country', 'city', 'location.lat', 'location.lon', 'deviceId', 'ip', 'counterpartyId', 'counterpartyName', 'label',
] as const; // biome-ignore format: a list
export type Role = (typeof ROLES)[number];

export type ColumnFound = {
  readonly name: string;
  readonly looks: ColumnLooks;
};

export type RoleFound = {
  readonly role: Role;
  /** Which column, from 0 on. */
  readonly at: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly why: string;
};

/** Names as people and programs write them, squeezed to letters and digits; the first are the surest. English, German, French, Spanish. */
const NAMES: Readonly<Record<Role, string>> = {
  id: 'id transactionid txid txnid transid transnum paymentid referenceid uetr endtoendid buchungsid vorgangsid referenz belegnummer reference pspreference idtransaction ref',
  accountId: 'accountid account accountnumber accountno acct acctid iban konto kontonummer kontonr kontoid cardid card cardnumber ccnum pan kartennummer kartennr nameorig customerid customer kunde kundennummer kundennr kundenid clientid client compte cuenta cliente payer payerid debtoriban sender senderid userid user fromaccount',
  occurredAt: 'occurredat timestamp transactiontime transactiondate transactiondatetime datetime txdatetime transdatetranstime time date zeit zeitpunkt zeitstempel datum buchungstag buchungsdatum buchungszeit valuta created createdat createdutc bookedat booked when event_time eventtime fecha heure dateheure step timestep',
  amountMinor: 'amountminor amount amt betrag summe umsatz transactionamount txamount txnamount transactionamt value montant importe monto amountpaid gross grosscredit betrageur amounteur amountusd amountgbp',
  currency: 'currency currencycode waehrung wahrung devise moneda ccy curr iso4217 paymentcurrency',
  type: 'type transactiontype txtype paymenttype transactionkind kind art typ buchungsart umsatzart zahlungsart tipo paymentformat',
  channel: 'channel kanal entrymode canal vertriebskanal',
  'merchant.id': 'merchantid merchant terminalid terminal haendler handler haendlerid shop shopid store storeid commerce comercio akzeptant',
  'merchant.name': 'merchantname haendlername handlername shopname merchanttitle akzeptantenname',
  'merchant.mcc': 'mcc merchantcategorycode mcccode branchencode',
  country: 'country countrycode land laendercode landercode merchantcountry pays pais',
  city: 'city stadt ort ville ciudad',
  'location.lat': 'lat latitude breite breitengrad merchlat',
  'location.lon': 'lon long lng longitude laenge langengrad laengengrad merchlong',
  deviceId: 'deviceid device geraet gerat geraeteid gerateid devicefingerprint fingerprint',
  ip: 'ip ipaddress ipaddr clientip sourceip remoteip ipadresse',
  counterpartyId: 'counterpartyid counterparty payeeid payee beneficiaryid beneficiary beneficiaryiban creditoriban namedest empfaenger empfanger empfaengerkonto empfaengeriban gegenkonto gegenkontoiban toaccount receiver receiverid',
  counterpartyName: 'counterpartyname payeename beneficiaryname creditorname empfaengername empfangername',
  label: 'isfraud fraud fraudflag label class txfraud betrug istbetrug fraudlabel isfraudulent fraudulent target fraudbool fraude chargeback islaundering',
}; // biome-ignore format: a table

const WORDS: ReadonlyMap<Role, readonly string[]> = new Map(
  ROLES.map((role) => [role, NAMES[role].split(' ')]),
);

/** A name without blanks, marks and signs, in small letters. */
export const squeezed = (name: string): string =>
  name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

/** How sure a name alone makes of a role; 0 where it says nothing of it. */
function sureByName(name: string, role: Role): number {
  const plain = squeezed(name);
  const words = WORDS.get(role) ?? [];
  const at = words.indexOf(plain);
  if (at >= 0) return 0.95 - 0.01 * Math.min(20, at);
  // The end of a longer name: total amount, trans_date_trans_time, Created (UTC).
  const parts = wordsOf(name);
  const last = parts.at(-1) ?? '';
  const ends = [last, parts.slice(-2).join('')].some((end) => end.length >= 4 && words.includes(end));
  return ends && parts.length > 1 ? 0.62 : 0;
}

const SAYS_NOTHING = new Set(['utc', 'gmt', 'eur', 'usd', 'gbp', 'gc', 'nc']);

/** The words of a name, squeezed. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .split(/[^\p{L}\p{N}]+/u)
    .map(squeezed)
    .filter((word) => word !== '' && !SAYS_NOTHING.has(word));

const isUnique = ({ different, filled }: ColumnLooks): boolean => filled > 0 && different === filled;
/** A few rows may stand in a file twice. */
const nearlyUnique = (looks: ColumnLooks): boolean => shareOf(looks, looks.different) > 0.97;
const isTwoValued = ({ different }: ColumnLooks): boolean => different >= 1 && different <= 3;

/** Whether what is in a column can be that: a share of 1 where it surely can. */
function fitOf(role: Role, looks: ColumnLooks): number {
  if (looks.filled === 0) return 0;
  switch (role) {
    case 'id':
      return isUnique(looks) ? 1 : nearlyUnique(looks) ? 0.9 : 0;
    case 'accountId':
      return isUnique(looks) && looks.filled > 50 ? 0.8 : looks.marks.point + looks.marks.comma > 0 ? 0 : 1;
    case 'occurredAt':
      if (nearlyAll(looks, looks.isoTimes) || nearlyAll(looks, localTimes(looks))) return 1;
      return nearlyAll(looks, looks.numbers) && looks.negative === 0 ? 0.85 : 0;
    case 'amountMinor':
      return nearlyAll(looks, looks.numbers) ? 1 : 0;
    case 'currency':
      return nearlyAll(looks, looks.currencies) ? 1 : 0;
    case 'type':
    case 'channel':
      return looks.different <= 60 && !nearlyAll(looks, looks.numbers) ? 1 : 0;
    case 'merchant.mcc':
      return [...looks.values.keys()].every((value) => /^\d{4}$/.test(value)) ? 1 : 0;
    case 'country':
      return nearlyAll(looks, looks.countries) ? 1 : 0;
    case 'location.lat':
    case 'location.lon': {
      const limit = role === 'location.lat' ? 90 : 180;
      return nearlyAll(looks, looks.numbers) && looks.least >= -limit && looks.most <= limit ? 1 : 0;
    }
    case 'ip':
      return nearlyAll(looks, looks.addresses) ? 1 : 0;
    case 'label':
      return isTwoValued(looks) ? 1 : 0;
    default:
      return 1;
  }
}

/** What is in a column may say it by itself. */
function sureByContent(
  role: Role,
  { name, looks }: ColumnFound,
): { readonly sure: number; readonly why: string } {
  if (role === 'occurredAt' && (nearlyAll(looks, looks.isoTimes) || nearlyAll(looks, localTimes(looks))))
    return { sure: 0.7, why: 'holds times' };
  if (role === 'currency' && nearlyAll(looks, looks.currencies))
    return { sure: 0.75, why: 'holds codes of currencies' };
  if (role === 'ip' && nearlyAll(looks, looks.addresses)) return { sure: 0.85, why: 'holds addresses' };
  if (role === 'accountId' && nearlyAll(looks, looks.cards) && !isUnique(looks))
    return { sure: 0.8, why: 'holds card numbers, each several times' };
  if (role === 'id' && nearlyUnique(looks) && looks.filled >= 3 && TELLS_ROWS.test(name.trim()))
    return { sure: 0.65, why: 'has another value in each row' };
  return { sure: 0, why: '' };
}

/** The end of a name that tells one thing from another. */
const TELLS_ROWS = /(?:^|[._ -]|(?<=[a-z0-9]))(?:id|uuid|ref|reference|no|nr|number|nummer|key)\.?$/i;

/** From here on a column is proposed for a role. */
export const SURE_ENOUGH = 0.6;

/** Every column that could be a role, the surest first. */
export function candidatesOf(columns: readonly ColumnFound[]): readonly RoleFound[] {
  const found: RoleFound[] = [];
  for (const [at, { name, looks }] of columns.entries()) {
    for (const role of ROLES) {
      const byName = sureByName(name, role);
      const fit = fitOf(role, looks);
      const byContent = sureByContent(role, { name, looks });
      const confidence = Math.max(byName * fit, byContent.sure);
      if (confidence < SURE_ENOUGH - 0.1) continue;
      const why = byName * fit >= byContent.sure ? 'is called so, and what is in it fits' : byContent.why;
      found.push({ role, at, confidence, why });
    }
  }
  return found.sort((a, b) => b.confidence - a.confidence || a.at - b.at);
}

/** One column a role, one role a column: the surest first. */
export function rolesOf(columns: readonly ColumnFound[]): readonly RoleFound[] {
  const taken = new Set<number>();
  const roles = new Map<Role, RoleFound>();
  for (const one of candidatesOf(columns)) {
    if (one.confidence < SURE_ENOUGH || taken.has(one.at) || roles.has(one.role)) continue;
    taken.add(one.at);
    roles.set(one.role, one);
  }
  // A payee or shop that has a name alone is known by it.
  const name = roles.get('merchant.name');
  if (name && !roles.has('merchant.id')) {
    roles.delete('merchant.name');
    roles.set('merchant.id', { ...name, role: 'merchant.id' });
  }
  if (roles.has('merchant.mcc') && !roles.has('merchant.id')) roles.delete('merchant.mcc');
  const isPlace = roles.has('location.lat') && roles.has('location.lon');
  if (!isPlace) for (const role of ['location.lat', 'location.lon'] as const) roles.delete(role);
  return [...roles.values()];
}

/** What words of files mean, squeezed. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  purchase:
    'purchase pos card kauf einkauf kartenzahlung kartenumsatz sale achat compra debitcard creditcard cardpayment ecom',
  withdrawal:
    'withdrawal atm cash cashout barauszahlung auszahlung bargeld abhebung geldautomat retrait retiro',
  transfer: 'transfer sepa wire ueberweisung uberweisung virement transferencia credittransfer instant p2p',
  payment:
    'payment zahlung directdebit lastschrift billpay paiement pago debit dauerauftrag standingorder cheque ach',
};
const CHANNEL_WORDS: Readonly<Record<string, string>> = {
  chip: 'chip emv', contactless: 'contactless nfc kontaktlos', magstripe: 'magstripe swipe', ecommerce: 'ecommerce online web internet cnp ecom',
  moto: 'moto phone telephone', atm: 'atm geldautomat', online_banking: 'onlinebanking ebanking netbanking', mobile_app: 'mobileapp mobile app',
  branch: 'branch filiale',
}; // biome-ignore format: a table

const meaningsOf = (
  words: Readonly<Record<string, string>>,
  all: readonly string[],
): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(words).flatMap(([meant, list]) =>
      list.split(' ').map((word): [string, string] => [word, meant]),
    ),
    ...all.map((word): [string, string] => [squeezed(word), word]),
  ]);

const TYPES = meaningsOf(TYPE_WORDS, TRANSACTION_TYPES);
const CHANNEL_NAMES = meaningsOf(CHANNEL_WORDS, CHANNELS);

/** The type or channel that a word of a file means; undefined where it is none that is known. */
export const meantBy = (role: 'type' | 'channel', word: string): string | undefined =>
  (role === 'type' ? TYPES : CHANNEL_NAMES).get(squeezed(word));
