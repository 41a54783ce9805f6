import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
const base = process.env.URL ?? 'http://127.0.0.1:7931';
const jobs = process.argv.slice(2).map((one) => one.split('|'));
const browser = await openBrowser();
for (const [name, path, size = '1440', scheme = 'light'] of jobs) {
  const page = await browser.newPage({ viewport: { width: Number(size), height: size === '390' ? 844 : 900 } });
  await withoutTour(page);
  await page.addInitScript(`localStorage.setItem('mantine-color-scheme-value', '${scheme}')`);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(base + path);
  await page.getByTestId('live').waitFor({ timeout: 15000 }).catch(() => errors.push('no live'));
  await page.waitForTimeout(2500);
  const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  await page.screenshot({ path: `/tmp/shots/${name}.png`, fullPage: process.env.FULL === '1' });
  console.log(name, 'overflow', wide, errors.slice(0, 3), await seriousFaults(page).catch((e) => String(e)));
  await page.close();
}
await browser.close();
