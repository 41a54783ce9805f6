// Names as lists have them and as payers write them, each of a kind that matchers get wrong.

export const HAND_MADE: {
  readonly listed: readonly { readonly uid: string; readonly name: string }[];
  /** The entry that it is; undefined where it is none. */
  readonly asked: readonly { readonly asked: string; readonly uid: string | undefined }[];
} = {
  listed: [
    ['1', 'JSC KALDERON'], ['2', 'ABD EL RAHIM, Tarik Sami'], ['3', 'DOBROVENKO, Marat'], ['4', '77310 CORP.'], ['5', 'OLGA LLC'], ['6', 'D.E.F. SHIPPING CO.'],
    ['7', 'R-S-T COMPANY'], ['8', 'BELIKOV, P. K.'], ['9', 'HUANGRU, Bin'], ['10', 'STAROVOITOV, Anatoly Sergeevich'], ['11', 'LU, Mi'], ['12', 'PARK, Chol Su'],
    ['13', 'TIANHE SORREL COMMUNICATION GROUP CO., LTD.'], ['14', 'QIAN, Jianguo'], ['15', '박민수'], ['16', '钱建国贸易有限公司'], ['17', 'MARDINI, Ziad al-'],
    ['18', 'الحمصي خالد'], ['19', 'Лещинский, Аркадий'], ['20', 'BANCO NACIONAL DE MORAVIA'], ['21', "O'DONOVAN, Ciarán"], ['22', 'VAN DER HOEVEN, Pieter'],
  ].map(([uid, name]) => ({ uid, name })), // biome-ignore format: pairs
  asked: (
    [
      ['JSCKALDERON', '1'], ['KALDERONJSC', '1'], ['Kal Deron JSC', '1'], ['Kalderon', '1'], ['Tarik Sami Abdelrahim', '2'], ['Tarik Sami Abdul Raheem', '2'],
      ['MaratDobrovenko', '3'], ['Marat Dobro-Venko', '3'], ['77310 Corporation', '4'], ['77311 Corp', undefined], ['Olga', undefined], ['Olga Petrova', undefined],
      ['DEF Shipping Company', '6'], ['D E F Shipping', '6'], ['G.H.I. Shipping LLC', undefined], ['Q. Shipping', undefined], ['RST Company', '7'], ['R.S.V. Company', undefined],
      ['P. Belikov', '8'], ['T. Belikov', undefined], ['Belikov M. N.', undefined], ['Bin Huangru', '9'], ['Mr Huangru', undefined], ['Huangru & Co', undefined],
      ['Huangru Wei', undefined], ['Anatoly Starovoitov', '10'], ['Anatoliy Starovoytov', '10'], ['Anatoly Petrovich Starovoitov', undefined], ['Li Mo', undefined], ['Lo Mei', undefined],
      ['Park Chul An', undefined], ['Park Chol-su', '12'], ['TIANHE SORREL COMM GRP', '13'], ['Sorrel Tianhe', '13'], ['钱建国', '14'], ['錢建國', '14'], ['Qian Jian Guo', '14'],
      ['Jianguo Qian', '14'], ['Park Min Su', '15'], ['박 민수', '15'], ['Park Minsu', '15'], ['Ziad Mardini', '17'], ['Ziyad el-Mardini', '17'], ['Khaled al-Homsi', '18'],
      ['Khalid Homsi', '18'], ['Arkady Leshchinsky', '19'], ['Arkadiy Leschinskiy', '19'], ['Banco Nacional Moravia', '20'], ['Ciaran ODonovan', '21'],
      ['Pieter Vanderhoeven', '22'], ['P. van der Hoeven', '22'], ['Pieter Hoevenaar', undefined], ['', undefined], ['LLC', undefined], ['Trading', undefined], ['Mr', undefined],
    ] as const
  ).map(([asked, uid]) => ({ asked, uid })), // biome-ignore format: pairs
};
