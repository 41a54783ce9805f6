// Versions of what others read.

/** Of the live feed's messages. */
export const PROTOCOL_VERSION = 1;

/** Of the API: the second number is raised where something is added, the first where something is taken away or means something else. */
export const API_VERSION = '1.2';
