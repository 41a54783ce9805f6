// Where the system's Chromium is; scripts/chromium.sh installs one where it may.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium; throws when there is none. */
export function findChromium(): string {
  const found = PLACES.find((path) => existsSync(path));
  if (!found) throw new Error('Chromium is needed (Debian package chromium): run scripts/chromium.sh');
  return found;
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds serious or critical on a page, and where first. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  // Halfway from one colour to another nothing has to be legible.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished)).then(() => 0)',
  );
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run();
    return violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`);
  });
}

/** As a browser that has seen the guided tour. */
export const withoutTour = (page: Page): Promise<unknown> =>
  page.addInitScript("localStorage.setItem('goshawk-tour-done', 'yes')");
