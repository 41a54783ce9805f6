// What other rooms show of notifications.
export { Channels } from './channels.tsx';
