// Where the system's Chromium is; scripts/chromium.sh installs one where it may.
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium; throws when there is none. */
export function findChromium(): string {
  const found = PLACES.find((path) => existsSync(path));
  if (!found) throw new Error('Chromium is needed (Debian package chromium): run scripts/chromium.sh');
  return found;
}
