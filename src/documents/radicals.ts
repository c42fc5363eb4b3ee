/**
 * Radicals of Chinese characters and the characters that they are, pair by pair: Unicode's Equivalent_Unified_Ideograph for U+2E80 to
 * U+2EF3. A glyph that both share is often called the radical in a PDF, made by Chromium for instance; a search for the character
 * and a model would not know it.
 */
const pairs =
  "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟";

const characters = new Map<string, string>();
const signs = Array.from(pairs);
for (let at = 0; at + 1 < signs.length; at += 2) characters.set(signs[at]!, signs[at + 1]!);

/** A text with characters in the place of radicals. */
export function withoutRadicals(text: string): string {
  // The Kangxi radicals, from U+2F00, are compatibility characters.
  return text.replace(/[\u2e80-\u2fd5]/gu, (sign) => characters.get(sign) ?? sign.normalize("NFKC"));
}
