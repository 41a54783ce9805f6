// Under which name this browser last acted, at a desk where nobody signs in.
const WHO = 'goshawk-who';
/** The name that this browser last acted under. */
export const rememberedName = (): string => localStorage.getItem(WHO) ?? '';
export const rememberName = (name: string): void => localStorage.setItem(WHO, name);
