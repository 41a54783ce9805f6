export { NewNote, Notes } from './notes.tsx';
