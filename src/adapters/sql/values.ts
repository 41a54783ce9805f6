// Values as they come out of the database.

export const timeMs = (value: unknown): number => (value as Date).getTime();
export const timeMsOrNone = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : timeMs(value);
export const textOrNone = (value: unknown): string | undefined =>
  value === null || value === undefined ? undefined : String(value);
