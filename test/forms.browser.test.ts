// Forms and dialogs of the dashboard in a real browser: what is refused, what is sent, and what is asked before it is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { placed } from '../dashboard/src/kit/refusal.ts';
import { ApiProblem } from '../src/client/client.ts';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, getJson, makeFolder, postJson, startDesk } from './desk-process.ts';

const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator', '--allow-webhook-targets', '127.0.0.1']);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

async function open(path: string): Promise<Page> {
  const page = await browser.newPage();
  await withoutTour(page);
  page.setDefaultTimeout(10_000);
  await page.goto(desk.url + path);
  await page.getByTestId('live').waitFor();
  return page;
}

test('a refusal goes to the fields that its pointers name, and else to the whole', () => {
  const problems = [
    { pointer: '/entries/0/note', message: 'body/entries/0/note must not be so long.' },
    { pointer: '/entries/0/note', message: 'body/entries/0/note must be a line.' },
    { pointer: '/other', message: 'body/other is unknown.' },
  ];
  assert.deepEqual(placed(new ApiProblem(400, 'body is wrong.', problems), ['value', 'note']), {
    fields: { note: 'Must not be so long.' },
    whole: 'body/other is unknown.',
  });
  assert.deepEqual(placed(new ApiProblem(409, 'It is taken.'), ['value']), {
    fields: {},
    whole: 'It is taken.',
  });
});

test('what is missing or refused stands at its field, and what was typed stays', async () => {
  const page = await open('/cases');
  await page.getByRole('button', { name: 'New case …' }).click();
  const dialog = page.getByRole('dialog');
  const title = dialog.getByLabel(/^What it is about/);
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await dialog.getByText('Say what it is about.').waitFor();
  assert.equal(await title.getAttribute('aria-invalid'), 'true');
  assert.ok(await title.evaluate((element) => element.matches(':focus')));
  const tooLong = 'x'.repeat(201);
  await title.fill(tooLong);
  assert.equal(await dialog.getByText('Say what it is about.').count(), 0);
  await page.keyboard.press('Enter');
  await dialog.getByText(/^Must .*200/i).waitFor();
  assert.equal(await title.inputValue(), tooLong);
  assert.deepEqual(await seriousFaults(page), []);
  await page.close();
});

test('of a refusal nothing is lost, whether its field is there or not', async () => {
  const page = await open('/settings?part=notifications');
  const problems = [
    { pointer: '/events/0', message: 'body/events/0 must be known.' },
    { pointer: '/kind', message: 'body/kind must be another.' },
  ];
  await page.route('**/v1/channels', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 422, json: { detail: 'Not valid.', problems } })
      : route.continue(),
  );
  await page.getByRole('button', { name: 'New channel …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Address/).fill('http://127.0.0.1:9/hook');
  await page.keyboard.press('Enter');
  await dialog.getByText('Must be known.').waitFor();
  assert.equal(await dialog.getByRole('alert').innerText(), 'body/kind must be another.');
  assert.deepEqual(await seriousFaults(page), []);
  await page.close();
});

test('a form is sent once, by Enter, and its button says that it is under way', async () => {
  const page = await open('/cases');
  let sent = 0;
  await page.route('**/v1/cases', async (route) => {
    if (route.request().method() === 'POST') {
      sent++;
      await new Promise((done) => setTimeout(done, 500));
    }
    await route.continue();
  });
  await page.getByRole('button', { name: 'New case …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^What it is about/).fill('Twice');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  assert.ok(await dialog.locator('button[type=submit]').isDisabled());
  await page.getByTestId('case-page').waitFor();
  assert.equal(sent, 1);
  // What somebody else writes is shown; what one types oneself stays.
  const { items } = await getJson<{ items: { id: number; version: number }[] }>(desk.url, '/v1/cases');
  const narrative = page.getByLabel('Narrative');
  await narrative.fill('Of my own.');
  await page.getByLabel('New task').fill('Call the customer');
  await page.keyboard.press('Enter');
  await page.getByLabel('Call the customer').waitFor();
  assert.equal(await page.getByLabel('New task').inputValue(), '');
  assert.equal(await narrative.inputValue(), 'Of my own.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('edited a case').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled());
  assert.equal(items.length, 1);
  await page.close();
});

test('what was long to type is not lost by Escape', async () => {
  const page = await open('/models');
  const opener = page.getByRole('button', { name: 'Train a candidate' });
  await opener.click();
  await page.getByRole('dialog').getByLabel('Note').fill('short');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(await opener.evaluate((element) => element.matches(':focus')));
  await opener.click();
  const reason = 'Since the campaign of last week the labels of two merchants have come in late.';
  const note = page.getByRole('dialog', { name: 'Train a candidate' }).getByLabel('Note');
  await note.fill(reason);
  await page.keyboard.press('Escape');
  const question = page.getByRole('dialog', { name: 'Throw away what you typed?' });
  await question.waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  assert.equal(await note.inputValue(), reason);
  await page.keyboard.press('Escape');
  await question.getByRole('button', { name: 'Throw away' }).click();
  await page.getByRole('dialog').first().waitFor({ state: 'detached' });
  await page.close();
});

test('what cannot be had back is asked for', async () => {
  const { status } = await postJson(desk.url, '/v1/channels', {
    kind: 'webhook',
    target: 'http://127.0.0.1:9/hook',
    events: ['alert.opened'],
    minLossMinor: 0,
  });
  assert.ok(status < 300, String(status));
  const page = await open('/settings?part=notifications');
  const remove = page.getByRole('button', { name: 'Remove' });
  const question = page.getByRole('dialog', { name: 'Remove the channel?' });
  await remove.click();
  await question.waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  // The way back is in focus: Enter alone destroys nothing.
  await question.locator('button:focus', { hasText: 'Cancel' }).waitFor();
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'detached' });
  await remove.click();
  await question.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Nobody is told.').waitFor();
  await page.close();
});
