declare module 'virtual:places' {
  const places: import('../../src/client/transport.ts').Places;
  export default places;
}
