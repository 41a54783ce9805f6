// Every address of the dashboard: what is drawn there, and what it may say. Each screen is fetched when it is first looked at.
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { lazy } from 'react';
import { alertsSearch } from '../alerts/search.ts';
import { auditSearch } from '../audit/search.ts';
import { casesSearch } from '../cases/search.ts';
import { dataSearch } from '../data/search.ts';
import { periodSearch } from '../figures/search.ts';
import { parseSearch, searchOf, stringifySearch, text } from '../kit/search.ts';
import { listsSearch } from '../lists/search.ts';
import { modelsSearch } from '../models/search.ts';
import { rulesSearch } from '../rules/search.ts';
import { settingsSearch } from '../settings/search.ts';
import { storySearch, transactionsSearch } from '../transactions/search.ts';
import { App } from './app.tsx';

const Overview = lazy(async () => ({ default: (await import('../figures/overview.tsx')).Overview }));

const root = createRootRoute({
  validateSearch: (given) => ({ ...storySearch(given), ...periodSearch(given) }),
  component: App,
  notFoundComponent: Overview,
});
const getParentRoute = () => root;

// Each with a name: routes made within a list have no types.
const index = createRoute({ getParentRoute, path: '/', component: Overview });
const welcome = createRoute({
  getParentRoute,
  path: '/welcome',
  validateSearch: searchOf((given) => ({ token: text(given.token) })),
  component: lazy(async () => ({ default: (await import('./sign-in.tsx')).Welcome })),
});
const signIn = createRoute({
  getParentRoute,
  path: '/sign-in',
  validateSearch: searchOf((given) => ({ problem: text(given.problem) })),
  component: lazy(async () => ({ default: (await import('./sign-in.tsx')).SignedInWithNotice })),
});
const overview = createRoute({ getParentRoute, path: '/overview', component: Overview });
const transactions = createRoute({
  getParentRoute,
  path: '/transactions',
  validateSearch: transactionsSearch,
  component: lazy(async () => ({
    default: (await import('../transactions/transactions.tsx')).Transactions,
  })),
});
const alerts = createRoute({
  getParentRoute,
  path: '/alerts',
  validateSearch: alertsSearch,
  component: lazy(async () => ({ default: (await import('../alerts/alerts.tsx')).Alerts })),
});
const cases = createRoute({
  getParentRoute,
  path: '/cases',
  validateSearch: casesSearch,
  component: lazy(async () => ({ default: (await import('../cases/cases.tsx')).Cases })),
});
const rules = createRoute({
  getParentRoute,
  path: '/rules',
  validateSearch: rulesSearch,
  component: lazy(async () => ({ default: (await import('../rules/rules.tsx')).Rules })),
});
const lists = createRoute({
  getParentRoute,
  path: '/lists',
  validateSearch: listsSearch,
  component: lazy(async () => ({ default: (await import('../lists/lists.tsx')).Lists })),
});
const data = createRoute({
  getParentRoute,
  path: '/data',
  validateSearch: dataSearch,
  component: lazy(async () => ({ default: (await import('../data/data.tsx')).Data })),
});
const models = createRoute({
  getParentRoute,
  path: '/models',
  validateSearch: modelsSearch,
  component: lazy(async () => ({ default: (await import('../models/models.tsx')).Models })),
});
const pipeline = createRoute({
  getParentRoute,
  path: '/pipeline',
  component: lazy(async () => ({ default: (await import('../pipeline/pipeline.tsx')).PipelineScreen })),
});
const settings = createRoute({
  getParentRoute,
  path: '/settings',
  validateSearch: (given) => ({ ...settingsSearch(given), ...auditSearch(given) }),
  component: lazy(async () => ({ default: (await import('../settings/settings.tsx')).Settings })),
});

const routeTree = root.addChildren([
  index,
  welcome,
  signIn,
  overview,
  transactions,
  alerts,
  cases,
  rules,
  lists,
  data,
  models,
  pipeline,
  settings,
]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  // What no screen reads leaves the address, too.
  search: { strict: true },
  // An error is for whoever looks at the console, as everywhere else.
  disableGlobalCatchBoundary: true,
  // A page stays where it was scrolled to when its address changes; the browser knows where earlier ones were.
  scrollRestoration: () => false,
});
history.scrollRestoration = 'auto';

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
