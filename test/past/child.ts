// A first start that dies: node child.ts FOLDER END_MS training|SHARE ends itself by SIGKILL once it is as far as that.
import { openWithPast } from './desk.ts';

const [folder, endMs, when] = process.argv.slice(2);
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

await openWithPast(folder, Number(endMs), {
  training: () => {
    if (when === 'training') die();
  },
  storing: (done, of) => {
    if (done / of > Number(when)) die();
  },
});
