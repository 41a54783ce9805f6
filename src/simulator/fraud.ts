// Fraud typologies: each campaign is a handful of transactions over minutes to days, by one thief.
import { SIMULATED_FRAUD_TYPES } from '../domain/alert.ts';
import type { Random } from '../domain/random.ts';
import { RISKY_PLACES } from './places.ts';
import type { Habits, Population } from './population.ts';
import {
  amountFor,
  cardPurchase,
  cashWithdrawal,
  type Draft,
  onlinePurchase,
  placeAt,
  transferTo,
} from './spending.ts';

export const FRAUD_TYPES = SIMULATED_FRAUD_TYPES;
export type FraudType = (typeof FRAUD_TYPES)[number];

/** How often each campaign starts, and how many transactions it has on average. */
export const FRAUD_MIX: Readonly<Record<FraudType, { readonly share: number; readonly meanSize: number }>> = {
  stolen_card_spree: { share: 0.18, meanSize: 5.5 },
  card_testing: { share: 0.1, meanSize: 18 },
  cnp_stolen_credentials: { share: 0.26, meanSize: 3.5 },
  account_takeover: { share: 0.14, meanSize: 2 },
  merchant_compromise: { share: 0.04, meanSize: 20 },
  impossible_travel: { share: 0.1, meanSize: 3 },
  mule_transfers: { share: 0.05, meanSize: 9 },
  first_party_bust_out: { share: 0.05, meanSize: 9 },
  app_scam: { share: 0.08, meanSize: 1.5 },
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export type CampaignContext = {
  readonly population: Population;
  readonly random: Random;
  /** An account to be hit, drawn like any other. */
  drawAccount(): number;
};

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
const wholeBetween = (random: Random, low: number, high: number): number =>
  low + random.below(high - low + 1);

/** Who is hit where and when, and by whom. */
type Scene = CampaignContext & {
  readonly startMs: number;
  readonly habits: Habits;
  readonly here: number;
  readonly thiefDevice: string;
  readonly thiefIp: string;
};

/** The transactions of one campaign that starts at a time; each has its own time at or after that. */
export function campaign(type: FraudType, startMs: number, context: CampaignContext): Draft[] {
  const { population, random } = context;
  const account = context.drawAccount();
  const habits = population.habits(account);
  return TYPOLOGIES[type]({
    ...context,
    startMs,
    habits,
    here: placeAt(habits, account, startMs),
    thiefDevice: `dev-x${random.below(1e9).toString(36)}`,
    thiefIp: `185.${random.below(220)}.${random.below(256)}.${random.below(256)}`,
  });
}

const TYPOLOGIES: Readonly<Record<FraudType, (scene: Scene) => Draft[]>> = {
  stolen_card_spree: stolenCardSpree,
  card_testing: cardTesting,
  cnp_stolen_credentials: stolenCredentials,
  account_takeover: accountTakeover,
  merchant_compromise: merchantCompromise,
  impossible_travel: impossibleTravel,
  mule_transfers: muleTransfers,
  first_party_bust_out: bustOut,
  app_scam: scam,
};

function stolenCardSpree({ population, random, startMs, habits, here }: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  for (let i = wholeBetween(random, 3, 8); i > 0; i--) {
    const merchant = population.merchantForFraud(here, false, random);
    const amount = Math.round(amountFor(merchant, habits.wealth, random) * between(random, 1, 2.5));
    const channel = random.next() < 0.5 ? 'contactless' : 'magstripe';
    drafts.push(cardPurchase(habits, merchant, time, amount, here, channel, random));
    time += between(random, 4, 25) * MINUTE;
  }
  return drafts;
}

function cardTesting({
  population,
  random,
  drawAccount,
  startMs,
  here,
  thiefDevice,
  thiefIp,
}: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  const target = population.merchantForFraud(here, true, random);
  for (let victims = wholeBetween(random, 2, 4); victims > 0; victims--) {
    const victim = population.habits(drawAccount());
    for (let i = wholeBetween(random, 4, 8); i > 0; i--) {
      const amount = wholeBetween(random, 50, 400);
      drafts.push(onlinePurchase(victim, target, time, amount, thiefDevice, thiefIp));
      time += between(random, 5, 60) * 1000;
    }
  }
  return drafts;
}

function stolenCredentials({
  population,
  random,
  startMs,
  habits,
  here,
  thiefDevice,
  thiefIp,
}: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  for (let i = wholeBetween(random, 2, 5); i > 0; i--) {
    const merchant = population.merchantForFraud(here, true, random);
    const amount = Math.round(amountFor(merchant, habits.wealth, random) * between(random, 1.2, 4));
    drafts.push(onlinePurchase(habits, merchant, time, amount, thiefDevice, thiefIp));
    time += between(random, 2, 60) * MINUTE;
  }
  return drafts;
}

function accountTakeover({ random, startMs, habits, thiefDevice, thiefIp }: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  const mule = `payee-x${random.below(4000).toString(36)}`;
  for (let i = wholeBetween(random, 1, 3); i > 0; i--) {
    const amount = Math.round(between(random, 700, 4500) * habits.wealth) * 100;
    drafts.push(transferTo(habits, mule, time, amount, thiefDevice, thiefIp, 'mobile_app'));
    time += between(random, 1, 20) * MINUTE;
  }
  return drafts;
}

function merchantCompromise({ population, random, drawAccount, startMs, here }: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  const merchant = population.merchantNear(here, false, random);
  for (let i = wholeBetween(random, 12, 28); i > 0; i--) {
    const victim = population.habits(drawAccount());
    const amount = Math.round(amountFor(merchant, victim.wealth, random) * between(random, 1.5, 5));
    drafts.push(cardPurchase(victim, merchant, time, amount, here, 'magstripe', random));
    time += between(random, 0.2, 4) * HOUR;
  }
  return drafts;
}

function impossibleTravel({ population, random, startMs, habits }: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  const far = RISKY_PLACES[random.below(RISKY_PLACES.length)];
  for (let i = wholeBetween(random, 2, 4); i > 0; i--) {
    if (random.next() < 0.6) {
      drafts.push(cashWithdrawal(habits, time, wholeBetween(random, 15, 50) * 1000, far, random));
    } else {
      const merchant = population.merchantForFraud(far, false, random);
      const amount = Math.round(amountFor(merchant, habits.wealth, random) * between(random, 1, 3));
      drafts.push(cardPurchase(habits, merchant, time, amount, far, 'magstripe', random));
    }
    time += between(random, 3, 40) * MINUTE;
  }
  return drafts;
}

/** Victims pay to the account, which is emptied at cash machines. */
function muleTransfers({ population, random, drawAccount, startMs, habits, here, thiefIp }: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  for (let i = wholeBetween(random, 4, 8); i > 0; i--) {
    const victim = population.habits(drawAccount());
    const amount = Math.round(between(random, 300, 2500)) * 100;
    const device = `dev-x${random.below(1e9).toString(36)}`;
    drafts.push(transferTo(victim, habits.accountId, time, amount, device, thiefIp, 'online_banking'));
    time += between(random, 2, 50) * MINUTE;
  }
  for (let i = wholeBetween(random, 2, 4); i > 0; i--) {
    drafts.push(cashWithdrawal(habits, time, wholeBetween(random, 30, 100) * 1000, here, random));
    time += between(random, 2, 15) * MINUTE;
  }
  return drafts;
}

function bustOut({ population, random, startMs, habits, here }: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  for (let i = wholeBetween(random, 6, 12); i > 0; i--) {
    const online = random.next() < 0.5;
    const merchant = population.merchantForFraud(here, online, random);
    const amount = Math.round(amountFor(merchant, habits.wealth, random) * between(random, 2, 5));
    drafts.push(
      online
        ? onlinePurchase(habits, merchant, time, amount, habits.devices[0], habits.ip)
        : cardPurchase(habits, merchant, time, amount, here, 'chip', random),
    );
    time += between(random, 0.3, 6) * HOUR;
  }
  return drafts;
}

/** The account's owner is talked into paying. */
function scam({ random, startMs, habits }: Scene): Draft[] {
  const drafts: Draft[] = [];
  let time = startMs;
  const scammer = `payee-x${random.below(300).toString(36)}`;
  for (let i = wholeBetween(random, 1, 2); i > 0; i--) {
    const amount = Math.round(between(random, 400, 6000)) * 100;
    drafts.push(transferTo(habits, scammer, time, amount, habits.devices[0], habits.ip, 'mobile_app'));
    time += between(random, 10, 90) * MINUTE;
  }
  return drafts;
}
