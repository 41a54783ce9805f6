// Of the live feed's messages.
export const PROTOCOL_VERSION = 1;
