// The words that parties are named with: families, given names, businesses, legal forms.
const words = (text: string): readonly string[] => text.split(' ');
const spellings = (text: string): readonly (readonly string[])[] =>
  text.split(' ').map((one) => one.split('/'));

/** Cyrillic, and how it is written in Latin letters. */
export const RUSSIAN_FAMILIES = spellings(
  'Ермаковский/Ermakovsky/Yermakovskiy/Ermakovskij Махлутов/Makhlutov/Mahlutov Зубрилин/Zubrilin/Zoubriline Щербаченко/Shcherbachenko/Scherbachenko Тимошевский/Timoshevsky/Timoshevskiy Кузьмичёв/Kuzmichev/Kuzmichyov Гордиевич/Gordievich/Gordiyevich Лапшинский/Lapshinsky/Lapshinskiy Вознесенко/Voznesenko/Vosnesenko Дробышев/Drobyshev/Drobishev Полуянов/Poluyanov/Polujanov Стрельников/Strelnikov/Strelnikoff',
);
export const RUSSIAN_NAMES = spellings(
  'Валерий/Valery/Valeriy/Valerii Геннадий/Gennady/Gennadiy Ярослав/Yaroslav/Jaroslav Тимофей/Timofey/Timofei Вячеслав/Vyacheslav/Viacheslav Евгений/Evgeny/Yevgeniy/Evgenii Станислав/Stanislav Георгий/Georgy/Georgiy/Georgii',
);
export const PATRONYMICS = words(
  'Nikolaevich Konstantinovich Borisovich Anatolyevich Leonidovich Petrovich Vladimirovich Stepanovich',
);
/** Arabic, and spellings of it. */
export const ARABIC_FAMILIES = spellings(
  'الغدفاري/Ghadfari/Ghadfary/Gadhfari الزهراوي/Zahrawi/Zahraoui/Zehrawi البغدادلي/Baghdadli/Bagdadli/Baghdadly الحمداني/Hamdani/Hamdany الشرقاوي/Sharqawi/Sharkawi/Charkaoui الدليمي/Dulaimi/Dulaymi/Duleimi التكريتي/Tikriti/Takriti المرزوقي/Marzouqi/Marzuki/Marzougi',
);
export const ARABIC_NAMES = spellings(
  'محمد/Mohammed/Muhammad/Mohamed/Muhamad خالد/Khalid/Khaled عبدالكريم/Abdulkarim/Abdelkarim يوسف/Yousef/Yusuf/Youssef مصطفى/Mustafa/Mostafa/Moustafa جمال/Jamal/Jamaal/Gamal سليمان/Suleiman/Sulayman/Sulaiman ابراهيم/Ibrahim/Ebrahim/Ibraheem حسين/Hussein/Husayn/Hussain',
);
export const CHINESE_FAMILIES = spellings('赵/Zhao 钱/Qian 陈/Chen 黄/Huang 郭/Guo 邓/Deng 曹/Cao 彭/Peng');
export const CHINESE_SYLLABLES = spellings(
  '文/wen 龙/long 建/jian 国/guo 明/ming 志/zhi 强/qiang 海/hai 晓/xiao 东/dong 伟/wei 丽/li',
);
export const KOREAN_FAMILIES = spellings('김/Kim 박/Park 최/Choi 강/Kang 윤/Yoon 장/Jang');
export const KOREAN_SYLLABLES = spellings('민/min 준/jun 수/su 진/jin 영/yeong 호/ho 성/seong 지/ji');
export const WESTERN_FAMILIES = words(
  'Vandersloot Brennecke Castellano Ferrarini Lindqvist Hollenbeck Montserrat Delacroix Ostrander Zimmerli Bergstrand Fitzsimmons Calderwood Petrakis Rademaker',
);
export const WESTERN_NAMES = words(
  'Leonard Francesca Margarethe Sebastian Guillermo Cornelius Valentina Theodore Benedikt Rosalinda Frederick Giovanna',
);
export const COMPANY_WORDS = words(
  'Orlantex Veltoil Nordsee Qinghao Bellatrix Kestrelon Marovian Sundaria Polymetrix Hexavolt Tavrida Agromondo Caspiana Zenithal Lodestar Brightwater',
);
export const BUSINESSES: readonly (readonly string[])[] = [
  ['Trading'], ['Shipping', 'Services'], ['Energy', 'Technology'], ['Communication', 'Group'], ['International', 'Holding'], ['Engineering'],
  ['Petroleum', 'Industries'], ['Import', 'Export'],
]; // biome-ignore format: a list
export const FORMS: readonly (readonly string[])[] = [
  ['LLC', 'L.L.C.', 'Llc'], ['JSC', 'J.S.C.'], ['Ltd', 'Limited', 'LTD.'], ['Co.', 'Company', 'Comp.'], ['Corp.', 'Corporation'], ['GmbH', 'G.m.b.H.'],
  ['OOO', 'ООО'], ['S.A.', 'SA'],
]; // biome-ignore format: a list
export const SHORT_SYLLABLES = words('ma mo mi mu li lu le la wu wi yu yi ye fu fo he hu xu xi go gu ni na');
export const SHORT_FAMILIES = words('Ma Li Wu Xu He Hu Yu Lu');
/** Of many languages, to make names of. */
export const SYLLABLES = words(
  'ka mur ra ti so ber li nor fa den gu zi har man tov ski ben tal ko ter vas dos san che wul lin yun ab del pra mo ri ca lo es fer nan ' +
    'bro cla dri gle hol jas kel lum mer nak ost pel qui ros sha tun ulf vin wer xan yor zel bek cor dag fin gar hum ing jor',
);
