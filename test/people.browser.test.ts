// The desk as each role sees it, in a real browser: signing in, working alerts together, inviting, auditing.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Role } from '../src/domain/access.ts';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { type Caller, caller, cookieOf, firstLink, invite, PASSWORD } from './people.ts';

const ARTIFACTS = resolve(import.meta.dirname, '../artifacts');
const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;
let administrator: Caller;
const errors: string[] = [];

before(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  desk = await startDesk(folder.path, ['--no-simulator', '--allow-webhook-targets', '127.0.0.1']);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

async function newPage(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  const page = await context.newPage();
  await withoutTour(page);
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    // The way in asks before anybody is signed in.
    if (message.type() === 'error' && !/401|409|429/.test(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  return page;
}

async function signIn(id: string): Promise<Page> {
  const page = await newPage();
  await page.goto(`${desk.url}/overview`);
  await page.getByLabel('Name or e-mail address').fill(id);
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByTestId('live').waitFor();
  return page;
}

/** Small payments within minutes: a rule sends them to review. */
async function flagged(account: string, times = 6): Promise<void> {
  for (let i = 0; i < times; i++) {
    const { status } = await postJson(
      desk.url,
      '/v1/decisions',
      smallest(`${account}-${i}`, account, 100 + i),
    );
    assert.equal(status, 200);
  }
}

test('O1 the first administrator comes in by the link, and invites the others', async () => {
  // While nobody has an account, whoever is at the machine may send.
  for (const account of ['card-one', 'card-two', 'card-three']) await flagged(account);
  const { open } = await getJson<{ open: number }>(desk.url, '/v1/queue/counts');
  assert.equal(open, 3);
  const page = await newPage();
  await page.goto(desk.url + firstLink(desk));
  assert.deepEqual(await seriousFaults(page), []);
  await page.getByLabel('Name or e-mail address to sign in with').fill('ada');
  await page.getByLabel('Your name, as others see it').fill('Ada Admin');
  await page.locator('input[type=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Become administrator' }).click();
  await page.getByTestId('live').waitFor();
  await page.goto(`${desk.url}/settings`);
  await page.getByRole('button', { name: 'Invite …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name( \*)?$/).fill('Ann Analyst');
  await dialog.getByLabel('Signs in as').fill('ann');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByLabel('One-time link').inputValue();
  await page.getByRole('button', { name: 'Close' }).last().click();
  await page.getByText('Ann Analyst').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  const guest = await newPage();
  await guest.goto(link);
  await guest.getByText('Welcome, Ann Analyst').waitFor();
  await guest.locator('input[type=password]').fill(PASSWORD);
  await guest.getByRole('button', { name: 'Come in' }).click();
  await guest.getByTestId('live').waitFor();
  await guest.context().close();
  // A key, made where people make them, and used at once.
  await page.getByText('API keys', { exact: true }).click();
  await page.getByRole('button', { name: 'New key …' }).click();
  await page.getByLabel(/^Name( \*)?$/).fill('core banking');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = await page.getByLabel('API key', { exact: true }).inputValue();
  const decided = await caller(desk, { authorization: `Bearer ${key}` })(
    'POST',
    '/v1/decisions',
    smallest('by-key', 'card-four'),
  );
  assert.equal(decided.status, 200);
  await page.context().close();
  const answer = await caller(desk)('POST', '/v1/sign-in', { id: 'ada', password: PASSWORD });
  administrator = caller(desk, { cookie: cookieOf(answer.headers) });
  for (const role of ['viewer', 'auditor', 'model_approver', 'rule_author'] satisfies Role[]) {
    await invite(desk, administrator, role, [role]);
  }
  await invite(desk, administrator, 'bob', ['analyst']);
});

test('Q2 an analyst works the queue by keyboard alone; a second one sees it and overwrites nothing', async () => {
  const ann = await signIn('ann');
  const bob = await signIn('bob');
  for (const page of [ann, bob]) {
    await page.goto(`${desk.url}/alerts`);
    await page.locator('[data-alert]').nth(2).waitFor();
  }
  const row = (page: Page, account: string) => page.locator('[data-alert]', { hasText: account });
  await ann.getByLabel('Alerts', { exact: true }).focus();
  const first = await ann.locator('[data-alert]').first().innerText();
  const account = /card-\w+/.exec(first)?.[0] ?? '';
  await ann.keyboard.press('c');
  await ann.getByText(/Alert \d+: yours now/).waitFor();
  await row(bob, account).getByText('Ann Analyst').waitFor();
  // Both judge the same alert; the one who is later is told.
  await row(bob, account).click();
  await bob.getByTestId('alert-page').waitFor();
  await row(ann, account).getByText('● 1').waitFor();
  await ann.keyboard.press('Enter');
  await ann.getByTestId('alert-page').waitFor();
  await bob.getByText('Ann Analyst is looking, too').waitFor();
  await ann.getByLabel('Note').fill('Tested the card three times before.');
  await ann.getByRole('button', { name: 'Add', exact: true }).click();
  await bob.getByText('Tested the card three times before.').waitFor({ timeout: 10_000 });
  assert.deepEqual(await seriousFaults(bob), []);
  await ann.screenshot({ path: join(ARTIFACTS, 'alert.png'), fullPage: true });
  await ann.getByRole('button', { name: '⚑ Fraud' }).click();
  await ann.getByText(/Alert \d+: ⚑ fraud/).waitFor();
  await bob.getByText(/closed by Ann Analyst/).waitFor({ timeout: 10_000 });
  // The verdict is a label: the transaction says so, and undoing opens the alert again.
  await ann.getByRole('button', { name: 'Undo' }).click();
  await ann.getByText(/Alert \d+: open again/).waitFor();
  const labelled = await administrator('GET', `/v1/transactions/${account}-5`);
  assert.equal(labelled.body.isFraud, true);

  await ann.goto(`${desk.url}/alerts`);
  await ann.locator('[data-alert]').nth(2).waitFor();
  await ann.getByLabel('Choose all').check();
  await ann.getByRole('button', { name: '✓ Genuine' }).click();
  await ann.getByText('3 alerts: ✓ genuine').waitFor();
  await ann.getByText('No alerts wait.').waitFor();
  await ann.getByRole('tab', { name: 'Closed' }).click();
  await ann.locator('[data-alert]').nth(2).waitFor();
  for (const page of [ann, bob]) await page.context().close();
});

test('O4 a viewer sees everything but who it is, and can change nothing', async () => {
  const page = await signIn('viewer');
  await page.goto(`${desk.url}/alerts?view=closed`);
  await page.locator('[data-alert]').first().waitFor();
  assert.equal(await page.getByText('card-one').count(), 0);
  await page.getByText('••••').first().waitFor();
  await page.locator('[data-alert]').first().click();
  await page.getByTestId('alert-page').waitFor();
  await page.getByTestId('hidden-hint').first().waitFor();
  await page.getByText('The note is hidden from your role').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Reopen' }).count(), 0);
  assert.equal(await page.getByLabel('Note').count(), 0);
  // What would be refused cannot be asked, and nothing that is hidden shows as a hole.
  for (const [path, box] of [
    ['alerts?search=card-one', 'Search alerts'],
    ['transactions?account=card-one', 'Account'],
    ['rules?rule=starter', undefined],
    ['lists', undefined],
    ['pipeline', undefined],
    ['models', undefined],
  ] as const) {
    await page.goto(`${desk.url}/${path}`);
    await page.getByTestId('live').waitFor();
    if (box !== undefined) assert.ok(await page.getByLabel(box, { exact: true }).isDisabled(), path);
    assert.doesNotMatch(
      await page.locator('body').innerText(),
      /undefined|\bnull\b|NaN|may not do this/,
      path,
    );
  }
  await page.goto(`${desk.url}/alerts?view=closed`);
  await page.getByTestId('hidden-hint').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.goto(`${desk.url}/settings`);
  // Of the settings there is what everybody may know.
  await page.getByText('This desk counts in').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Import rates' }).count(), 0);
  await page.context().close();
});

test('O8 an auditor reads who saw and did what, and nothing else', async () => {
  const page = await signIn('auditor');
  await page.goto(`${desk.url}/settings`);
  await page.getByText('gave verdict').first().waitFor();
  await page.getByLabel('Who', { exact: true }).fill('Ann Analyst');
  await page.keyboard.press('Enter');
  await page.getByText('bob by name').first().waitFor({ state: 'detached' });
  await page.getByText('claimed').first().waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.screenshot({ path: join(ARTIFACTS, 'audit.png') });
  assert.equal(await page.getByText('API keys', { exact: true }).count(), 0);
  await page.getByRole('button', { name: /auditor/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await page.context().close();
});

test('R5 a rule author writes a rule, tries it on the past and puts it live; an entry of a list is asked at once', async () => {
  const page = await signIn('rule_author');
  await page.goto(`${desk.url}/rules`);
  await page.getByRole('button', { name: 'New rule …' }).click();
  await page.getByLabel('Condition').click();
  await page.keyboard.type('transaction.amont > 1.0');
  await page.getByText('Did you mean amount?').first().waitFor();
  // What to write instead is written by one click; what also holds where a value is missing is told, and stops nothing.
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('score == 1');
  await page.locator('.cm-lintRange-error').hover();
  await page.getByRole('button', { name: 'Write 1.0' }).click();
  await page.getByText('✓ In order').waitFor();
  await page.getByLabel('Condition').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('features.is_new_device != 0.0');
  await page.locator('.cm-lintRange-warning').waitFor();
  await page.getByText('✓ In order').waitFor();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('transaction.city == "Ruleville"');
  await page.getByText('✓ In order').waitFor();
  await page.getByLabel(/^Name/).fill('paid in ruleville');
  await page.getByLabel(/^Because/).fill('Paid in Ruleville');
  await page.getByRole('button', { name: 'Try on the past' }).click();
  await page.getByText('It would have held for none of them.').waitFor({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByText('Version 1 is a draft.').waitFor();
  await page.getByRole('button', { name: 'To shadow' }).click();
  await page.getByText('Version 1 is shadow from the next decision on.').waitFor();
  await page.getByRole('button', { name: 'Go live' }).click();
  await page.getByText('Version 1 is live from the next decision on.').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.screenshot({ path: join(ARTIFACTS, 'rules.png'), fullPage: true });
  const here = { ...smallest('in-ruleville', 'card-six'), city: 'Ruleville' };
  const decided = await administrator('POST', '/v1/decisions', here);
  assert.equal(decided.body.outcome, 'review');

  await page.goto(`${desk.url}/lists?list=blocked-devices`);
  await page.getByLabel('New entry').fill('dev-1');
  await page.getByLabel('Why').fill('reported stolen');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('dev-1 is in the list.').waitFor();
  const blocked = { ...smallest('by-dev-1', 'card-seven'), deviceId: 'dev-1' };
  assert.equal((await administrator('POST', '/v1/decisions', blocked)).body.outcome, 'decline');
  await page.getByRole('button', { name: 'Take out dev-1' }).click();
  await page.getByText('The list is empty.').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Rules' }).count(), 1);
  await page.context().close();
});

test('C2 an analyst gathers alerts in a case, works it and closes it', async () => {
  const page = await signIn('bob');
  await page.goto(`${desk.url}/alerts`);
  await page.locator('[data-alert]').first().waitFor();
  await page.getByLabel('Choose all').check();
  await page.getByRole('button', { name: 'Case …' }).click();
  await page.getByLabel(/^What it is about/).fill('Ruleville');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByTestId('case-page').waitFor();
  await page.getByLabel('Narrative').fill('Two cards were used in Ruleville.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('edited a case').waitFor();
  await page.getByLabel('New task').fill('Call the customer');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByLabel('Call the customer').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.getByRole('combobox', { name: 'How it ended' }).click();
  await page.getByRole('option', { name: 'no fraud' }).click();
  await page.getByRole('button', { name: 'Close the case' }).click();
  await page.getByText('1 tasks are not done').waitFor();
  await page.getByLabel('Call the customer').click();
  await page.getByText('did a task').waitFor();
  await page.getByRole('button', { name: 'Close the case' }).click();
  await page.getByText('closed by bob by name: no fraud').waitFor();
  await page.screenshot({ path: join(ARTIFACTS, 'case.png'), fullPage: true });
  await page.getByRole('button', { name: 'Report …' }).click();
  await page.getByLabel(/^Code of the institution/).fill('BANKDEFF');
  await page.getByLabel(/^Indicators/).fill('FRAUD');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Make the file' }).click();
  assert.match((await download).suggestedFilename(), /^case-\d+\.xml$/);
  await page.context().close();
});

test('M9 a model approver acts under the name that is signed in', async () => {
  const page = await signIn('model_approver');
  await page.goto(`${desk.url}/models`);
  await page
    .getByRole('button', { name: /Retrain|Train/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  assert.equal(await dialog.getByLabel('Your name').count(), 0);
  await page.context().close();
  const viewer = await signIn('viewer').catch(() => undefined);
  await viewer?.context().close();
});

test('N1 an administrator has others told, sees whether it arrived, and asks for two people', async () => {
  const told: string[] = [];
  const receiver = createServer((request, response) => {
    told.push(String(request.headers['webhook-signature']));
    request.resume();
    response.end();
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  try {
    const { port } = receiver.address() as AddressInfo;
    const page = await signIn('ada');
    await page.goto(`${desk.url}/settings?part=notifications`);
    await page.getByText('Nobody is told.').waitFor();
    await page.getByRole('button', { name: 'New channel …' }).click();
    await page.getByLabel(/^Address/).fill(`http://127.0.0.1:${port}/hook`);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    assert.match(await page.getByRole('textbox', { name: 'Secret' }).inputValue(), /^whsec_/);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('✓ arrived').waitFor();
    assert.match(told[0], /^v1,/);
    assert.deepEqual(await seriousFaults(page), []);
    await page.getByText('Desk', { exact: true }).click();
    await page.getByLabel('Two people for a rule').click();
    await page.reload();
    assert.equal(await page.getByLabel('Two people for a rule').isChecked(), true);
    // A list by which a live rule approves is changed by two from now on.
    const analyst = await signIn('ann');
    await analyst.goto(`${desk.url}/lists?list=trusted-accounts`);
    await analyst.getByLabel('New entry').fill('card-trusted');
    await analyst.getByRole('button', { name: 'Add', exact: true }).click();
    await analyst.getByText('It waits for a second person').waitFor();
    await analyst.getByRole('button', { name: 'Withdraw the change of trusted-accounts' }).waitFor();
    assert.deepEqual(await seriousFaults(analyst), []);
    await page.goto(`${desk.url}/lists?list=trusted-accounts`);
    await page.getByText('+ card-trusted').waitFor();
    await page.screenshot({ path: join(ARTIFACTS, 'second-person.png'), fullPage: true });
    await page.getByRole('button', { name: 'Approve the change of trusted-accounts' }).click();
    await page.getByRole('button', { name: 'Take out card-trusted' }).waitFor();
    await analyst.context().close();
    await page.context().close();
  } finally {
    receiver.close();
    receiver.closeAllConnections();
  }
});

test('an analyst attaches a file, saves a view and finds an alert by its account', async () => {
  const page = await signIn('ann');
  await page.goto(`${desk.url}/alerts?view=closed`);
  await page.locator('[data-alert]').first().waitFor();
  await page.getByLabel('Search alerts').fill('card-one');
  await page.keyboard.press('Enter');
  await page.locator('[data-alert]', { hasText: 'card-two' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Views/ }).click();
  await page.getByText('Save these filters …').click();
  await page.getByLabel(/^Name( \*)?$/).fill('card one');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Views (1)' }).waitFor();
  await page.locator('[data-alert]').first().click();
  await page.getByTestId('alert-page').waitFor();
  await page.locator('input[type=file]').setInputFiles({
    name: 'call.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('spoke with the customer'),
  });
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'call.txt' }).click();
  assert.equal((await download).suggestedFilename(), 'call.txt');
  await page.getByText('attached a file').waitFor();
  await page.context().close();
});

test('no page said an error', () => {
  assert.deepEqual(errors, []);
});
