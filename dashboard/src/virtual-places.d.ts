declare module 'virtual:places' {
  const places: import('../../src/client/api.ts').Places;
  export default places;
}
