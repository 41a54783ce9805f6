// The look: one accent, Inter with tabular numbers, a 4 px grid, dense but calm.
import { createTheme, type MantineColorsTuple } from '@mantine/core';

const teal: MantineColorsTuple = [
  '#effcf9', '#d8f5ee', '#aeeadd', '#7fddc9', '#57d0b7', '#34b8a0', '#159a86', '#0f7d6e', '#0c6458', '#084a42',
]; // biome-ignore format: a palette

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 7,
  colors: { teal },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '15px' }, h3: { fontSize: '14px' } },
  },
  defaultRadius: 'md',
  respectReducedMotion: true,
  cursorType: 'pointer',
});

/** Risk as one ordered scale, cool to warm, told apart without colour by its word. */
export const RISK = {
  dark: { low: '#5b8def', mid: '#e0a93b', high: '#f2704e' },
  light: { low: '#2f63c9', mid: '#a86a00', high: '#c8371b' },
} as const;
