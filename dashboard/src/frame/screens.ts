// The screens: where each is, and its key.
import {
  IconActivity,
  IconAlertTriangle,
  IconBrain,
  IconBriefcase,
  IconDatabase,
  IconLayoutDashboard,
  IconList,
  IconListCheck,
  IconScale,
  IconSettings,
} from '@tabler/icons-react';

export const SCREENS = [
  { to: '/overview', title: 'Overview', key: '1', icon: IconLayoutDashboard },
  { to: '/transactions', title: 'Transactions', key: '2', icon: IconList },
  { to: '/alerts', title: 'Alerts', key: '3', icon: IconAlertTriangle },
  { to: '/cases', title: 'Cases', key: '4', icon: IconBriefcase },
  { to: '/rules', title: 'Rules', key: '5', icon: IconScale },
  { to: '/lists', title: 'Lists', key: '6', icon: IconListCheck },
  { to: '/data', title: 'Data', key: '7', icon: IconDatabase },
  { to: '/models', title: 'Models', key: '8', icon: IconBrain },
  { to: '/pipeline', title: 'Pipeline', key: '9', icon: IconActivity },
  { to: '/settings', title: 'Settings', key: '0', icon: IconSettings },
] as const;
