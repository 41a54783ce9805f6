// Words that many names carry: how much a word says is a matter of the world, and never of how many others are listed.

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Given names and families of millions. */
const NAMES = set(
  'mohammed mohammad muhammad mohamed mohamad muhammed ahmed ahmad ali hassan hasan hussein hussain husayn omar umar abdullah abdallah abdul abd abdel ibrahim khalid khaled mahmoud mahmud mustafa yusuf youssef said saeed saleh salih karim rahman rahim aziz jamal kamal nasser nasir hamid hamad faisal fatima aisha maria mary anna ana john juan jose jean joao ivan ivanov ivanova alexander aleksandr sergei sergey vladimir dmitri dmitry nikolai andrei andrey mikhail michael peter paul david daniel james robert william george thomas charles luis carlos jorge antonio manuel francisco pedro miguel garcia rodriguez gonzalez gonzales hernandez lopez martinez perez sanchez silva santos smith jones johnson brown miller mueller muller schmidt wang li zhang liu chen yang zhao huang zhou wu xu sun ma lin kim lee park choi jung nguyen tran singh kumar khan sharma patel da rossi',
);
/** Businesses say what they do, and that says least of all which they are. */
const BUSINESSES = set(
  'trading trade group grupo gruppe international intl holding holdings industries industry industrial services service technology technologies tech communication communications general import export imports exports investment investments bank energy oil gas petroleum shipping maritime marine transport transportation logistics construction engineering commercial enterprise enterprises global development establishment foundation organization organisation association center centre institute university ministry office fund national brothers bros sons agency systems solutions management consulting electronics electronic equipment products production factory works union society',
);

export const isBusiness = (word: string): boolean => BUSINESSES.has(word);
export const isCommon = (word: string): boolean => NAMES.has(word) || BUSINESSES.has(word);
