// The screens: where each is, its key, and what is drawn there. Each is fetched when it is first looked at.
import {
  IconActivity,
  IconAlertTriangle,
  IconBrain,
  IconBriefcase,
  IconLayoutDashboard,
  IconList,
  IconListCheck,
  IconScale,
  IconSettings,
} from '@tabler/icons-react';
import { lazy } from 'react';

const Overview = lazy(async () => ({ default: (await import('../figures/overview.tsx')).Overview }));
const Transactions = lazy(async () => ({
  default: (await import('../transactions/transactions.tsx')).Transactions,
}));
const Alerts = lazy(async () => ({ default: (await import('../alerts/alerts.tsx')).Alerts }));
const Cases = lazy(async () => ({ default: (await import('../cases/cases.tsx')).Cases }));
const Rules = lazy(async () => ({ default: (await import('../rules/rules.tsx')).Rules }));
const Lists = lazy(async () => ({ default: (await import('../lists/lists.tsx')).Lists }));
const Models = lazy(async () => ({ default: (await import('../models/models.tsx')).Models }));
const PipelineScreen = lazy(async () => ({
  default: (await import('../pipeline/pipeline.tsx')).PipelineScreen,
}));
const Settings = lazy(async () => ({ default: (await import('../settings/settings.tsx')).Settings }));

export const SCREENS = [
  { path: 'overview', title: 'Overview', key: '1', icon: IconLayoutDashboard, screen: Overview },
  { path: 'transactions', title: 'Transactions', key: '2', icon: IconList, screen: Transactions },
  { path: 'alerts', title: 'Alerts', key: '3', icon: IconAlertTriangle, screen: Alerts },
  { path: 'cases', title: 'Cases', key: '4', icon: IconBriefcase, screen: Cases },
  { path: 'rules', title: 'Rules', key: '5', icon: IconScale, screen: Rules },
  { path: 'lists', title: 'Lists', key: '6', icon: IconListCheck, screen: Lists },
  { path: 'models', title: 'Models', key: '7', icon: IconBrain, screen: Models },
  { path: 'pipeline', title: 'Pipeline', key: '8', icon: IconActivity, screen: PipelineScreen },
  { path: 'settings', title: 'Settings', key: '9', icon: IconSettings, screen: Settings },
] as const;
