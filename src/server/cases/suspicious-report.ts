// The data set of a suspicious transaction report: as JSON, and as goAML XML (UNODC, schema 5). goAML's code lists differ
// from one intelligence unit to the next; the ones here are those that all of them have.
import anyAscii from 'any-ascii';
import type { Case } from '../../domain/case.ts';
import { minorPerMajor } from '../../domain/currency.ts';
import { InputError } from '../../domain/input-error.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { type Transaction, transactionToJson } from '../../domain/transaction.ts';
import { sentencesOf } from '../../explanation/told.ts';
import type { StoredTransaction } from '../../ports/store.ts';
import type { SuspiciousReport } from '../../protocol/suspicious-report.ts';

export type ReportDetails = {
  /** The number that the intelligence unit gave the institution. */
  readonly reportingEntityId: number;
  readonly institutionCode: string;
  readonly localCurrency: string;
  /** What one unit of a currency is worth in the local one, for amounts in others; where it is silent, the decision's own rate. */
  readonly exchangeRates: Readonly<Record<string, number>>;
  readonly indicators: readonly string[];
  readonly action: string;
};

export type Report = {
  readonly case: Case;
  readonly transactions: readonly StoredTransaction[];
  readonly preparedBy: string;
  readonly preparedAtMs: number;
};

/** The report as documented in docs/cases.md, version 1. */
export function reportJson(
  { case: of, transactions, preparedBy, preparedAtMs }: Report,
  details: ReportDetails,
): SuspiciousReport {
  const frauds = transactions.filter(({ isFraud }) => isFraud === true).length;
  return {
    format: 'goshawk-suspicious-report',
    version: 1,
    reference: `case-${of.id}`,
    preparedAt: isoTime(preparedAtMs),
    preparedBy,
    reportingEntityId: details.reportingEntityId,
    institutionCode: details.institutionCode,
    title: of.title,
    outcome: of.outcome ?? null,
    narrative: of.narrative,
    action: details.action,
    indicators: details.indicators,
    accounts: [...new Set(transactions.map(({ transaction }) => transaction.accountId))],
    knownFrauds: frauds,
    transactions: transactions.map(({ transaction, decision, isFraud, fraudType }) => ({
      ...transactionToJson(transaction),
      outcome: decision.outcome,
      score: decision.score,
      reasons: sentencesOf(decision),
      rules: decision.rules.filter(({ shadow }) => !shadow).map(({ id, text }) => ({ id, text })),
      isFraud: isFraud ?? null,
      fraudType: fraudType ?? null,
    })),
  };
}

const escapeXml = (text: string): string =>
  text
    // What XML 1.0 has no place for.
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
/** In decimal digits, however small: 1e-7 is no number of an XML schema's decimals. */
function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}
const element = (name: string, content: string | number): string =>
  `<${name}>${typeof content === 'number' ? decimalText(content) : escapeXml(content)}</${name}>`;
const group = (name: string, ...parts: readonly string[]): string => `<${name}>${parts.join('')}</${name}>`;
/** Owners are named in plain letters: units refuse all others. */
const plainName = (name: string): string =>
  anyAscii(name)
    .replaceAll(/[^a-zA-Z0-9.'-]+/g, ' ')
    .trim() || '-';
const clipped = (text: string, length: number): string => text.slice(0, length);
/** An identifier that a field has no room for ends in a sign that none has; the whole stands in the description. */
const CUT = '~';
const identifier = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length - CUT.length) + CUT;
const MAX_NUMBER = 100;
const MAX_ACCOUNT = 50;

/** Identifiers that were cut, as they are. */
function inFull({ id, accountId, counterpartyId }: Transaction): string {
  const cut = [
    ...(id.length > MAX_NUMBER ? [`number ${id}`] : []),
    ...[accountId, counterpartyId ?? ''].flatMap((one) =>
      one.length > MAX_ACCOUNT ? [`account ${one}`] : [],
    ),
  ];
  return cut.length > 0 ? `In full: ${cut.join(', ')}. ` : '';
}

/** Without parts of a second, as the schema's examples write it. */
const dateTime = (ms: number): string => isoTime(ms).slice(0, 19);

const MODES: Readonly<Record<string, string>> = {
  atm: 'ATM',
  branch: 'BO',
  online_banking: 'ONBNK',
  mobile_app: 'MB',
};
/** Unknown, and electronic funds transfer: codes that every list has. */
const UNKNOWN = '-';
const ELECTRONIC = 'B';

type LocalAmount = {
  readonly amount: number /** Units of the local currency for one of the transaction's. */;
  readonly rate: number;
};

/** By the rate that was stated, else as the decision counted it where the desk counts in the local currency. */
function localAmount(t: Transaction, { localCurrency, exchangeRates }: ReportDetails): LocalAmount {
  const amount = t.amountMinor / minorPerMajor(t.currency);
  if (t.currency === localCurrency) return { amount, rate: 1 };
  const stated = exchangeRates[t.currency];
  const perMajor = minorPerMajor(localCurrency);
  if (stated !== undefined)
    return { amount: Math.round(amount * stated * perMajor) / perMajor, rate: stated };
  if (t.base?.currency === localCurrency && amount > 0) {
    const local = t.base.amountMinor / perMajor;
    return { amount: local, rate: t.base.source === 'billing' ? local / amount : t.base.rate };
  }
  throw new InputError(
    `goAML wants every amount in ${localCurrency}. Say what one ${t.currency} is worth, in "exchangeRates".`,
  );
}

function foreignCurrency(name: string, t: Transaction, details: ReportDetails): string {
  if (t.currency === details.localCurrency) return '';
  return group(
    name,
    element('foreign_currency_code', t.currency),
    element('foreign_amount', t.amountMinor / minorPerMajor(t.currency)),
    element('foreign_exchange_rate', localAmount(t, details).rate),
  );
}

function transactionXml({ transaction: t, decision }: StoredTransaction, details: ReportDetails): string {
  const party = t.merchant?.name ?? t.merchant?.id ?? t.counterpartyName ?? t.counterpartyId ?? 'unknown';
  const country = t.country ?? UNKNOWN;
  const account = (name: string, institution: string, number: string, owner: string): string =>
    group(
      name,
      element('institution_code', clipped(institution, 50)),
      element('account', identifier(number, MAX_ACCOUNT)),
      element('account_name', clipped(plainName(owner), 255)),
    );
  const to =
    t.merchant || t.counterpartyId === undefined
      ? group('to_entity', element('name', clipped(plainName(party), 255)))
      : account('to_account', 'unknown', t.counterpartyId, party);
  const why = sentencesOf(decision).join('; ') || 'see the narrative';
  return group(
    'transaction',
    element('transactionnumber', identifier(t.id, MAX_NUMBER)),
    element('transaction_location', clipped(t.city ?? country, 255)),
    element('transaction_description', clipped(`${inFull(t)}${t.type}, ${decision.outcome}: ${why}`, 8000)),
    element('date_transaction', dateTime(t.occurredAtMs)),
    element('transmode_code', MODES[t.channel ?? ''] ?? UNKNOWN),
    // Only a mode that no code names has more to say; some units allow a single sign here.
    element('transmode_comment', '-'),
    element('amount_local', localAmount(t, details).amount),
    group(
      't_from',
      element('from_funds_code', ELECTRONIC),
      foreignCurrency('from_foreign_currency', t, details),
      account('from_account', details.institutionCode, t.accountId, t.accountId),
      element('from_country', country),
    ),
    group(
      't_to',
      element('to_funds_code', ELECTRONIC),
      foreignCurrency('to_foreign_currency', t, details),
      to,
      element('to_country', country),
    ),
  );
}

/** Throws InputError where something is missing that the schema demands. */
export function reportXml(report: Report, details: ReportDetails): string {
  const { case: of, transactions, preparedAtMs } = report;
  if (transactions.length === 0)
    throw new InputError('A report needs a transaction: add an alert to the case first.');
  if (details.indicators.length === 0)
    throw new InputError('goAML wants at least one indicator of your intelligence unit.');
  const body = group(
    'report',
    element('rentity_id', details.reportingEntityId),
    element('submission_code', 'E'),
    element('report_code', 'STR'),
    element('entity_reference', `case-${of.id}`),
    element('submission_date', dateTime(preparedAtMs)),
    element('currency_code_local', details.localCurrency),
    element('reason', clipped(of.narrative || of.title, 8000)),
    element('action', clipped(details.action || 'none', 8000)),
    ...transactions.map((one) => transactionXml(one, details)),
    group('report_indicators', ...details.indicators.map((code) => element('indicator', code))),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`;
}
