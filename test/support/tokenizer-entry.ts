import { loadTokenizer } from "../../src/usage/tokenizer/tokenizer.ts";

/**
 * The entry of a program that counts tokens, built by the program's own build: the vocabulary must be found beside the bundle.
 *
 * @param args the text
 */
export async function main([text = ""]: readonly string[]): Promise<void> {
  const tokenizer = await loadTokenizer();
  process.stdout.write(JSON.stringify(tokenizer.encode(text)));
}
